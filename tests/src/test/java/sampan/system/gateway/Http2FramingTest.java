package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What comes as HTTP/2 and goes on as HTTP/1.1 is read by every server behind the gateway as the
/// gateway reads it, as [FramingTest] shows of what comes as HTTP/1.1.
@Tag("system")
@Timeout(240)
class Http2FramingTest {
    private static final int SOUND = 150;
    private static final int MIXED = 200;
    private static final long SEED = 4;
    // As Sink describes what it took.
    private static final String TAKEN = "[A-Za-z]+ /\\S* [0-9]+ [0-9a-f]{8}";

    @TempDir static Path directory;

    @Test
    void nobodyDisagreesOnWhereARequestOfHttp2Ends() throws Exception {
        try (RealServers servers = new RealServers(directory);
                GatewayProcess gateway = new GatewayProcess(directory, servers.routes())) {
            List<String> wrong = new ArrayList<>();
            Map<String, List<Http2Cases.Request>> requests = new TreeMap<>();
            for (String server : servers.ports().keySet()) {
                requests.put(
                        server, new Http2Cases(SEED).all(RealServers.host(server), SOUND, MIXED));
            }
            int taken = 0;
            int count = requests.values().iterator().next().size();
            for (int i = 0; i < count; i++) {
                Map<String, List<String>> seen = new TreeMap<>();
                for (Map.Entry<String, List<Http2Cases.Request>> each : requests.entrySet()) {
                    String server = each.getKey();
                    Http2Cases.Request request = each.getValue().get(i);
                    List<String> told = ask(gateway.clear(), request, RealServers.host(server));
                    List<String> all = List.copyOf(servers.sink(server).seen(request.name()));
                    taken += told.size();
                    seen.put(server, all);
                    if (!isSound(request, told, all)) {
                        wrong.add(server + " saw " + all + ", told " + told + " of " + request);
                    }
                }
                if (!agree(seen.values())) {
                    wrong.add("servers disagree: " + seen);
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(taken).isGreaterThan(4 * SOUND);
        }
    }

    /// Whether a server saw what the client was told of, and nothing else but what the client sent
    /// before it broke off: never what stands in a body or a value.
    private static boolean isSound(
            Http2Cases.Request request, List<String> told, List<String> seen) {
        if (request.expected().isPresent()) {
            String last = Sink.describe("GET", "/" + request.name() + "/last", new byte[0]);
            List<String> both = List.of(request.expected().get(), last);
            return told.equals(both) && seen.equals(both);
        }
        String own =
                "\\S+ /"
                        + request.name()
                        + "/(a\\S*|last) (0|2|"
                        + Http2Cases.BODY_BYTES
                        + ") \\S+";
        return seen.containsAll(told)
                && seen.stream().allMatch(line -> line.matches(own))
                && seen.stream().map(Http2FramingTest::path).distinct().count() == seen.size();
    }

    private static String path(String line) {
        return line.split(" ", -1)[1];
    }

    /// Whether what several saw is the same for all.
    private static boolean agree(Collection<List<String>> seen) {
        Map<String, String> known = new TreeMap<>();
        return seen.stream()
                .flatMap(List::stream)
                .allMatch(line -> line.equals(known.computeIfAbsent(path(line), _ -> line)));
    }

    /// @return what a server took, in its own words
    private static List<String> ask(int port, Http2Cases.Request request, String host)
            throws IOException {
        try (Http2Wire wire = new Http2Wire(port)) {
            List<String> taken = new ArrayList<>();
            wire.send(request.frames());
            if (!request.isTakenBack()) {
                String _ = wire.await(1);
            }
            wire.send(Http2Cases.last(request.name(), host));
            String last = wire.await(3);
            taken.add(wire.come(1));
            taken.add(last);
            taken.removeIf(body -> !body.matches(TAKEN));
            return taken;
        }
    }
}
