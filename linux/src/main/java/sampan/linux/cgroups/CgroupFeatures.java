package sampan.linux.cgroups;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which limits this host can hold. Read from the kernel at each [CgroupLayout#features].
///
/// @param oomKillDisable version 1 only, as swappiness, realtime and kernelTcp
/// @param ioWeight needs a block scheduler with weights (bfq, or io.cost of version 2)
public record CgroupFeatures(
        boolean memory,
        boolean swap,
        boolean memoryReservation,
        boolean swappiness,
        boolean oomKillDisable,
        boolean kernelTcp,
        boolean pids,
        boolean cpuShares,
        boolean cpuQuota,
        boolean cpuBurst,
        boolean realtime,
        boolean cpuset,
        boolean ioWeight,
        boolean ioThrottle,
        boolean hugetlb,
        boolean rdma,
        boolean devices,
        boolean freezer) {

    private static final Path SWAPS = Path.of("/proc/swaps");

    static CgroupFeatures of(CgroupLayout layout) {
        boolean memory = layout.home(Controller.MEMORY).isPresent();
        boolean cpu = layout.home(Controller.CPU).isPresent();
        boolean io = layout.home(Controller.IO).isPresent();
        return new CgroupFeatures(
                memory,
                has(layout, Controller.MEMORY, "memory.memsw.limit_in_bytes", SWAPS),
                memory,
                hasV1(layout, Controller.MEMORY, "memory.swappiness"),
                hasV1(layout, Controller.MEMORY, "memory.oom_control"),
                hasV1(layout, Controller.MEMORY, "memory.kmem.tcp.limit_in_bytes"),
                layout.home(Controller.PIDS).isPresent(),
                cpu,
                has(layout, Controller.CPU, "cpu.cfs_quota_us", Path.of("/")),
                has(layout, Controller.CPU, "cpu.cfs_burst_us", Path.of("/")),
                hasV1(layout, Controller.CPU, "cpu.rt_runtime_us"),
                layout.home(Controller.CPUSET).isPresent(),
                hasV1(layout, Controller.IO, "blkio.weight")
                        || hasV1(layout, Controller.IO, "blkio.bfq.weight")
                        || ioWeightV2(layout),
                io,
                layout.home(Controller.HUGETLB).isPresent(),
                layout.home(Controller.RDMA).isPresent(),
                layout.home(Controller.DEVICES).isPresent(),
                layout.home(Controller.FREEZER).isPresent());
    }

    private static boolean hasV1(CgroupLayout layout, Controller controller, String file) {
        return layout.home(controller)
                .filter(home -> !home.unified())
                .map(home -> new CgroupNode(home, ".").has(file))
                .orElse(false);
    }

    /// The root of version 2 has no files of limits, so another sign of the same kernel option has
    /// to do.
    private static boolean has(
            CgroupLayout layout, Controller controller, String v1File, Path v2Sign) {
        return layout.home(controller)
                .map(home ->
                        home.unified()
                                ? Files.exists(v2Sign)
                                : new CgroupNode(home, ".").has(v1File))
                .orElse(false);
    }

    private static boolean ioWeightV2(CgroupLayout layout) {
        return layout.home(Controller.IO)
                .filter(Hierarchy::unified)
                .map(home -> new CgroupNode(home, "."))
                .map(root -> root.has("io.cost.model") || root.has("io.bfq.weight"))
                .orElse(false);
    }

    /// What these limits ask for without any effect on a host of this kind: a sentence each, for a
    /// warning. Everything else that cannot be done is refused when it is set.
    public List<String> withoutEffect(CgroupLimits limits) {
        List<String> notes = new ArrayList<>();
        CgroupLimits.Memory asked = limits.memory();
        if (asked.kernel().isPresent()) {
            notes.add("kernel memory limit has no effect: kernels from 5.4 on have none");
        }
        if (asked.oomKillDisable().orElse(false) && !oomKillDisable) {
            notes.add("oom kill disable has no effect: cgroup version 2 has none");
        }
        if (asked.swappiness().isPresent() && !swappiness) {
            notes.add("memory swappiness has no effect: cgroup version 2 has none");
        }
        return notes;
    }
}
