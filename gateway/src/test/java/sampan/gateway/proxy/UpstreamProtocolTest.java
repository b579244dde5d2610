package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.gateway.proxy.Http2Peer.DATA;
import static sampan.gateway.proxy.Http2Peer.END_HEADERS;
import static sampan.gateway.proxy.Http2Peer.END_STREAM;
import static sampan.gateway.proxy.Http2Peer.HEADERS;
import static sampan.gateway.proxy.Http2Peer.frame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;

/// What the gateway speaks with services: HTTP/2 (another gateway takes it), TLS, PROXY headers.
@Timeout(120)
class UpstreamProtocolTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private static TestGateway before(int port, String service) throws IOException {
        return new TestGateway(
                "services: {s: {targets: [\"127.0.0.1:"
                        + port
                        + "\"], "
                        + service
                        + "}}\nroutes: [{name: r, service: s}]\n");
    }

    @Test
    void requestsOfManyClientsShareAConnectionOfHttp2() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway inner = TestGateway.before(server.address());
                TestGateway outer = before(inner.port(), "protocol: h2c");
                RawClient one = outer.client();
                RawClient two = outer.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(one.send(GET).answer()).startsWith("HTTP/1.1 200").contains("GET / ");
                assertThat(two.send(GET).answer()).startsWith("HTTP/1.1 200");
            }
            assertThat(inner.running().gateway().clients()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatTakesNoConnectionIsA502() throws IOException {
        int port;
        try (ScriptedServer gone = ScriptedServer.echoing()) {
            port = gone.port();
        }
        try (TestGateway outer = before(port, "protocol: h2c");
                RawClient client = outer.client()) {
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 502");
        }
    }

    @Test
    void callsWithTrailersPassBothWays() throws IOException {
        ScriptedServer.Script script =
                peer -> {
                    peer.head();
                    StringBuilder body = new StringBuilder();
                    while (!body.toString().endsWith("0\r\n\r\n")) {
                        body.append((char) peer.in().read());
                    }
                    peer.write(
                            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
                                    + "grpc-status: 0\r\n\r\n");
                };
        try (ScriptedServer server = new ScriptedServer(script);
                TestGateway inner = TestGateway.before(server.address());
                TestGateway outer = before(inner.port(), "protocol: grpc");
                Http2Peer client = new Http2Peer(outer.port(), true)) {
            client.send(
                    frame(HEADERS, END_HEADERS, 1, Http2Peer.post("/s/m")),
                    frame(DATA, END_STREAM, 1, "ask"));
            List<Http2Peer.Frame> answer = client.answer(1);
            assertThat(answer.getFirst().type()).isEqualTo(HEADERS);
            assertThat(answer.get(1).text()).isEqualTo("hello");
            assertThat(answer.getLast().type()).isEqualTo(HEADERS);
            assertThat(answer.getLast().text()).contains("grpc-status");
        }
    }

    @Test
    void servicesAreSpokenToByTlsAndMustBeWhoTheyAreSaidToBe(@TempDir Path directory)
            throws IOException {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.sign("a", "DNS:inner.example");
        String pair =
                "{chain: "
                        + certificates.file("a.pem")
                        + ", key: "
                        + certificates.file("a.key")
                        + "}";
        String authorities = ", authorities: " + certificates.file("ca.pem") + "}";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway inner =
                        TestGateway.listening(
                                "tls: {certificates: [" + pair + "]}",
                                "services: {s: {targets: [\""
                                        + server.address()
                                        + "\"]}}\nroutes: [{name: r, service: s}]\n")) {
            for (String protocol : List.of("h1", "h2")) {
                String right = "protocol: " + protocol + ", tls: {serverName: inner.example";
                try (TestGateway outer = before(inner.port(), right + authorities);
                        RawClient client = outer.client()) {
                    assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
                    assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
                }
                String wrong = "protocol: " + protocol + ", tls: {serverName: other.example";
                try (TestGateway outer = before(inner.port(), wrong + authorities);
                        RawClient client = outer.client()) {
                    assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 502");
                }
            }
        }
    }

    @Test
    void aServiceIsToldTheClientByAProxyHeader() throws IOException {
        ScriptedServer.Script script =
                peer -> {
                    byte[] header = peer.in().readNBytes(28);
                    String head = peer.head();
                    boolean named = header[12] == 0x21 && header[16] == 127 && header[19] == 1;
                    String signature = new String(header, 0, 12, StandardCharsets.ISO_8859_1);
                    boolean good = named && signature.endsWith("QUIT\n") && head.startsWith("GET");
                    peer.write(
                            "HTTP/1.1 " + (good ? 200 : 500) + " x\r\nContent-Length: 0\r\n\r\n");
                    peer.in().read();
                };
        try (ScriptedServer server = new ScriptedServer(script);
                TestGateway outer = before(server.port(), "proxyProtocol: true");
                RawClient client = outer.client()) {
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            assertThat(server.connections()).isEqualTo(2);
        }
    }
}
