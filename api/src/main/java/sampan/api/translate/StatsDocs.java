package sampan.api.translate;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.Doc;
import sampan.engine.services.Stats;

/// Samples of a container's use, in the shape from which clients compute their columns.
public final class StatsDocs {
    private StatsDocs() {}

    /// @param before the sample before this one; absent for the first
    public static Doc sample(String id, String name, Stats now, Optional<Stats> before) {
        Doc doc =
                Doc.of()
                        .put("name", "/" + name)
                        .put("id", id)
                        .put("read", now.running() ? Times.text(now.read()) : Times.NEVER)
                        .put(
                                "preread",
                                before.filter(Stats::running)
                                        .map(s -> Times.text(s.read()))
                                        .orElse(Times.NEVER))
                        .put("pids_stats", pids(now))
                        .put("blkio_stats", blocks(now))
                        .put("num_procs", 0)
                        .put("storage_stats", Map.of())
                        .put("cpu_stats", cpu(now))
                        .put("precpu_stats", before.map(StatsDocs::cpu).orElseGet(StatsDocs::noCpu))
                        .put("memory_stats", memory(now));
        return doc.putUnlessEmpty("networks", networks(now));
    }

    private static Doc pids(Stats stats) {
        return Doc.of()
                .putUnlessEmpty("current", stats.pids())
                .putUnlessEmpty("limit", limited(stats.pidsLimit()));
    }

    /// No limit is not told.
    private static long limited(long pids) {
        return pids == Long.MAX_VALUE ? 0 : pids;
    }

    private static Doc blocks(Stats stats) {
        @Nullable List<Doc> none = stats.running() ? List.of() : null;
        return Doc.of()
                .put("io_service_bytes_recursive", entries(stats.blockBytes(), none))
                .put("io_serviced_recursive", entries(stats.blockOperations(), none))
                .put("io_queue_recursive", none)
                .put("io_service_time_recursive", none)
                .put("io_wait_time_recursive", none)
                .put("io_merged_recursive", none)
                .put("io_time_recursive", none)
                .put("sectors_recursive", none);
    }

    private static @Nullable List<Doc> entries(
            List<Stats.BlockEntry> entries, @Nullable List<Doc> none) {
        if (entries.isEmpty()) {
            return none;
        }
        return entries.stream()
                .map(e ->
                        Doc.of()
                                .put("major", e.major())
                                .put("minor", e.minor())
                                .put("op", e.operation().toLowerCase(Locale.ROOT))
                                .put("value", e.value()))
                .toList();
    }

    private static Doc cpu(Stats stats) {
        if (!stats.running()) {
            return noCpu();
        }
        return Doc.of()
                .put(
                        "cpu_usage",
                        Doc.of()
                                .put("total_usage", stats.cpuTotal())
                                .putUnlessEmpty("percpu_usage", stats.cpuEach())
                                .put("usage_in_kernelmode", stats.cpuKernel())
                                .put("usage_in_usermode", stats.cpuUser()))
                .putUnlessEmpty("system_cpu_usage", stats.systemCpuTotal())
                .putUnlessEmpty("online_cpus", stats.onlineCpus())
                .put(
                        "throttling_data",
                        throttling(
                                stats.periods(), stats.throttledPeriods(), stats.throttledTime()));
    }

    private static Doc noCpu() {
        return Doc.of()
                .put(
                        "cpu_usage",
                        Doc.of()
                                .put("total_usage", 0)
                                .put("usage_in_kernelmode", 0)
                                .put("usage_in_usermode", 0))
                .put("throttling_data", throttling(0, 0, 0));
    }

    private static Doc throttling(long periods, long throttled, long time) {
        return Doc.of()
                .put("periods", periods)
                .put("throttled_periods", throttled)
                .put("throttled_time", time);
    }

    private static Doc memory(Stats stats) {
        return Doc.of()
                .putUnlessEmpty("usage", stats.memoryUsage())
                .putUnlessEmpty("max_usage", stats.memoryMaxUsage())
                .putUnlessEmpty("stats", Doc.sorted(stats.memoryStats()))
                .putUnlessEmpty("failcnt", stats.memoryFailures())
                .putUnlessEmpty("limit", stats.memoryLimit());
    }

    private static Map<String, Doc> networks(Stats stats) {
        Map<String, Doc> networks = new TreeMap<>();
        stats.networks().forEach((name, n) -> networks.put(name, network(n)));
        return networks;
    }

    private static Doc network(Stats.Network network) {
        return Doc.of()
                .put("rx_bytes", network.receivedBytes())
                .put("rx_packets", network.receivedPackets())
                .put("rx_errors", network.receivedErrors())
                .put("rx_dropped", network.receivedDropped())
                .put("tx_bytes", network.sentBytes())
                .put("tx_packets", network.sentPackets())
                .put("tx_errors", network.sentErrors())
                .put("tx_dropped", network.sentDropped());
    }
}
