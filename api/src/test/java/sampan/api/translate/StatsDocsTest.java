package sampan.api.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.engine.services.Stats;
import sampan.oci.json.Json;

/// The shape of a sample, from which clients compute.
class StatsDocsTest {
    private static Stats stats(long cpu) {
        return new Stats(
                Instant.parse("2026-01-02T03:04:05Z"),
                true,
                2,
                cpu,
                6,
                4,
                List.of(),
                100,
                1,
                2,
                3,
                1000,
                2000,
                4000,
                0,
                Map.of("total_inactive_file", 5L),
                3,
                50,
                List.of(new Stats.BlockEntry(8, 0, "Read", 7)),
                List.of(),
                Map.of("eth0", new Stats.Network(1, 2, 3, 4, 5, 6, 7, 8)));
    }

    @Test
    void aSampleHasDockersShape() {
        String expected =
                """
                {"name":"/n","id":"i","read":"2026-01-02T03:04:05Z",
                 "preread":"2026-01-02T03:04:05Z","pids_stats":{"current":3,"limit":50},
                 "blkio_stats":{"io_service_bytes_recursive":
                   [{"major":8,"minor":0,"op":"read","value":7}],
                  "io_serviced_recursive":[],"io_queue_recursive":[],
                  "io_service_time_recursive":[],"io_wait_time_recursive":[],
                  "io_merged_recursive":[],"io_time_recursive":[],"sectors_recursive":[]},
                 "num_procs":0,"storage_stats":{},
                 "cpu_stats":{"cpu_usage":{"total_usage":20,"usage_in_kernelmode":4,
                   "usage_in_usermode":6},"system_cpu_usage":100,"online_cpus":2,
                  "throttling_data":{"periods":3,"throttled_periods":1,"throttled_time":2}},
                 "precpu_stats":{"cpu_usage":{"total_usage":10,"usage_in_kernelmode":4,
                   "usage_in_usermode":6},"system_cpu_usage":100,"online_cpus":2,
                  "throttling_data":{"periods":3,"throttled_periods":1,"throttled_time":2}},
                 "memory_stats":{"usage":1000,"max_usage":2000,
                  "stats":{"total_inactive_file":5},"limit":4000},
                 "networks":{"eth0":{"rx_bytes":1,"rx_packets":2,"rx_errors":3,"rx_dropped":4,
                  "tx_bytes":5,"tx_packets":6,"tx_errors":7,"tx_dropped":8}}}
                """;
        byte[] written = Json.write(StatsDocs.sample("i", "n", stats(20), Optional.of(stats(10))));
        assertThat(Json.tree(written))
                .isEqualTo(Json.tree(expected.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theFirstSampleHasNothingBefore() {
        var first = Json.tree(Json.write(StatsDocs.sample("i", "n", stats(20), Optional.empty())));
        assertThat(first.get("preread").asString()).isEqualTo(Times.NEVER);
        assertThat(first.get("precpu_stats").has("system_cpu_usage")).isFalse();
        assertThat(first.get("precpu_stats").get("cpu_usage").get("total_usage").asInt()).isZero();
    }
}
