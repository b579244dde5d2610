package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A limit under ten times what it lets through.
@Tag("system")
@Timeout(240)
class RateLimitTest {
    private static final int RATE = 500;
    private static final int TIMES = 10;
    private static final int SECONDS = 20;
    private static final int CLIENTS = 20;
    private static final double MICROS = 1e6;

    @TempDir static Path directory;

    /// What h2load writes of a request.
    private record Asked(long begun, int status, long end) {
        static Asked read(String line) {
            String[] columns = line.split("\t", -1);
            long begun = Long.parseLong(columns[0]);
            return new Asked(
                    begun, Integer.parseInt(columns[1]), begun + Long.parseLong(columns[2]));
        }
    }

    private static List<Asked> offer(int port) throws IOException {
        Path log = directory.resolve("asked");
        Tool.run(
                        directory,
                        List.of(
                                "h2load",
                                "--h1",
                                "-c" + CLIENTS,
                                "-D" + SECONDS,
                                "--rps=" + RATE * TIMES / CLIENTS,
                                "--log-file=" + log,
                                "http://127.0.0.1:" + port + "/"))
                .expectSuccess();
        try (var lines = Files.lines(log)) {
            return lines.map(Asked::read).toList();
        }
    }

    /// From the first request on that the process has ever answered. The bound is what the time
    /// that passed allows, by the client's clock.
    @Test
    void tenTimesTheLimitGetsTheLimitWithinOnePercentThoughTheGatewayIsYoung() throws Exception {
        String yaml =
                "routes: [{name: r, respond: {status: 200}, limits: [{rate: %d/s, by: address}]}]\n"
                        .formatted(RATE);
        try (GatewayProcess gateway = new GatewayProcess(directory, yaml)) {
            List<Asked> all = offer(gateway.clear());
            assertThat(all).allMatch(asked -> asked.status() == 200 || asked.status() == 429);
            long accepted = all.stream().filter(asked -> asked.status() == 200).count();
            assertThat(all.size()).as("offered").isGreaterThan((int) (3 * accepted));
            double least =
                    all.stream().mapToLong(Asked::begun).max().orElseThrow()
                            - all.stream().mapToLong(Asked::end).min().orElseThrow();
            double most =
                    all.stream().mapToLong(Asked::end).max().orElseThrow()
                            - all.stream().mapToLong(Asked::begun).min().orElseThrow();
            // A bucket is full in the beginning, with a second's worth.
            assertThat((double) accepted)
                    .isBetween(
                            RATE * (1 + least / MICROS) * 0.99, RATE * (1 + most / MICROS) * 1.01);
        }
    }
}
