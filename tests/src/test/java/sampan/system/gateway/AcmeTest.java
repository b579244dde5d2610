package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import javax.net.ssl.SSLSocket;
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
    private static final Duration LONG = Duration.ofDays(90);
    // Two thirds of it pass before the renewal.
    private static final Duration SHORT = Duration.ofSeconds(30);
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
        try (Pebble pebble = new Pebble(directory, clear, LONG)) {
            X509Certificate issued;
            try (GatewayProcess gateway =
                            new GatewayProcess(
                                    directory, clear, ORDERED, acme(pebble.port()) + ROUTES);
                    SSLSocket before = Sealed.connect(gateway.sealed(), NAME)) {
                assertThat(get(before)).isEqualTo("HTTP/1.1 200");
                Eventually.await(
                        "a certificate of pebble's",
                        ORDER_MAX,
                        () -> Pebble.isIssuer(Sealed.shown(gateway.sealed(), NAME)));
                issued = Sealed.shown(gateway.sealed(), NAME);
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
                assertThat(Sealed.shown(again.sealed(), NAME)).isEqualTo(issued);
                Eventually.await(
                        "a second certificate",
                        ORDER_MAX,
                        () -> Pebble.isIssuer(Sealed.shown(again.sealed(), "api.example")));
                assertThat(Sealed.shown(again.sealed(), NAME)).isEqualTo(issued);
                assertThat(again.said()).doesNotContain("no certificate");
            }
        }
    }

    @Test
    void aCertificateIsRenewedBeforeItExpiresAndNobodyNotices() throws Exception {
        GatewayProcess.sign(directory);
        int clear = GatewayProcess.freePort();
        try (Pebble pebble = new Pebble(directory, clear, SHORT);
                GatewayProcess gateway =
                        new GatewayProcess(
                                directory, clear, ORDERED, acme(pebble.port()) + ROUTES)) {
            Eventually.await(
                    "a first certificate",
                    ORDER_MAX,
                    () -> Pebble.isIssuer(Sealed.shown(gateway.sealed(), NAME)));
            X509Certificate first = Sealed.shown(gateway.sealed(), NAME);
            try (SSLSocket kept = Sealed.connect(gateway.sealed(), NAME)) {
                Eventually.await(
                        "its renewal",
                        ORDER_MAX,
                        () -> {
                            X509Certificate now = Sealed.shown(gateway.sealed(), NAME);
                            // One that has expired is shown to nobody.
                            assertThat(now.getNotAfter()).isAfter(new Date());
                            assertThat(exchange(kept)).isEqualTo("HTTP/1.1 200");
                            return !now.equals(first);
                        });
                assertThat(Sealed.shown(gateway.sealed(), NAME).getPublicKey())
                        .isNotEqualTo(first.getPublicKey());
                assertThat(exchange(kept)).isEqualTo("HTTP/1.1 200");
            }
            assertThat(gateway.said()).doesNotContain("no certificate");
        }
    }

    @Test
    void namesAreProvedByTlsWhereNobodyReachesPort80() throws Exception {
        GatewayProcess.sign(directory);
        int sealed = GatewayProcess.freePort();
        String byTls = "  challenge: tls-alpn-01\n";
        // Nothing listens where names could be proved over HTTP.
        try (Pebble pebble = new Pebble(directory, GatewayProcess.freePort(), sealed, SHORT);
                GatewayProcess gateway =
                        new GatewayProcess(
                                directory,
                                GatewayProcess.freePort(),
                                sealed,
                                ORDERED,
                                acme(pebble.port()) + byTls + ROUTES)) {
            Eventually.await(
                    "a first certificate",
                    ORDER_MAX,
                    () -> Pebble.isIssuer(Sealed.shown(gateway.sealed(), NAME)));
            X509Certificate first = Sealed.shown(gateway.sealed(), NAME);
            assertThat(first.getSubjectAlternativeNames().toString())
                    .contains(NAME, "www.shop.example");
            try (SSLSocket kept = Sealed.connect(gateway.sealed(), NAME, "h2", "http/1.1")) {
                assertThat(kept.getApplicationProtocol()).isEqualTo("h2");
            }
            // Whoever offers the proof's protocol when none is asked for gets no connection.
            assertThatThrownBy(() -> Sealed.connect(gateway.sealed(), NAME, "acme-tls/1").close())
                    .isInstanceOf(IOException.class);
            Eventually.await(
                    "its renewal",
                    ORDER_MAX,
                    () -> !Sealed.shown(gateway.sealed(), NAME).equals(first));
            assertThat(modes().keySet()).noneMatch(file -> file.endsWith(".proof"));
        }
    }

    /// One request and its whole answer, after which the connection is good for another.
    private static String exchange(SSLSocket socket) {
        try {
            String status = get(socket);
            String rest = "";
            while (!rest.endsWith("\r\n\r\nhi\n")) {
                int octet = socket.getInputStream().read();
                assertThat(octet).as("after %s%s", status, rest).isNotNegative();
                rest += (char) octet;
            }
            return status;
        } catch (IOException e) {
            throw new AssertionError(e);
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
            try (SSLSocket socket = Sealed.connect(gateway.sealed(), NAME)) {
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
            assertThat(Pebble.isIssuer(Sealed.shown(gateway.sealed(), NAME))).isFalse();
        }
    }
}
