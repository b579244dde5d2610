package sampan.linux.cgroups;

import java.util.Map;
import java.util.OptionalLong;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;

/// Limits in the files of version 1 (Documentation/admin-guide/cgroup-v1).
enum V1Files implements LimitFiles {
    INSTANCE;

    private static final String MEMORY = "memory.limit_in_bytes";
    private static final String MEMORY_AND_SWAP = "memory.memsw.limit_in_bytes";
    private static final String QUOTA = "cpu.cfs_quota_us";
    private static final String PERIOD = "cpu.cfs_period_us";
    private static final String BURST = "cpu.cfs_burst_us";
    private static final String RT_RUNTIME = "cpu.rt_runtime_us";
    private static final String RT_PERIOD = "cpu.rt_period_us";

    @Override
    public void cpu(CgroupNode node, CgroupLimits.Cpu cpu) {
        setIfPresent(node, "cpu idle", "cpu.idle", cpu.idle());
        OptionalLong shares =
                cpu.weight().isPresent()
                        ? OptionalLong.of(Weights.sharesOf(cpu.weight().getAsLong()))
                        : cpu.shares();
        // The shares of an idle cgroup are fixed.
        if (cpu.idle().orElse(0) == 0) {
            setIfPresent(node, "cpu shares", "cpu.shares", shares);
        }
        pair(
                node,
                new Field("realtime period", RT_PERIOD, cpu.realtimePeriod()),
                new Field("realtime runtime", RT_RUNTIME, cpu.realtimeRuntime()));
        // A burst above the old quota is accepted only after the new one.
        boolean burstLater =
                cpu.burst().isPresent()
                        && node.tryWrite(BURST, Long.toString(cpu.burst().getAsLong())) != 0;
        pair(
                node,
                new Field("cpu period", PERIOD, cpu.period()),
                new Field("cpu quota", QUOTA, cpu.quota()));
        if (burstLater) {
            setIfPresent(node, "cpu burst", BURST, cpu.burst());
        }
    }

    private record Field(String setting, String file, OptionalLong value) {}

    /// Period and quota hold each other within the parent's share: while one of them is old, the
    /// new other one may be refused. One of the two orders is accepted, if the pair is.
    private static void pair(CgroupNode node, Field period, Field quota) {
        if (period.value.isPresent()) {
            String value = Long.toString(period.value.getAsLong());
            int errno = node.tryWrite(period.file, value);
            if (errno == Errno.EINVAL && quota.value.isPresent()) {
                setIfPresent(node, quota.setting, quota.file, quota.value);
                node.set(period.setting, period.file, value);
                return;
            }
            if (errno != 0) {
                throw node.refused(period.setting, period.file, value, errno);
            }
        }
        setIfPresent(node, quota.setting, quota.file, quota.value);
    }

    @Override
    public void cpuset(CgroupNode node, CgroupLimits.Cpu cpu) {
        if (cpu.cpus().isPresent()) {
            node.set("cpuset cpus", "cpuset.cpus", cpu.cpus().get());
        }
        if (cpu.mems().isPresent()) {
            node.set("cpuset mems", "cpuset.mems", cpu.mems().get());
        }
    }

    @Override
    public void memory(CgroupNode node, CgroupLimits.Memory memory) {
        if (memory.high().isPresent()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "cannot set memory high limit: cgroup version 1 has none; use a memory"
                            + " reservation");
        }
        memoryAndSwap(node, memory.max(), memory.swap());
        setIfPresent(
                node, "memory reservation", "memory.soft_limit_in_bytes", memory.reservation());
        setIfPresent(
                node, "kernel tcp memory", "memory.kmem.tcp.limit_in_bytes", memory.kernelTcp());
        if (memory.oomKillDisable().isPresent()) {
            node.set(
                    "oom kill disable",
                    "memory.oom_control",
                    memory.oomKillDisable().get() ? "1" : "0");
        }
        setIfPresent(node, "memory swappiness", "memory.swappiness", memory.swappiness());
    }

    /// The kernel holds memory <= memory+swap at every moment: a sum that grows goes first, one
    /// that shrinks goes last.
    private static void memoryAndSwap(CgroupNode node, OptionalLong max, OptionalLong swap) {
        if (swap.isEmpty()) {
            if (max.isPresent()) {
                setMemory(node, MEMORY, max.getAsLong());
            }
            return;
        }
        long present = node.number(MEMORY).orElse(Long.MAX_VALUE);
        long memory = max.orElse(present);
        long sum =
                swap.getAsLong() == -1 || memory == -1 || memory == Long.MAX_VALUE
                        ? -1
                        : Math.addExact(memory, swap.getAsLong());
        OptionalLong presentSum = node.number(MEMORY_AND_SWAP);
        if (presentSum.isEmpty()) {
            if (sum != -1) {
                throw node.refused(
                        "memory+swap limit", MEMORY_AND_SWAP, Long.toString(sum), Errno.ENOENT);
            }
        } else if (sum == -1 || sum > presentSum.getAsLong()) {
            setMemory(node, MEMORY_AND_SWAP, sum);
        }
        if (max.isPresent()) {
            setMemory(node, MEMORY, memory);
        }
        if (presentSum.isPresent() && sum != -1 && sum <= presentSum.getAsLong()) {
            setMemory(node, MEMORY_AND_SWAP, sum);
        }
    }

    private static void setMemory(CgroupNode node, String file, long value) {
        String setting = file.equals(MEMORY) ? "memory limit" : "memory+swap limit";
        int errno = node.tryWrite(file, Long.toString(value));
        if (errno == Errno.EBUSY) {
            throw SampanException.conflict(
                    "unable to set "
                            + setting
                            + " to "
                            + value
                            + " (current usage: "
                            + node.number("memory.usage_in_bytes").orElse(0)
                            + ", peak usage: "
                            + node.number("memory.max_usage_in_bytes").orElse(0)
                            + ")");
        }
        if (errno != 0) {
            throw node.refused(setting, file, Long.toString(value), errno);
        }
    }

    @Override
    public void io(CgroupNode node, CgroupLimits.Io io) {
        if (io.weight().isPresent() || !io.deviceWeights().isEmpty()) {
            boolean bfq = node.has("blkio.bfq.weight");
            String file = bfq ? "blkio.bfq.weight" : "blkio.weight";
            setIfPresent(node, "io weight", file, io.weight());
            for (CgroupLimits.DeviceWeight weight : io.deviceWeights()) {
                deviceWeight(node, weight, file + "_device");
            }
        }
        setIfPresent(node, "io leaf weight", "blkio.leaf_weight", io.leafWeight());
        for (CgroupLimits.Throttle throttle : io.throttles()) {
            node.set(
                    "io throttle",
                    throttle.rate().v1File(),
                    throttle.device() + " " + throttle.perSecond());
        }
    }

    private static void deviceWeight(
            CgroupNode node, CgroupLimits.DeviceWeight weight, String file) {
        if (weight.weight().isPresent()) {
            String value = weight.device() + " " + weight.weight().getAsLong();
            node.set("io device weight", file, value);
        }
        if (weight.leafWeight().isPresent()) {
            String value = weight.device() + " " + weight.leafWeight().getAsLong();
            node.set("io device leaf weight", "blkio.leaf_weight_device", value);
        }
    }

    @Override
    public void pids(CgroupNode node, long limit) {
        node.set("pids limit", "pids.max", V2Files.pidsValue(limit));
    }

    @Override
    public void hugetlb(CgroupNode node, Map<String, Long> limits) {
        limits.forEach((size, bytes) -> {
            String value = Long.toString(bytes);
            node.set("hugetlb limit", "hugetlb." + size + ".limit_in_bytes", value);
            if (node.has("hugetlb." + size + ".rsvd.limit_in_bytes")) {
                node.set("hugetlb limit", "hugetlb." + size + ".rsvd.limit_in_bytes", value);
            }
        });
    }

    static void networkClass(CgroupNode node, long classId) {
        node.set("network class", "net_cls.classid", Long.toString(classId));
    }

    static void networkPriorities(CgroupNode node, Map<String, Long> priorities) {
        priorities.forEach((link, priority) ->
                node.set("network priority", "net_prio.ifpriomap", link + " " + priority));
    }

    /// A cpuset of version 1 is born without processors and memory nodes, and takes no process
    /// before it has both. So may be the one above it, which somebody else has made this moment.
    static void inheritCpuset(CgroupNode node) {
        inherit(node, "cpuset.cpus");
        inherit(node, "cpuset.mems");
    }

    private static String inherit(CgroupNode node, String file) {
        String own = node.readOrThrow(file).strip();
        // Not empty where its parent has cgroup.clone_children set.
        if (own.isEmpty()) {
            String above =
                    node.parent()
                            .map(parent -> inherit(parent, file))
                            .orElseGet(() ->
                                    new CgroupNode(node.hierarchy(), ".")
                                            .readOrThrow(file)
                                            .strip());
            node.write(file, above);
            return above;
        }
        return own;
    }

    private static void setIfPresent(
            CgroupNode node, String setting, String file, OptionalLong value) {
        if (value.isPresent()) {
            node.set(setting, file, Long.toString(value.getAsLong()));
        }
    }
}
