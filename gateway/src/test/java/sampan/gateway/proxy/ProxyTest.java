package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;

/// Messages through the gateway, octet for octet, over real sockets.
@Timeout(60)
class ProxyTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n";

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void whatAServerSeesOfARequest() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(
                    "GET /a?b=c HTTP/1.1\r\nHost: a.example:80\r\nConnection: keep-alive, x-hop\r\n"
                            + "X-Hop: 1\r\nX-End: 2\r\nX-Forwarded-For: 6.6.6.6\r\n"
                            + "Proxy-Authorization: x\r\nTE: trailers\r\n\r\n");
            assertThat(client.answer())
                    .endsWith(
                            "GET /a?b=c HTTP/1.1\r\nHost: a.example:80\r\nX-End: 2\r\n"
                                    + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
                                    + "X-Forwarded-Host: a.example:80\r\n\r\n");
        }
    }

    @Test
    void absoluteTargetsGoOnAsPaths() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send("GET http://a.example?x HTTP/1.1\r\nHost: a.example\r\n\r\n");
            assertThat(client.answer()).contains("GET /?x HTTP/1.1\r\n");
        }
    }

    @Test
    void oneUpstreamConnectionServesManyRequests() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address());
                RawClient one = gateway.client();
                RawClient two = gateway.client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(one.send(GET + "\r\n").answer()).startsWith("HTTP/1.1 200");
                assertThat(two.send(GET + "\r\n").answer()).startsWith("HTTP/1.1 200");
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer()).contains("GET /" + i + " HTTP/1.1");
            }
        }
    }

    @Test
    void requestsThatComeWhileOneIsAnsweredWait() throws Exception {
        AtomicInteger served = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                peer.write(answer("n" + served.incrementAndGet()));
                            }
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HT");
            assertThat(client.answer()).endsWith("n1");
            client.send("TP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer()).endsWith("n2");
        }
    }

    @Test
    void chunksAndTrailersGoThroughBothWays() throws IOException {
        String body = "3\r\nabc\r\n5;x=y\r\n01234\r\n0\r\nX-Sum: 1\r\n\r\n";
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            String seen =
                                    new String(peer.in().readNBytes(body.length()), "US-ASCII");
                            peer.write(
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + seen);
                            peer.head();
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send(body.substring(0, 7));
            client.send(body.substring(7));
            assertThat(client.head()).contains("Transfer-Encoding: chunked");
            assertThat(client.read(body.length())).isEqualTo(body);
            assertThat(gateway.running().gateway().clients()).isEqualTo(1);
        }
    }

    @Test
    void aClientWaitsForTheServersContinue() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            assertThat(peer.head()).contains("Expect: 100-continue");
                            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                            peer.in().readNBytes(4);
                            peer.write(answer("done"));
                            peer.head();
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(
                    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                            + "Expect: 100-continue\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            client.send("body");
            assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("done");
        }
    }

    @Test
    void interimAnswersAndTheLastMayComeAtOnce() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(
                                    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("x"));
                            peer.head();
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(GET + "\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 103").contains("Link: </a>");
            assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("x");
        }
    }

    @Test
    void answersWithoutABodyEndWithTheirHead() throws IOException {
        String[] answers = {
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n",
        };
        AtomicInteger next = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                peer.write(answers[next.getAndIncrement()]);
                            }
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.head()).contains("Content-Length: 100");
            client.send(GET + "\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 204").doesNotContain("Content-Length");
            client.send(GET + "\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 304");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerThatEndsWithItsConnectionEndsTheClientsToo() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write("HTTP/1.0 200 OK\r\n\r\nold");
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(GET + "\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200").contains("Connection: close");
            assertThat(client.rest()).isEqualTo("old");
        }
    }

    @Test
    void aCutAnswerIsNotTakenForAWhole() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(GET + "\r\n");
            client.head();
            org.assertj.core.api.Assertions.assertThatThrownBy(client::rest)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void olderClientsKeepTheirConnectionWhereTheyAsk() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(answer("x"));
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.answer()).contains("Connection: keep-alive");
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.answer()).contains("Connection: close");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void upgradedConnectionsMoveBytesBothWaysAndEndHalfByHalf() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            assertThat(peer.head())
                                    .contains("Connection: upgrade\r\nUpgrade: websocket");
                            peer.write(
                                    "HTTP/1.1 101 Switching Protocols\r\n"
                                            + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                            + "\r\nhello");
                            byte[] seen = peer.in().readAllBytes();
                            peer.write("got " + new String(seen, "US-ASCII"));
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(GET + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly ");
            assertThat(client.head()).startsWith("HTTP/1.1 101").contains("Upgrade: websocket");
            assertThat(client.read(5)).isEqualTo("hello");
            client.send("late");
            client.socket().shutdownOutput();
            assertThat(client.rest()).isEqualTo("got early late");
        }
    }

    @Test
    void nobodyGetsPastTheGatewayByHttp2InClear() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            client.send(
                    GET
                            + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AAMAAABk\r\n\r\n");
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 200")
                    .doesNotContainIgnoringCase("h2c")
                    .doesNotContainIgnoringCase("http2-settings");
        }
    }

    @Test
    void anUnaskedUpgradeIsNoAnswer() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(
                                    "HTTP/1.1 101 x\r\nConnection: upgrade\r\n"
                                            + "Upgrade: x\r\n\r\n");
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            assertThat(client.send(GET + "\r\n").answer()).startsWith("HTTP/1.1 502");
        }
    }

    @Test
    void bytesBehindAnAnswerAreNotTheNextOnes() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(answer("x") + "HTTP/1.1 200 OK\r\n\r\nforged");
                            peer.head();
                        });
                TestGateway gateway = TestGateway.before(server.address());
                RawClient client = gateway.client()) {
            assertThat(client.send(GET + "\r\n").answer()).endsWith("x");
            assertThat(client.send(GET + "\r\n").answer()).endsWith("x");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void malformedAnswersAreBadGateways() throws IOException {
        String[] answers = {
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nx",
            "HTTP/1.1 200 OK\nA: b\r\n\r\n",
            "HTTP/1.1 OK\r\n\r\n",
            "SSH-2.0-OpenSSH\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: " + "a".repeat(60 << 10),
        };
        AtomicInteger next = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(answers[next.getAndIncrement()]);
                        });
                TestGateway gateway = TestGateway.before(server.address())) {
            for (int i = 0; i < answers.length; i++) {
                try (RawClient client = gateway.client()) {
                    assertThat(client.send(GET + "\r\n").answer())
                            .as(answers[i])
                            .startsWith("HTTP/1.1 502");
                }
            }
        }
    }

    @Test
    void whoEndsItsSideBehindPipelinedRequestsIsStillAnswered() throws Exception {
        // An answer and the end had to come in one batch of events for the rest to be lost.
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.before(server.address())) {
            for (int i = 0; i < 200; i++) {
                try (RawClient client = gateway.client()) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4));
                    client.socket().shutdownOutput();
                    assertThat(client.rest().split("HTTP/1.1 200", -1)).hasSize(5);
                }
            }
        }
    }
}
