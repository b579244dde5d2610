package sampan.runtime.lifecycle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import sampan.errors.SampanException;
import sampan.linux.cgroups.CgroupLimits;
import sampan.linux.cgroups.CgroupLimits.Rate;
import sampan.linux.cgroups.DeviceRule;
import sampan.oci.spec.Device;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Resources;

/// From the specification's resources to a cgroup's limits.
final class ResourceLimits {
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private ResourceLimits() {}

    /// All limits of a new container, its device filter included.
    static CgroupLimits of(Linux linux) {
        Resources resources = linux.resources().orElse(Resources.NONE);
        return limits(resources).devices(devices(resources, linux.devices())).build();
    }

    /// Changes of a running one; the device filter stays as it is.
    static CgroupLimits update(Resources resources) {
        return limits(resources).build();
    }

    private static CgroupLimits.Builder limits(Resources wanted) {
        CgroupLimits.Builder limits = CgroupLimits.builder();
        wanted.cpu().ifPresent(cpu -> cpu(cpu, limits));
        wanted.memory().ifPresent(memory -> memory(memory, limits));
        wanted.pids().flatMap(Resources.Pids::limit).ifPresent(limits::pids);
        wanted.blockIO().ifPresent(io -> blocks(io, limits));
        for (Resources.HugepageLimit huge : wanted.hugepageLimits()) {
            limits.hugetlb(huge.pageSize(), number(huge.limit()));
        }
        wanted.network()
                .ifPresent(network -> {
                    network.classID().ifPresent(limits::netClassId);
                    network.priorities().forEach(p -> limits.netPriority(p.name(), p.priority()));
                });
        wanted.rdma()
                .forEach((device, rdma) ->
                        limits.rdma(
                                device,
                                new CgroupLimits.Rdma(
                                        optional(rdma.hcaHandles()), optional(rdma.hcaObjects()))));
        wanted.unified().forEach(limits::unified);
        return limits;
    }

    private static long number(BigInteger value) {
        return value.min(LONG_MAX).longValue();
    }

    private static OptionalLong optional(Optional<? extends Number> value) {
        return value.isPresent() ? OptionalLong.of(value.get().longValue()) : OptionalLong.empty();
    }

    private static void cpu(Resources.Cpu cpu, CgroupLimits.Builder limits) {
        cpu.shares().ifPresent(limits::cpuShares);
        cpu.quota().ifPresent(limits::cpuQuota);
        cpu.period().ifPresent(limits::cpuPeriod);
        cpu.burst().ifPresent(limits::cpuBurst);
        cpu.idle().ifPresent(limits::cpuIdle);
        cpu.realtimeRuntime().ifPresent(limits::realtimeRuntime);
        cpu.realtimePeriod().ifPresent(limits::realtimePeriod);
        if (!cpu.cpus().isEmpty()) {
            limits.cpus(cpu.cpus());
        }
        if (!cpu.mems().isEmpty()) {
            limits.mems(cpu.mems());
        }
    }

    private static void memory(Resources.Memory memory, CgroupLimits.Builder limits) {
        memory.limit().ifPresent(limits::memoryMax);
        memory.reservation().ifPresent(limits::memoryReservation);
        memory.swap().ifPresent(limits::memoryAndSwap);
        memory.kernel().ifPresent(limits::kernelMemory);
        memory.kernelTCP().ifPresent(limits::kernelTcpMemory);
        memory.swappiness().ifPresent(limits::swappiness);
        memory.disableOOMKiller().ifPresent(limits::oomKillDisable);
        memory.checkBeforeUpdate().ifPresent(limits::checkBeforeUpdate);
        if (!memory.useHierarchy().orElse(true)) {
            throw SampanException.invalid(
                    "linux.resources.memory.useHierarchy is false: since Linux 5.11 memory is"
                            + " always accounted with what is below; leave it out");
        }
    }

    private static void blocks(Resources.BlockIo io, CgroupLimits.Builder limits) {
        io.weight().ifPresent(limits::ioWeight);
        io.leafWeight().ifPresent(limits::ioLeafWeight);
        for (Resources.WeightDevice device : io.weightDevice()) {
            limits.deviceWeight(
                    new CgroupLimits.DeviceWeight(
                            device.major(),
                            device.minor(),
                            optional(device.weight()),
                            optional(device.leafWeight())));
        }
        throttles(limits, Rate.READ_BYTES, io.throttleReadBpsDevice());
        throttles(limits, Rate.WRITE_BYTES, io.throttleWriteBpsDevice());
        throttles(limits, Rate.READ_OPERATIONS, io.throttleReadIopsDevice());
        throttles(limits, Rate.WRITE_OPERATIONS, io.throttleWriteIopsDevice());
    }

    private static void throttles(
            CgroupLimits.Builder limits, Rate rate, List<Resources.Throttle> devices) {
        for (Resources.Throttle entry : devices) {
            limits.throttle(rate, entry.major(), entry.minor(), number(entry.rate()));
        }
    }

    // As runc has it: what every container needs may be used whatever the rules say, and so may the
    // nodes that the spec itself makes.
    private static List<DeviceRule> devices(Resources resources, List<Device> nodes) {
        List<DeviceRule> rules = new ArrayList<>();
        for (Resources.DeviceRule rule : resources.devices()) {
            rules.add(
                    new DeviceRule(
                            rule.allow(),
                            type(rule.type()),
                            any(rule.major()),
                            any(rule.minor()),
                            access(rule)));
        }
        rules.addAll(DeviceRule.USUAL);
        for (Device node : nodes) {
            if (!node.type().equals("p")) {
                rules.add(
                        new DeviceRule(
                                true,
                                type(node.type().equals("u") ? "c" : node.type()),
                                OptionalLong.of(node.major()),
                                OptionalLong.of(node.minor()),
                                DeviceRule.EVERY_ACCESS));
            }
        }
        return rules;
    }

    private static int access(Resources.DeviceRule rule) {
        return rule.access().isEmpty() ? DeviceRule.EVERY_ACCESS : DeviceRule.access(rule.access());
    }

    private static OptionalLong any(Optional<Long> number) {
        Function<Long, OptionalLong> given = n -> n < 0 ? OptionalLong.empty() : OptionalLong.of(n);
        return number.map(given).orElse(OptionalLong.empty());
    }

    private static DeviceRule.Type type(String word) {
        return switch (word) {
            case "", "a" -> DeviceRule.Type.ALL;
            case "c" -> DeviceRule.Type.CHARACTER;
            case "b" -> DeviceRule.Type.BLOCK;
            default ->
                    throw SampanException.invalid(
                            "device rule of type \"" + word + "\": give a, b or c");
        };
    }
}
