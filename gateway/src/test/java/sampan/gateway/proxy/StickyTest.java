package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;

/// Clients that come back to their target by a cookie, over real sockets.
@Timeout(60)
class StickyTest {
    private static final Pattern COOKIE =
            Pattern.compile("(?i)set-cookie: (([^=]+)=([0-9a-f]{16}))([^\r]*)\r\n");

    private static ScriptedServer server(String name) throws IOException {
        return new ScriptedServer(peer -> {
            while (!peer.head().isEmpty()) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + name);
            }
        });
    }

    private static String config(String sticky, ScriptedServer... servers) {
        List<String> addresses =
                java.util.Arrays.stream(servers).map(s -> "'" + s.address() + "'").toList();
        return "services: {s: {targets: "
                + addresses
                + ", sticky: {"
                + sticky
                + "}}}\nroutes: [{name: r, service: s}]\n";
    }

    private static String get(String cookie) {
        return "GET / HTTP/1.1\r\nHost: a\r\n"
                + (cookie.isEmpty() ? "" : "Cookie: a=b; " + cookie + "; c=d\r\n")
                + "\r\n";
    }

    private static Matcher cookie(String answer) {
        Matcher matcher = COOKIE.matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher;
    }

    @Test
    void aClientComesBackToItsTargetAndIsToldOnce() throws IOException {
        try (ScriptedServer one = server("1");
                ScriptedServer two = server("2");
                ScriptedServer three = server("3");
                TestGateway gateway =
                        new TestGateway(config("name: at, maxAge: 60", one, two, three));
                RawClient client = gateway.client()) {
            String first = client.send(get("")).answer();
            Matcher set = cookie(first);
            assertThat(set.group(2)).isEqualTo("at");
            assertThat(set.group(4)).isEqualTo("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
            assertThat(first).doesNotContain("127.0.0.1");
            for (int i = 0; i < 10; i++) {
                assertThat(client.send(get(set.group(1))).answer())
                        .endsWith(first.substring(first.length() - 1))
                        .doesNotContain("Set-Cookie");
            }
        }
    }

    @Test
    void whoseTargetIsGoneGetsAnotherAndIsToldSo() throws IOException {
        try (ScriptedServer one = server("1");
                ScriptedServer two = server("2");
                TestGateway gateway = new TestGateway(config("", one, two));
                RawClient client = gateway.client()) {
            String first = client.send(get("")).answer();
            String cookie = cookie(first).group(1);
            boolean hadOne = first.endsWith("1");
            assertThat(gateway.change(config("", hadOne ? two : one))).isTrue();
            String after = client.send(get(cookie)).answer();
            assertThat(after).endsWith(hadOne ? "2" : "1");
            assertThat(cookie(after).group(1)).isNotEqualTo(cookie);
            assertThat(gateway.change(config("", one, two))).isTrue();
            assertThat(client.send(get(cookie)).answer())
                    .as("the same target is known by the same cookie after a reload")
                    .endsWith(hadOne ? "1" : "2")
                    .doesNotContain("Set-Cookie");
        }
    }

    @Test
    void whoseTargetTakesNoConnectionGetsAnother() throws IOException {
        try (ScriptedServer one = server("1");
                ScriptedServer two = server("2");
                TestGateway gateway = new TestGateway(config("", one, two));
                RawClient client = gateway.client();
                RawClient other = gateway.client()) {
            String first = client.send(get("")).answer();
            String cookie = cookie(first).group(1);
            ScriptedServer closed = first.endsWith("1") ? one : two;
            closed.close();
            awaitRefusal(closed.port());
            String after = other.send(get(cookie)).answer();
            assertThat(after).startsWith("HTTP/1.1 200").endsWith(first.endsWith("1") ? "2" : "1");
            assertThat(cookie(after).group(1)).isNotEqualTo(cookie);
        }
    }

    /// What is closed may take connections for a moment still.
    private static void awaitRefusal(int port) {
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            } catch (IOException _) {
                return;
            }
            Thread.yield();
        }
    }

    @Test
    void forgedCookiesMeanNothing() throws IOException {
        try (ScriptedServer one = server("1");
                TestGateway gateway = new TestGateway(config("name: at", one));
                RawClient client = gateway.client()) {
            for (String forged :
                    new String[] {
                        "at=",
                        "at=0123456789abcdef",
                        "at=zzzzzzzzzzzzzzzz",
                        "at=" + "0".repeat(4000)
                    }) {
                assertThat(cookie(client.send(get(forged)).answer()).group(2)).isEqualTo("at");
            }
        }
    }

    @Test
    void aKeyChangesWhatStandsForATarget(@TempDir Path directory) throws IOException {
        Path key = Files.writeString(directory.resolve("key"), "0123456789abcdef");
        try (ScriptedServer one = server("1");
                TestGateway plain = new TestGateway(config("", one));
                TestGateway keyed = new TestGateway(config("keyFile: '" + key + "'", one));
                TestGateway again = new TestGateway(config("keyFile: '" + key + "'", one));
                RawClient toPlain = plain.client();
                RawClient toKeyed = keyed.client();
                RawClient toAgain = again.client()) {
            String cookie = cookie(toKeyed.send(get("")).answer()).group(1);
            assertThat(cookie(toPlain.send(get("")).answer()).group(1)).isNotEqualTo(cookie);
            assertThat(cookie(toAgain.send(get("")).answer()).group(1)).isEqualTo(cookie);
        }
    }

    @Test
    void aCanaryKeepsItsClients() throws IOException {
        try (ScriptedServer one = server("1");
                ScriptedServer two = server("2");
                TestGateway gateway =
                        new TestGateway(
                                "services: {a: {targets: ['"
                                        + one.address()
                                        + "'], sticky: {}}, b: {targets: ['"
                                        + two.address()
                                        + "'], sticky: {}}}\nroutes: [{services:"
                                        + " [{name: a, weight: 1000}, {name: b, weight: 0}]}]\n");
                RawClient client = gateway.client()) {
            String cookie = cookie(client.send(get("")).answer()).group(1);
            gateway.change(
                    "services: {a: {targets: ['"
                            + one.address()
                            + "'], sticky: {}}, b: {targets: ['"
                            + two.address()
                            + "'], sticky: {}}}\nroutes: [{services:"
                            + " [{name: a, weight: 0}, {name: b, weight: 1000}]}]\n");
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(get(cookie)).answer()).endsWith("1");
                assertThat(client.send(get("")).answer()).endsWith("2");
            }
        }
    }

    @Test
    void streamsOfHttp2AreToldTheSame() throws IOException {
        try (ScriptedServer one = server("1");
                ScriptedServer two = server("2");
                TestGateway gateway = new TestGateway(config("name: at", one, two));
                Http2Peer client = new Http2Peer(gateway.port(), true)) {
            client.send(head(1, ""));
            List<Http2Peer.Frame> first = client.answer(1);
            Matcher value = Pattern.compile("at=[0-9a-f]{16}").matcher(first.getFirst().text());
            assertThat(value.find()).isTrue();
            for (int stream = 3; stream < 13; stream += 2) {
                client.send(head(stream, Http2Peer.field("cookie", value.group())));
                List<Http2Peer.Frame> again = client.answer(stream);
                assertThat(again.getFirst().text()).doesNotContain("at=");
                assertThat(again.getLast().text()).isEqualTo(first.getLast().text());
            }
        }
    }

    private static byte[] head(int stream, String more) {
        return Http2Peer.frame(
                Http2Peer.HEADERS,
                Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                stream,
                Http2Peer.get("/") + more);
    }
}
