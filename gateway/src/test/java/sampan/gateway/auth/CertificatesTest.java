package sampan.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;
import sampan.gateway.proxy.TestCertificates;

/// Certificates both ways, of an authority made by openssl: clients that prove who they are by
/// mutual TLS, and servers that the gateway asks.
@Timeout(120)
class CertificatesTest {
    @TempDir static Path directory;
    static TestCertificates certificates;

    @TempDir static Path elsewhere;
    static TestCertificates others;

    @BeforeAll
    static void sign() throws IOException {
        certificates = new TestCertificates(directory);
        certificates.sign("door", "DNS:localhost,IP:127.0.0.1");
        certificates.sign("batch", "DNS:batch.example");
        certificates.sign("report", "URI:spiffe://example/report");
        certificates.sign("stranger", "DNS:stranger.example");
        others = new TestCertificates(elsewhere);
        others.sign("batch", "DNS:batch.example");
    }

    private static String door(String clients) {
        return "tls: {certificates: [{chain: "
                + certificates.file("door.pem")
                + ", key: "
                + certificates.file("door.key")
                + "}], clientCertificates: "
                + clients
                + ", authorities: "
                + certificates.file("ca.pem")
                + "}";
    }

    private static String routes(ScriptedServer server) {
        return """
        services: {s: {targets: ["%s"]}}
        consumers:
          batch: {roles: [writer], certificates: ["CN=batch"]}
          report: {roles: [reader], certificates: ["uri:spiffe://example/report"]}
        authentication:
          methods: {partners: {certificate: {}}}
          use: [partners]
          headers: {name: X-Consumer, roles: X-Roles}
        authorization: {rules: [{methods: [GET], roles: [reader, writer]}, {methods: [POST], roles: [writer]}]}
        routes: [{name: r, service: s}]
        """
                .formatted(server.address());
    }

    private static HttpClient client(
            TestCertificates by, HttpClient.Version version, Optional<String> identity)
            throws Exception {
        return HttpClient.newBuilder().version(version).sslContext(by.client(identity)).build();
    }

    private static HttpResponse<String> ask(HttpClient client, int port, String method)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/x"))
                        .header("X-Consumer", "forged")
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpClient.Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void aCertificateProvesAConsumer(HttpClient.Version version) throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = TestGateway.listening(door("request"), routes(server));
                HttpClient batch = client(certificates, version, Optional.of("batch"));
                HttpClient report = client(certificates, version, Optional.of("report"));
                HttpClient stranger = client(certificates, version, Optional.of("stranger"));
                HttpClient nobody = client(certificates, version, Optional.empty())) {
            int port = gateway.port();
            HttpResponse<String> answer = ask(batch, port, "POST");
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .contains("X-Consumer: batch\r\n")
                    .contains("X-Roles: writer\r\n")
                    .doesNotContain("forged");
            assertThat(ask(report, port, "GET").body()).contains("X-Consumer: report\r\n");
            assertThat(ask(report, port, "POST").statusCode()).isEqualTo(403);
            assertThat(ask(stranger, port, "GET").statusCode()).isEqualTo(401);
            assertThat(ask(nobody, port, "GET").statusCode()).isEqualTo(401);
            assertThat(ask(batch, port, "GET").statusCode()).isEqualTo(200);
            assertThat(server.heads()).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpClient.Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void anotherAuthoritysCertificateProvesNothing(HttpClient.Version version) throws Exception {
        for (String clients : List.of("request", "require")) {
            try (ScriptedServer server = ScriptedServer.echoing();
                    TestGateway gateway = TestGateway.listening(door(clients), routes(server));
                    HttpClient forged =
                            HttpClient.newBuilder()
                                    .version(version)
                                    .sslContext(
                                            others.client(
                                                    Optional.of("batch"),
                                                    certificates.file("ca.pem")))
                                    .build()) {
                String came;
                try {
                    came = Integer.toString(ask(forged, gateway.port(), "GET").statusCode());
                } catch (IOException _) {
                    came = "no connection";
                }
                assertThat(came).isIn("no connection", "401");
                assertThat(server.heads()).isEmpty();
            }
        }
    }

    private static HttpsServer keyServer(RSAKey key) throws Exception {
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.server("door")));
        byte[] body = new JWKSet(key).toString(true).getBytes(StandardCharsets.UTF_8);
        server.createContext(
                "/keys",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.createContext(
                "/check",
                exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders().add("X-User", "ann");
                        exchange.sendResponseHeaders(200, -1);
                    }
                });
        server.start();
        return server;
    }

    private static String asking(HttpsServer keys, String ca) {
        String base = "https://localhost:" + keys.getAddress().getPort();
        return """
        authentication:
          methods:
            users: {jwt: {issuers: [{jwks: "%s/keys"%s}]}}
            legacy: {forward: {uri: "%s/check"%s, name: X-User}}
        routes:
        - {name: r, path: /jwt, respond: {text: fine}, authenticate: [users]}
        - {name: f, path: /forward, respond: {text: fine}, authenticate: [legacy]}
        """
                .formatted(base, ca, base, ca);
    }

    @Test
    void serversThatAreAskedMayHaveAnAuthorityOfTheirOwn() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).keyID("k").keyUse(KeyUse.SIGNATURE).generate();
        HttpsServer keys = keyServer(key);
        String token =
                Tokens.sign(
                        Tokens.header(JWSAlgorithm.RS256, "k"),
                        Tokens.claims().build(),
                        new RSASSASigner(key));
        String get = " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n";
        String ours = ", ca: " + certificates.file("ca.pem");
        String anothers = ", ca: " + others.file("ca.pem");
        try {
            try (TestGateway gateway = new TestGateway(asking(keys, ours));
                    RawClient client = gateway.client()) {
                assertThat(client.send("GET /jwt" + get).answer()).startsWith("HTTP/1.1 200");
                assertThat(client.send("GET /forward" + get).answer()).startsWith("HTTP/1.1 200");
            }
            for (String untrusting : List.of("", anothers)) {
                try (TestGateway gateway = new TestGateway(asking(keys, untrusting));
                        RawClient client = gateway.client()) {
                    assertThat(client.send("GET /jwt" + get).answer()).startsWith("HTTP/1.1 503");
                    assertThat(client.send("GET /forward" + get).answer())
                            .startsWith("HTTP/1.1 503");
                }
            }
        } finally {
            keys.stop(0);
        }
    }
}
