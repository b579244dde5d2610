package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.SampanException;
import sampan.gateway.process.TestGateway;
import sampan.gateway.routes.Mirror;

/// Copies of requests to another service, over real sockets.
@Timeout(60)
class MirrorTest {
    private static final String GET = "GET /x HTTP/1.1\r\nHost: a.example:81\r\n\r\n";

    /// Answers all and tells what it got, heads and bodies of that many octets.
    private static ScriptedServer telling(BlockingQueue<String> got, String answer)
            throws IOException {
        return new ScriptedServer(peer -> {
            for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                String body = new String(peer.in().readNBytes(RawClient.length(head)), "US-ASCII");
                got.add(head + body);
                peer.write(answer);
            }
        });
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static TestGateway gateway(ScriptedServer server, String mirror, String options)
            throws IOException {
        return gateway(server, mirror, options, "");
    }

    /// @param settings of the mirror
    private static TestGateway gateway(
            ScriptedServer server, String mirror, String options, String settings)
            throws IOException {
        return new TestGateway(
                "services: {s: {targets: ['"
                        + server.address()
                        + "']}, m: {targets: ['"
                        + mirror
                        + "']"
                        + settings
                        + "}}\n"
                        + "routes: [{name: r, service: s, rewrite: /new, mirror: {service: m"
                        + options
                        + "}}]\n");
    }

    private static String take(BlockingQueue<String> got) throws InterruptedException {
        return Objects.requireNonNull(got.poll(20, TimeUnit.SECONDS), "no copy came");
    }

    private static Mirror.Counts counts(TestGateway gateway) {
        Mirror mirror = gateway.running().gateway().table().routes().getFirst().mirror();
        return Objects.requireNonNull(mirror).counts();
    }

    private static void awaitCounts(TestGateway gateway, long answered, long lost) {
        Mirror.Counts counts = counts(gateway);
        while (counts.answered() + counts.lost() < answered + lost) {
            Thread.yield();
        }
        assertThat(counts.answered()).isEqualTo(answered);
        assertThat(counts.lost()).isEqualTo(lost);
    }

    @Test
    void theMirrorGetsWhatTheServiceGetsAndItsAnswerGoesNowhere() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("service"));
                ScriptedServer mirror =
                        telling(
                                copies,
                                "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 500 No\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
                TestGateway gateway = gateway(server, mirror.address(), "");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(GET).answer())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("service");
                String request = take(got);
                assertThat(request).startsWith("GET /new/x HTTP/1.1\r\nHost: a.example:81\r\n");
                assertThat(take(copies))
                        .isEqualTo(
                                request.substring(0, request.length() - 2)
                                        + "X-Sampan-Mirror: r\r\n\r\n");
                awaitCounts(gateway, i + 1, 0);
            }
            assertThat(mirror.connections()).isEqualTo(1);
            String body = "0123456789".repeat(1000);
            client.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n"
                            + body.substring(0, 1000));
            client.send(body.substring(1000));
            assertThat(client.answer()).endsWith("service");
            assertThat(take(got)).endsWith(body);
            assertThat(take(copies)).endsWith("X-Sampan-Mirror: r\r\n\r\n" + body);
        }
    }

    @Test
    void aMirrorThatIsAwayOrSilentOrBrokenIsNotNoticed() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        ScriptedServer away = ScriptedServer.echoing();
        away.close();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer silent =
                        new ScriptedServer(peer -> {
                            peer.head();
                            int _ = peer.in().read();
                        });
                ScriptedServer broken =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n");
                            peer.write("\r\n");
                            peer.head();
                        })) {
            for (String mirror :
                    new String[] {away.address(), silent.address(), broken.address()}) {
                try (TestGateway gateway = gateway(server, mirror, "", ", responseTimeout: 300ms");
                        RawClient client = gateway.client()) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(client.send(GET).answer()).endsWith("x");
                    }
                    awaitCounts(gateway, 0, 3);
                    assertThat(client.send(GET).answer()).endsWith("x");
                }
            }
        }
    }

    @Test
    void longBodiesAndUpgradesAreNotCopied() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer mirror = telling(copies, ok("y"));
                TestGateway gateway = gateway(server, mirror.address(), ", bodyMax: 10B");
                RawClient client = gateway.client()) {
            client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789");
            client.send("a");
            assertThat(client.answer()).endsWith("x");
            awaitCounts(gateway, 0, 1);
            client.send("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789");
            assertThat(client.answer()).endsWith("x");
            assertThat(take(copies)).startsWith("POST /new/b ");
            client.send(
                    "GET /c HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n");
            assertThat(client.answer()).endsWith("x");
            assertThat(client.send(GET).answer()).endsWith("x");
            assertThat(take(copies)).as("nothing was copied between").startsWith("GET /new/x ");
        }
    }

    @Test
    void aRequestThatEndsHalfwayIsNotCopied() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer mirror = telling(copies, ok("y"));
                TestGateway gateway = gateway(server, mirror.address(), "")) {
            try (RawClient client = gateway.client()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
            }
            awaitCounts(gateway, 0, 1);
            assertThat(mirror.connections()).isZero();
        }
    }

    @Test
    void aShadowsHostIsToldApart() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer mirror = telling(copies, ok("y"));
                TestGateway gateway = gateway(server, mirror.address(), ", shadowHost: true");
                RawClient client = gateway.client()) {
            client.send(GET).answer();
            assertThat(take(copies)).contains("\r\nHost: a.example-shadow:81\r\n");
            client.send("GET / HTTP/1.1\r\nX: 1\r\nhost:b\r\n\r\n").answer();
            assertThat(take(copies)).contains("\r\nhost:b-shadow\r\n");
            client.send("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").answer();
            assertThat(take(copies)).contains("\r\nHost: [::1]:80\r\n");
        }
    }

    @Test
    void aConnectionThatTheMirrorClosedMeanwhileCostsNoCopy() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer mirror =
                        new ScriptedServer(peer -> {
                            copies.add(peer.head());
                            peer.write(ok("y"));
                        });
                TestGateway gateway = gateway(server, mirror.address(), "");
                RawClient client = gateway.client()) {
            for (int i = 1; i <= 10; i++) {
                assertThat(client.send(GET).answer()).endsWith("x");
                take(copies);
                awaitCounts(gateway, i, 0);
            }
        }
    }

    @Test
    void streamsOfHttp2AreCopiedToo() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        try (ScriptedServer server = telling(got, ok("x"));
                ScriptedServer mirror = telling(copies, ok("y"));
                TestGateway gateway = gateway(server, mirror.address(), "");
                Http2Peer client = new Http2Peer(gateway.port(), true)) {
            client.send(
                    Http2Peer.frame(
                            Http2Peer.HEADERS,
                            Http2Peer.END_HEADERS,
                            1,
                            Http2Peer.post("/p") + Http2Peer.field("content-length", "6")),
                    Http2Peer.frame(Http2Peer.DATA, 0, 1, "abc"),
                    Http2Peer.frame(Http2Peer.DATA, Http2Peer.END_STREAM, 1, "def"));
            assertThat(client.answer(1).getLast().text()).isEqualTo("x");
            assertThat(take(copies))
                    .startsWith("POST /new/p HTTP/1.1\r\n")
                    .endsWith("\r\n\r\nabcdef");
        }
    }

    @Test
    void whatNoCopyCanDoIsRefusedInTheFile() {
        refused("{respond: {}, mirror: {service: s}}", "goes with a service");
        refused("{service: s, mirror: {service: t}}", "names service \"t\"");
        refused("{service: s, mirror: {service: s, bodyMax: 1MiB}}", "at most 65536");
        refused("{service: s, mirror: {service: p}}", "proxyProtocol");
    }

    private static void refused(String route, String remedy) {
        String yaml =
                "services: {s: {targets: ['127.0.0.1:1']},"
                        + " p: {targets: ['127.0.0.1:1'], proxyProtocol: true}}\nroutes: ["
                        + route
                        + "]\n";
        assertThatThrownBy(() -> new TestGateway(yaml).close())
                .as(route)
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(remedy);
    }
}
