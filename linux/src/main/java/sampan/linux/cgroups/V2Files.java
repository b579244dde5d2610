package sampan.linux.cgroups;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;

/// Limits in the files of version 2 (Documentation/admin-guide/cgroup-v2.rst).
enum V2Files implements LimitFiles {
    INSTANCE;

    private static final String BURST = "cpu.max.burst";
    private static final String SWAP = "memory.swap.max";

    @Override
    public void cpu(CgroupNode node, CgroupLimits.Cpu cpu) {
        if (cpu.realtimeRuntime().isPresent() || cpu.realtimePeriod().isPresent()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "cannot set realtime cpu limits: cgroup version 2 has none");
        }
        set(node, "cpu idle", "cpu.idle", cpu.idle());
        OptionalLong weight =
                cpu.weight().isEmpty() && cpu.shares().isPresent()
                        ? OptionalLong.of(Weights.weightOf(cpu.shares().getAsLong()))
                        : cpu.weight();
        // The weight of an idle cgroup is fixed.
        if (cpu.idle().orElse(0) == 0) {
            set(node, "cpu weight", "cpu.weight", weight);
        }
        // A burst above the old quota is accepted only after the new one.
        boolean burstLater =
                cpu.burst().isPresent()
                        && node.tryWrite(BURST, Long.toString(cpu.burst().getAsLong())) != 0;
        if (cpu.quota().isPresent() || cpu.period().isPresent()) {
            node.set("cpu quota", "cpu.max", quota(node, cpu));
        }
        if (burstLater) {
            set(node, "cpu burst", BURST, cpu.burst());
        }
    }

    /// Both in one line; the kernel keeps the present period where there is none in it, but has no
    /// form for a period alone.
    private static String quota(CgroupNode node, CgroupLimits.Cpu cpu) {
        String quota;
        if (cpu.quota().isPresent()) {
            quota = orMax(cpu.quota().getAsLong());
        } else {
            quota = node.readOrThrow("cpu.max").split(" ", -1)[0];
        }
        return cpu.period().isPresent() ? quota + " " + cpu.period().getAsLong() : quota;
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
        if (memory.kernelTcp().isPresent()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "cannot set kernel tcp memory: cgroup version 2 counts it as memory");
        }
        refuseBelowUsage(node, memory);
        if (memory.swap().isPresent()) {
            String value = orMax(memory.swap().getAsLong());
            int errno = node.tryWrite(SWAP, value);
            // Without swap in the kernel there is no file, and nothing to limit.
            boolean nothingAsked = value.equals("max") || value.equals("0");
            if (errno != 0 && !(errno == Errno.ENOENT && nothingAsked)) {
                throw node.refused("swap limit", SWAP, value, errno);
            }
        }
        set(node, "memory limit", "memory.max", memory.max());
        set(node, "memory high limit", "memory.high", memory.high());
        set(node, "memory reservation", "memory.low", memory.reservation());
    }

    /// The kernel takes a limit below what is in use, reclaims, and kills where that is not enough.
    private static void refuseBelowUsage(CgroupNode node, CgroupLimits.Memory memory) {
        long max = memory.max().orElse(-1);
        if (max <= 0 || !memory.checkBeforeUpdate()) {
            return;
        }
        long usage = node.number("memory.current").orElse(0);
        if (max < usage) {
            throw SampanException.conflict(
                    "unable to set memory limit to "
                            + max
                            + " (current usage: "
                            + usage
                            + ", peak usage: "
                            + node.number("memory.peak").orElse(usage)
                            + ")");
        }
    }

    @Override
    public void io(CgroupNode node, CgroupLimits.Io io) {
        if (io.leafWeight().isPresent()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "cannot set io leaf weight: cgroup version 2 has none");
        }
        if (io.weight().isPresent() || !io.deviceWeights().isEmpty()) {
            boolean bfq = node.has("io.bfq.weight");
            if (io.weight().isPresent()) {
                long weight = io.weight().getAsLong();
                node.set(
                        "io weight",
                        bfq ? "io.bfq.weight" : "io.weight",
                        Long.toString(bfq ? weight : Weights.ioWeightOf(weight)));
            }
            for (CgroupLimits.DeviceWeight device : io.deviceWeights()) {
                long weight = device.weight().orElse(0);
                node.set(
                        "io device weight",
                        bfq ? "io.bfq.weight" : "io.weight",
                        device.device() + " " + (bfq ? weight : Weights.ioWeightOf(weight)));
            }
        }
        Map<String, StringBuilder> byDevice = new LinkedHashMap<>();
        for (CgroupLimits.Throttle throttle : io.throttles()) {
            byDevice.computeIfAbsent(throttle.device(), device -> new StringBuilder(device))
                    .append(' ')
                    .append(throttle.rate().v2Key())
                    .append('=')
                    .append(throttle.perSecond() == 0 ? "max" : throttle.perSecond());
        }
        byDevice.values().forEach(line -> node.set("io throttle", "io.max", line.toString()));
    }

    @Override
    public void pids(CgroupNode node, long limit) {
        node.set("pids limit", "pids.max", pidsValue(limit));
    }

    static String pidsValue(long limit) {
        return limit == 0 ? "1" : orMax(limit);
    }

    @Override
    public void hugetlb(CgroupNode node, Map<String, Long> limits) {
        limits.forEach((size, bytes) -> {
            String value = orMax(bytes);
            node.set("hugetlb limit", "hugetlb." + size + ".max", value);
            if (node.has("hugetlb." + size + ".rsvd.max")) {
                node.set("hugetlb limit", "hugetlb." + size + ".rsvd.max", value);
            }
        });
    }

    static void unified(CgroupNode node, Map<String, String> values) {
        values.forEach((file, value) -> node.set("unified " + file, file, value));
    }

    private static String orMax(long value) {
        return value < 0 ? "max" : Long.toString(value);
    }

    private static void set(CgroupNode node, String setting, String file, OptionalLong value) {
        if (value.isPresent()) {
            node.set(setting, file, orMax(value.getAsLong()));
        }
    }
}
