package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the gateway passes on is read by every server behind it as the gateway reads it: nobody
/// sees a request in it that another does not see.
@Tag("system")
@Timeout(240)
class FramingTest {
    private static final int SOUND = 150;
    private static final int MIXED = 250;
    private static final int READ_MILLIS_MAX = 60_000;
    private static final long SEED = 4;

    @TempDir static Path directory;

    /// What a client was told.
    ///
    /// @param taken the bodies of answers with 200: what a server read, in its own words
    /// @param refused other statuses
    private record Told(List<String> taken, List<String> refused) {}

    @Test
    void nobodyDisagreesOnWhereARequestEnds() throws Exception {
        try (RealServers servers = new RealServers(directory);
                GatewayProcess gateway = new GatewayProcess(directory, servers.routes())) {
            List<String> wrong = new ArrayList<>();
            int requests = 0;
            for (FramingCases.Stream stream : new FramingCases(SEED).all(SOUND, MIXED)) {
                TreeMap<String, Told> told = new TreeMap<>();
                for (String server : servers.ports().keySet()) {
                    Told one = ask(gateway.clear(), stream.to(RealServers.host(server)));
                    told.put(server, one);
                    requests += one.taken().size();
                    List<String> seen = servers.sink(server).seen(stream.name());
                    if (!seen.equals(one.taken())) {
                        wrong.add(server + " saw " + seen + ", the client heard of " + one);
                    }
                    stream.expected()
                            .filter(expected -> !expected.equals(one.taken()))
                            .ifPresent(expected ->
                                    wrong.add(server + ": " + one + " is not " + expected));
                }
                if (told.values().stream().map(Told::taken).distinct().count() > 1) {
                    wrong.add(told + " of " + stream);
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(requests).isGreaterThan(2 * SOUND);
        }
    }

    private static Told ask(int port, byte[] stream) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            Thread sender = Thread.ofVirtual().start(() -> send(socket, stream));
            Told told = new Told(new ArrayList<>(), new ArrayList<>());
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String status = head.substring(9, 12);
                if (status.startsWith("1")) {
                    continue;
                }
                String body = new String(in.readNBytes(length(head)), StandardCharsets.ISO_8859_1);
                if (status.equals("200")) {
                    told.taken().add(body);
                } else {
                    told.refused().add(status);
                }
            }
            sender.interrupt();
            return told;
        }
    }

    private static void send(Socket socket, byte[] stream) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(stream);
            out.flush();
            socket.shutdownOutput();
        } catch (IOException _) {
            // refused before all was sent
        }
    }

    /// A head, "" where the stream ends, by an end or a reset.
    private static String head(InputStream in) {
        StringBuilder head = new StringBuilder();
        try {
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                head.append((char) b);
            }
            return head.toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static int length(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }
}
