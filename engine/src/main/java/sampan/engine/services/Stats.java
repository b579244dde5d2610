package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One sample of what a container uses, from its cgroups and its network namespace. Times are
/// nanoseconds, sizes bytes.
///
/// @param memoryStats the kernel's memory.stat, names as in the file
public record Stats(
        Instant read,
        boolean running,
        int onlineCpus,
        long cpuTotal,
        long cpuUser,
        long cpuKernel,
        List<Long> cpuEach,
        long systemCpuTotal,
        long throttledPeriods,
        long throttledTime,
        long periods,
        long memoryUsage,
        long memoryMaxUsage,
        long memoryLimit,
        long memoryFailures,
        Map<String, Long> memoryStats,
        long pids,
        long pidsLimit,
        List<BlockEntry> blockBytes,
        List<BlockEntry> blockOperations,
        Map<String, Network> networks) {

    /// @param operation Read, Write, Sync, Async, Discard, Total as the kernel names them
    public record BlockEntry(int major, int minor, String operation, long value) {}

    public record Network(
            long receivedBytes,
            long receivedPackets,
            long receivedErrors,
            long receivedDropped,
            long sentBytes,
            long sentPackets,
            long sentErrors,
            long sentDropped) {}
}
