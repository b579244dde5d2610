package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;

/// TLS in front of the gateway, by Java's own TLS on the other side.
@Timeout(120)
class TlsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    @TempDir static Path directory;
    static TestCertificates certificates;

    @BeforeAll
    static void sign() throws IOException {
        certificates = new TestCertificates(directory);
        certificates.sign("a", "DNS:a.example,DNS:localhost");
        certificates.sign("b", "DNS:b.example,DNS:*.b.example");
        certificates.sign("caller", "URI:spiffe://example/caller");
    }

    private static String pair(String name) {
        return "{chain: "
                + certificates.file(name + ".pem")
                + ", key: "
                + certificates.file(name + ".key")
                + "}";
    }

    private static TestGateway gateway(String tls, ScriptedServer server) throws IOException {
        return TestGateway.listening(
                "tls: {" + tls + "}",
                "services: {s: {targets: [\""
                        + server.address()
                        + "\"]}}\nroutes: [{name: r, service: s}]\n");
    }

    private static SSLSocket connect(int port, SSLContext context, String name) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static RawClient client(TestGateway gateway, String name) throws Exception {
        SSLSocket socket =
                connect(gateway.port(), certificates.client(Optional.empty()), "a.example");
        socket.setSSLParameters(named(socket, name));
        socket.startHandshake();
        return new RawClient(socket);
    }

    private static SSLParameters named(SSLSocket socket, String name) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("");
        return parameters;
    }

    @Test
    void requestsComeSealedAndTheServerIsToldSo() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                RawClient client = client(gateway, "a.example")) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(GET).answer())
                        .startsWith("HTTP/1.1 200")
                        .contains("X-Forwarded-Proto: https");
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void theNameAskedForPicksTheCertificate() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway("certificates: [" + pair("a") + ", " + pair("b") + "]", server)) {
            assertThat(subject(gateway, "a.example")).isEqualTo("CN=a");
            assertThat(subject(gateway, "b.example")).isEqualTo("CN=b");
            assertThat(subject(gateway, "x.b.example")).isEqualTo("CN=b");
            assertThat(subject(gateway, "x.y.b.example")).isEqualTo("CN=a");
            assertThat(subject(gateway, "else.example")).isEqualTo("CN=a");
        }
    }

    @Test
    void aCertificateBehindItsKeyInOneFileWasNotRead() throws Exception {
        Path both = certificates.file("both.pem");
        Files.writeString(
                both,
                Files.readString(certificates.file("b.key"))
                        + Files.readString(certificates.file("b.pem")));
        String one = "{chain: " + both + ", key: " + both + "}";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway("certificates: [" + pair("a") + ", " + one + "]", server)) {
            assertThat(subject(gateway, "b.example")).isEqualTo("CN=b");
        }
    }

    private static String subject(TestGateway gateway, String name) throws Exception {
        try (RawClient client = client(gateway, name)) {
            SSLSocket socket = (SSLSocket) client.socket();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void bodiesLargerThanRecordsAndBuffersPassBothWays() throws Exception {
        byte[] body = new byte[3 << 20];
        new java.util.Random(4).nextBytes(body);
        ScriptedServer.Script script =
                peer -> {
                    peer.head();
                    byte[] got = peer.in().readNBytes(body.length);
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + got.length + "\r\n\r\n");
                    peer.out().write(got);
                    peer.out().flush();
                };
        try (ScriptedServer server = new ScriptedServer(script);
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                RawClient client = client(gateway, "a.example")) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: "
                            + body.length
                            + "\r\n\r\n");
            OutputStream out = client.socket().getOutputStream();
            out.write(body);
            out.flush();
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(client.socket().getInputStream().readNBytes(body.length)).isEqualTo(body);
        }
    }

    @Test
    void manyRequestsInOneRecordAreAllAnswered() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                RawClient client = client(gateway, "a.example")) {
            client.send(GET.repeat(20));
            for (int i = 0; i < 20; i++) {
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void anUpgradedConnectionIsATunnelUnderTlsToo() throws Exception {
        ScriptedServer.Script echo =
                peer -> {
                    peer.head();
                    peer.write(
                            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                                    + "Upgrade: websocket\r\n\r\n");
                    peer.in().transferTo(peer.out());
                };
        try (ScriptedServer server = new ScriptedServer(echo);
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                RawClient client = client(gateway, "a.example")) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101");
            for (String text : List.of("one", "two", "x".repeat(100_000))) {
                assertThat(client.send(text).read(text.length())).isEqualTo(text);
            }
        }
    }

    @Test
    void whoMustShowACertificateAndHasNoneGetsNothing() throws Exception {
        String tls =
                "certificates: ["
                        + pair("a")
                        + "], clientCertificates: require, authorities: "
                        + certificates.file("ca.pem");
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(tls, server)) {
            SSLContext known = certificates.client(Optional.of("caller"));
            try (SSLSocket socket = connect(gateway.port(), known, "a.example");
                    RawClient client = new RawClient(socket)) {
                assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            }
            SSLContext nobody = certificates.client(Optional.empty());
            try (SSLSocket socket = connect(gateway.port(), nobody, "a.example")) {
                RawClient client = new RawClient(socket);
                assertThatThrownBy(() -> client.send(GET).answer()).isInstanceOf(IOException.class);
            }
            assertThat(server.heads()).hasSize(1);
        }
    }

    @Test
    void newCertificatesAreShownWithoutDroppingAConnection() throws Exception {
        certificates.sign("c", "DNS:a.example");
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway("certificates: [" + pair("c") + "]", server);
                RawClient before = client(gateway, "a.example")) {
            String old = serial(before);
            certificates.sign("c", "DNS:a.example");
            for (String file : List.of("c.pem", "c.key")) {
                Files.setLastModifiedTime(
                        certificates.file(file), FileTime.fromMillis(1_000_000_000_000L));
            }
            assertThat(gateway.running().follow()).isTrue();
            assertThat(gateway.running().follow()).isFalse();
            try (RawClient after = client(gateway, "a.example")) {
                assertThat(after.send(GET).answer()).startsWith("HTTP/1.1 200");
                assertThat(serial(after)).isNotEqualTo(old);
            }
            assertThat(before.send(GET).answer()).startsWith("HTTP/1.1 200");
        }
    }

    private static String serial(RawClient client) throws IOException {
        SSLSocket socket = (SSLSocket) client.socket();
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSerialNumber()
                .toString();
    }

    @Test
    void aBrokenCertificateFileLeavesWhatWas() throws Exception {
        certificates.sign("d", "DNS:a.example");
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway("certificates: [" + pair("d") + "]", server)) {
            Files.writeString(certificates.file("d.pem"), "nothing");
            assertThat(gateway.running().follow()).isFalse();
            try (RawClient client = client(gateway, "a.example")) {
                assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void whoSpeaksInTheClearIsDropped() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                RawClient client = gateway.client()) {
            assertThat(client.send(GET + GET).untilDropped()).doesNotContain("HTTP/1.1 200");
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void http2IsAgreedOnAndCarriesBodiesBothWays() throws Exception {
        byte[] body = new byte[1 << 20];
        new java.util.Random(5).nextBytes(body);
        ScriptedServer.Script script =
                peer -> {
                    for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                        byte[] got = peer.in().readNBytes(RawClient.length(head));
                        peer.write(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + Integer.toHexString(got.length)
                                        + "\r\n");
                        peer.out().write(got);
                        peer.write("\r\n0\r\n\r\n");
                    }
                };
        try (ScriptedServer server = new ScriptedServer(script);
                TestGateway gateway = gateway("certificates: [" + pair("a") + "]", server);
                HttpClient client =
                        HttpClient.newBuilder()
                                .sslContext(certificates.client(Optional.empty()))
                                .build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + "/"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build();
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
            }
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                assertThat(answer.get().version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.get().body()).isEqualTo(body);
            }
        }
    }
}
