package sampan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.api.system.Product;
import sampan.engine.services.Engine;
import sampan.http.Limits;

/// Attach and exec over a real socket: two directions that end one by one.
@Timeout(60)
class HijackTest {
    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n";

    private final Path socket;
    private final MemoryEngine engine = new MemoryEngine();
    private final ApiServer server;

    HijackTest(@TempDir Path directory) {
        this.socket = directory.resolve("api.sock");
        Engine services = engine.engine();
        this.server =
                ApiServer.open(
                        new ApiServer.Settings(
                                socket, List.of(), new Product("0.1.0", "", ""), Limits.local()),
                        () -> services,
                        NoBuilds::of);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String create(String more) throws IOException {
        String answer =
                Client.post(
                        socket,
                        "/v1.51/containers/create?name=one",
                        "{\"Image\":\"busybox\"" + more + "}");
        assertThat(answer).startsWith("HTTP/1.1 201");
        return "one";
    }

    @Test
    void attachKeepsWhatWasSentEarlyAndAnswersAfterHalfClose() throws IOException {
        String name = create(",\"OpenStdin\":true,\"StdinOnce\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /v1.51/containers/"
                            + name
                            + "/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: h\r\n"
                            + UPGRADE
                            + "\r\nearly");
            String head = client.until("\r\n\r\n");
            assertThat(head)
                    .startsWith("HTTP/1.1 101 UPGRADED\r\n")
                    .contains("Content-Type: application/vnd.docker.multiplexed-stream\r\n")
                    .contains("Connection: Upgrade\r\nUpgrade: tcp\r\n");
            assertThat(client.until("early")).startsWith("\1\0\0\0\0\0\0\5");
            client.finish();
            assertThat(client.rest()).isEqualTo("\1\0\0\0\0\0\0\3bye");
        }
        assertThat(engine.published).isEmpty();
    }

    @Test
    void attachWithoutUpgradeIs200RawAndItsBodyIsNoInput() throws IOException {
        String name = create(",\"OpenStdin\":true,\"StdinOnce\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /v1.41/containers/"
                            + name
                            + "/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: h\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
                            + "{\"a\":\"b\"}input");
            assertThat(client.until("\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("application/vnd.docker.raw-stream");
            client.until("input");
            client.finish();
            assertThat(client.rest()).endsWith("bye");
        }
    }

    @Test
    void theEndOfATerminalsInputDetaches() throws IOException {
        String name = create(",\"Tty\":true,\"OpenStdin\":true,\"StdinOnce\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: h\r\n"
                            + UPGRADE
                            + "\r\nhi");
            client.until("hi");
            client.finish();
            assertThat(client.rest()).isEmpty();
        }
        assertThat(engine.published).isEmpty();
    }

    @Test
    void whoOnlyListensMayEndItsOutputAtOnce() throws IOException {
        String name = create(",\"Tty\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: h\r\n"
                            + UPGRADE
                            + "\r\n");
            client.until("\r\n\r\n");
            client.finish();
            EchoSession session = Objects.requireNonNull(engine.sessions.get(name));
            session.say(StandardCharsets.US_ASCII.encode("late words"));
            session.end();
            assertThat(client.rest()).isEqualTo("late words");
        }
    }

    @Test
    void typedKeysDetachATerminal() throws Exception {
        String name = create(",\"Tty\":true,\"OpenStdin\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: h\r\n"
                            + UPGRADE
                            + "\r\nab\20c\20\21dropped");
            assertThat(client.until("\r\n\r\n")).contains("raw-stream");
            assertThat(client.rest()).isEqualTo("ab\20c");
        }
        assertThat(engine.published.take().action()).isEqualTo("detach");
    }

    @Test
    void theEndOfTheProcessEndsTheConnectionWhileStdinIsOpen() throws IOException {
        String name = create(",\"OpenStdin\":true");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: h\r\n"
                            + UPGRADE
                            + "\r\n");
            client.until("\r\n\r\n");
            EchoSession session = Objects.requireNonNull(engine.sessions.get(name));
            session.say(StandardCharsets.US_ASCII.encode("last words"));
            session.end();
            assertThat(client.rest()).endsWith("last words");
        }
    }

    @Test
    void aMegabyteGoesThroughBothWays() throws Exception {
        String name = create(",\"OpenStdin\":true,\"StdinOnce\":true");
        String megabyte = "0123456789abcdef".repeat(65_536);
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: h\r\n"
                            + UPGRADE
                            + "\r\n");
            client.until("\r\n\r\n");
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        try {
                            client.send(megabyte);
                            client.finish();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            assertThat(unframed(client.rest())).isEqualTo(megabyte + "bye");
            writer.join();
        }
    }

    /// The data of all frames.
    private static String unframed(String frames) {
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (at < frames.length()) {
            assertThat(frames.charAt(at)).isEqualTo('\1');
            int length = 0;
            for (int i = 4; i < 8; i++) {
                length = length << 8 | frames.charAt(at + i);
            }
            data.append(frames, at + 8, at + 8 + length);
            at += 8 + length;
        }
        return data.toString();
    }

    /// The Docker SDK for Python reads the head through a buffer, then from the socket itself.
    @Test
    void aClientThatReadsTheHeadWithALargeBufferLosesNoOutput() throws Exception {
        String name = create(",\"Tty\":true");
        for (int i = 0; i < 20; i++) {
            try (Client client = new Client(socket)) {
                client.send(
                        "POST /containers/"
                                + name
                                + "/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: h\r\n"
                                + UPGRADE
                                + "\r\n");
                EchoSession session = engine.attached.take();
                session.say(StandardCharsets.US_ASCII.encode("said at once"));
                session.awaitHeard();
                assertThat(client.once()).startsWith("HTTP/1.1 101").endsWith("\r\n\r\n");
                session.end();
                assertThat(client.rest()).isEqualTo("said at once");
            }
        }
    }

    @Test
    void execRunsAttachedAndTellsWhatCannotRunInItsStream() throws IOException {
        create("");
        String created =
                Client.post(
                        socket,
                        "/containers/one/exec",
                        "{\"Cmd\":[\"cat\"],\"AttachStdin\":true,\"AttachStdout\":true}");
        assertThat(created).startsWith("HTTP/1.1 201");
        String id = "e".repeat(63) + 0;
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /exec/"
                            + id
                            + "/start HTTP/1.1\r\nHost: h\r\n"
                            + UPGRADE
                            + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}hi");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
            client.until("hi");
            client.finish();
            assertThat(client.rest()).endsWith("bye");
        }
        Client.post(socket, "/containers/one/exec", "{\"Cmd\":[\"missing\"]}");
        String missing = Client.post(socket, "/exec/" + "e".repeat(63) + 1 + "/start", "{}");
        assertThat(missing).startsWith("HTTP/1.1 200").contains("executable file not found");
        assertThat(Client.post(socket, "/exec/none/start", "{}")).startsWith("HTTP/1.1 404");
        assertThat(Client.post(socket, "/containers/one/exec", "{}"))
                .startsWith("HTTP/1.1 400")
                .contains("No exec command specified");
    }
}
