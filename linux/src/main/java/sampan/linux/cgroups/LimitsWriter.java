package sampan.linux.cgroups;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Brings the limits of a cgroup to the hierarchies that govern them.
final class LimitsWriter {
    private final Cgroup cgroup;

    LimitsWriter(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    /// @param fresh whether the cgroup was made just now: what it has is the kernel's default
    void apply(CgroupLimits limits, boolean fresh) {
        if (!limits.unified().isEmpty() && cgroup.layout() instanceof CgroupLayout.V1) {
            throw SampanException.invalid("invalid configuration: cannot use unified on cgroup v1");
        }
        CgroupLimits.Cpu cpu = limits.cpu();
        if (any(cpu.shares(), cpu.weight(), cpu.quota(), cpu.period(), cpu.burst(), cpu.idle())
                || any(cpu.realtimeRuntime(), cpu.realtimePeriod())) {
            CgroupNode node = node(Controller.CPU, "cpu");
            files(node).cpu(node, cpu);
        }
        if (cpu.cpus().isPresent() || cpu.mems().isPresent()) {
            CgroupNode node = node(Controller.CPUSET, "cpuset");
            files(node).cpuset(node, cpu);
        }
        memory(limits.memory());
        if (limits.pids().isPresent()) {
            CgroupNode node = node(Controller.PIDS, "pids");
            files(node).pids(node, limits.pids().getAsLong());
        }
        others(limits);
        devices(limits, fresh);
        if (!limits.unified().isEmpty()) {
            V2Files.unified(cgroup.unifiedNode().orElseThrow(), limits.unified());
        }
    }

    private void memory(CgroupLimits.Memory memory) {
        if (any(memory.max(), memory.high(), memory.reservation(), memory.swap())
                || any(memory.kernelTcp())) {
            CgroupNode node = node(Controller.MEMORY, "memory");
            files(node).memory(node, memory);
        } else if (memory.swappiness().isPresent() || memory.oomKillDisable().isPresent()) {
            // Known without effect in version 2.
            Optional<CgroupNode> node = cgroup.node(Controller.MEMORY);
            if (node.isPresent()) {
                files(node.get()).memory(node.get(), memory);
            }
        }
    }

    private void others(CgroupLimits limits) {
        CgroupLimits.Io io = limits.io();
        if (any(io.weight(), io.leafWeight())
                || !io.deviceWeights().isEmpty()
                || !io.throttles().isEmpty()) {
            CgroupNode node = node(Controller.IO, "io");
            files(node).io(node, io);
        }
        if (!limits.hugetlb().isEmpty()) {
            CgroupNode node = node(Controller.HUGETLB, "hugetlb");
            files(node).hugetlb(node, limits.hugetlb());
        }
        if (!limits.rdma().isEmpty()) {
            LimitFiles.rdma(node(Controller.RDMA, "rdma"), limits.rdma());
        }
        if (limits.network().classId().isPresent()) {
            V1Files.networkClass(
                    node(Controller.NET_CLS, "network class"),
                    limits.network().classId().getAsLong());
        }
        if (!limits.network().priorities().isEmpty()) {
            V1Files.networkPriorities(
                    node(Controller.NET_PRIO, "network priority"), limits.network().priorities());
        }
    }

    private void devices(CgroupLimits limits, boolean fresh) {
        if (limits.devices().isEmpty()) {
            return;
        }
        CgroupNode node = node(Controller.DEVICES, "device");
        DevicePolicy policy = DevicePolicy.of(limits.devices());
        if (node.hierarchy().unified()) {
            DeviceFilter.attach(node, policy);
        } else {
            V1Devices.apply(node, policy, fresh);
        }
    }

    private static LimitFiles files(CgroupNode node) {
        return LimitFiles.of(node.hierarchy());
    }

    private CgroupNode node(Controller controller, String limit) {
        Optional<CgroupNode> found = cgroup.node(controller);
        if (found.isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "cannot set "
                            + limit
                            + " limit: this host has no "
                            + controller.v1Name()
                            + " cgroup controller");
        }
        // Beside version 1 a controller of the unified tree is handed down only to those who limit
        // it: its rule against processes in inner cgroups would hold for all others too.
        if (cgroup.layout() instanceof CgroupLayout.Hybrid
                && found.get().hierarchy().unified()
                && !controller.v2Name().isEmpty()) {
            Controllers.offer(found.get(), Set.of(controller));
        }
        return found.get();
    }

    private static boolean any(OptionalLong... values) {
        return Stream.of(values).anyMatch(OptionalLong::isPresent);
    }
}
