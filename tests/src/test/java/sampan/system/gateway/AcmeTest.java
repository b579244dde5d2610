package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.system.Eventually;

/// Certificates of pebble, a real ACME server, which asks the gateway to prove its names.
@Tag("system")
@Timeout(240)
class AcmeTest {
    private static final Duration ORDER_MAX = Duration.ofSeconds(90);
    private static final int READ_MILLIS_MAX = 60_000;
    private static final String NAME = "shop.example";
    private static final String ORDERED = "acme: [{names: [shop.example, www.shop.example]}]";
    // Nobody may do anything but on route r: a challenge is answered nevertheless.
    private static final String ROUTES =
            """
            routes: [{name: r, path: /, respond: {text: hi}}]
            authorization: {rules: [{routes: [r], anyone: true}]}
            """;

    @TempDir Path directory;

    private static String acme(int server) {
        return """
        acme:
          server: "https://127.0.0.1:%d/dir"
          email: ops@shop.example
          directory: acme
          agreeToTerms: true
          authorities: shown.pem
        """
                .formatted(server);
    }

    /// Takes any certificate: what is shown is the test's to judge.
    private static final class Anything extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static SSLSocket connect(GatewayProcess gateway, String name)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anything()}, null);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", gateway.sealed());
        socket.setSoTimeout(READ_MILLIS_MAX);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static X509Certificate shown(GatewayProcess gateway, String name) {
        try (SSLSocket socket = connect(gateway, name)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isIssued(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName().contains("Pebble");
    }

    private static String get(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write(
                        "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    @Test
    void aCertificateIsOrderedShownAndKept() throws Exception {
        GatewayProcess.sign(directory);
        int clear = GatewayProcess.freePort();
        try (Pebble pebble = new Pebble(directory, clear)) {
            X509Certificate issued;
            try (GatewayProcess gateway =
                            new GatewayProcess(
                                    directory, clear, ORDERED, acme(pebble.port()) + ROUTES);
                    SSLSocket before = connect(gateway, NAME)) {
                assertThat(get(before)).isEqualTo("HTTP/1.1 200");
                Eventually.await(
                        "a certificate of pebble's",
                        ORDER_MAX,
                        () -> isIssued(shown(gateway, NAME)));
                issued = shown(gateway, NAME);
                assertThat(issued.getSubjectAlternativeNames().toString())
                        .contains(NAME, "www.shop.example");
                // who was there before stays, and ends as any other
                before.getInputStream().skipNBytes(before.getInputStream().available());
                before.getOutputStream()
                        .write(
                                "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(
                                new String(
                                        before.getInputStream().readAllBytes(),
                                        StandardCharsets.US_ASCII))
                        .contains("HTTP/1.1 200");
            }
            assertThat(modes())
                    .containsEntry("account.key", "rw-------")
                    .containsEntry(NAME + ".pem", "rw-------")
                    .doesNotContainValue("rw-r--r--");
            // The next one shows it at once, and orders what is asked for besides.
            try (GatewayProcess again =
                    new GatewayProcess(
                            directory,
                            clear,
                            "acme: [{names: [shop.example, www.shop.example]}, api.example]",
                            acme(pebble.port()) + ROUTES)) {
                assertThat(shown(again, NAME)).isEqualTo(issued);
                Eventually.await(
                        "a second certificate",
                        ORDER_MAX,
                        () -> isIssued(shown(again, "api.example")));
                assertThat(shown(again, NAME)).isEqualTo(issued);
                assertThat(again.said()).doesNotContain("no certificate");
            }
        }
    }

    private java.util.Map<String, String> modes() throws IOException {
        java.util.Map<String, String> modes = new java.util.TreeMap<>();
        try (var files = Files.list(directory.resolve("acme"))) {
            for (Path file : files.toList()) {
                modes.put(
                        String.valueOf(file.getFileName()),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        return modes;
    }

    @Test
    void aServerThatIsNotThereHoldsUpNothingAndIsTold() throws Exception {
        GatewayProcess.sign(directory);
        try (GatewayProcess gateway =
                new GatewayProcess(
                        directory,
                        GatewayProcess.freePort(),
                        ORDERED,
                        acme(GatewayProcess.freePort()) + ROUTES)) {
            try (SSLSocket socket = connect(gateway, NAME)) {
                assertThat(get(socket)).isEqualTo("HTTP/1.1 200");
            }
            Eventually.await(
                    "the failure in the log",
                    ORDER_MAX,
                    () ->
                            gateway.said()
                                    .contains(
                                            "acme: no certificate of [shop.example,"
                                                    + " www.shop.example]"));
            assertThat(gateway.said()).contains("next try at");
            assertThat(isIssued(shown(gateway, NAME))).isFalse();
        }
    }
}
