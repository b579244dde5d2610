package sampan.linux.cgroups;

import java.util.List;
import java.util.Map;

/// What a cgroup used, as read at about one moment. A counter that this host does not keep is 0, a
/// limit that is none is [Long#MAX_VALUE].
public record CgroupStats(
        Cpu cpu, Memory memory, Pids pids, List<IoCounter> io, Map<String, Hugetlb> hugetlb) {

    /// Processor time in nanoseconds.
    ///
    /// @param perCpu of each processor by number; empty in version 2
    public record Cpu(
            long total,
            long user,
            long kernel,
            List<Long> perCpu,
            long periods,
            long throttledPeriods,
            long throttledTime) {}

    /// Memory in bytes.
    ///
    /// @param maxUsage the most that was in use; 0 where the kernel does not tell
    /// @param failures how often the limit was met
    /// @param stat memory.stat line by line: the keys differ between the versions
    /// @param swapUsage swap alone
    /// @param swapLimit swap alone; in version 1 the sum's limit less the memory's
    public record Memory(
            long usage,
            long maxUsage,
            long limit,
            long failures,
            Map<String, Long> stat,
            long swapUsage,
            long swapLimit,
            long kernelUsage,
            long oomKills) {

        /// What is in use without the file cache that is the first to go, as `docker stats` shows
        /// it.
        public long withoutInactiveFile() {
            long inactive =
                    stat.containsKey("total_inactive_file")
                            ? stat.getOrDefault("total_inactive_file", 0L)
                            : stat.getOrDefault("inactive_file", 0L);
            return inactive < usage ? usage - inactive : usage;
        }
    }

    public record Pids(long current, long limit) {}

    /// Which quantity an [IoCounter] counts.
    public enum IoKind {
        SERVICE_BYTES,
        SERVICED
    }

    /// One counter of one block device, of the cgroup and all below it.
    ///
    /// @param operation as version 1 names it: Read, Write, Sync, Async, Discard, Total; in version
    ///   2 Read, Write and Discard
    public record IoCounter(IoKind kind, long major, long minor, String operation, long value) {}

    /// Huge pages of one size, in bytes.
    public record Hugetlb(long usage, long maxUsage, long limit, long failures) {}
}
