package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.system.gateway.GatewayProcess;
import sampan.system.gateway.Pebble;
import sampan.system.gateway.Sealed;

/// Certificates by ACME in the gateway that a daemon feeds: it runs as nobody, sees a disk that can
/// only be read, and keeps what it ordered in the one directory that is its own.
@Tag("system")
@Timeout(300)
class GatewayAcmeTest {
    private static final Duration ORDER_MAX = Duration.ofSeconds(90);
    private static final Duration VALIDITY = Duration.ofSeconds(40);
    private static final String NAME = "shop.example";
    // A confined gateway has a /tmp of its own: what it shall read lies elsewhere.
    private static final Path READABLE = Path.of("/var/tmp");

    private final int clear = GatewayProcess.freePort();
    private final int sealed = GatewayProcess.freePort();

    private static Path readable() throws java.io.IOException {
        Path directory = Files.createTempDirectory(READABLE, "sampan-acme-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return GatewayProcess.sign(directory);
    }

    /// A daemon's end is nothing to its gateway, which is ended here.
    private static void end(PrivateDaemon daemon) {
        daemon.close();
        daemon.gateways().forEach(ProcessHandle::destroyForcibly);
        Eventually.await("its end", () -> daemon.gateways().isEmpty());
        DaemonExtension.delete(daemon.home());
    }

    private PrivateDaemon daemon(Path directory, int server) throws java.io.IOException {
        return new PrivateDaemon(
                        "--gateway-http",
                        "127.0.0.1:" + clear,
                        "--gateway-file",
                        file(directory, server).toString())
                .start();
    }

    private Path file(Path directory, int server) throws java.io.IOException {
        return Files.writeString(
                directory.resolve("gateway.yaml"),
                """
                acme:
                  server: "https://127.0.0.1:%d/dir"
                  directory: /run/gateway/acme
                  agreeToTerms: true
                  authorities: shown.pem
                listeners:
                - "127.0.0.1:%d"
                - {address: "127.0.0.1:%d", tls: {acme: [shop.example]}}
                routes: [{name: r, path: /, respond: {text: hi}}]
                """
                        .formatted(server, clear, sealed));
    }

    @Test
    void aFedGatewayOrdersRenewsAndKeepsItsCertificate() throws Exception {
        Path directory = readable();
        try (Pebble pebble = new Pebble(directory, clear, VALIDITY)) {
            PrivateDaemon daemon = daemon(directory, pebble.port());
            try {
                orderAndRenew(daemon);
            } finally {
                end(daemon);
            }
        } finally {
            DaemonExtension.delete(directory);
        }
    }

    private void orderAndRenew(PrivateDaemon daemon) throws java.io.IOException {
        Eventually.await("a first certificate", ORDER_MAX, this::isIssued);
        X509Certificate first = Sealed.shown(sealed, NAME);
        // The daemon's end is nothing to it: it renews by itself.
        daemon.kill();
        Eventually.await(
                "its renewal",
                ORDER_MAX,
                () -> {
                    X509Certificate now = Sealed.shown(sealed, NAME);
                    assertThat(now.getNotAfter()).isAfter(new Date());
                    return !now.equals(first);
                });
        daemon.start();
        assertThat(daemon.sampan("gateway", "routes").err()).doesNotContain("certificate");
        assertThat(kept(daemon)).isEqualTo("rw-------");
    }

    private boolean isIssued() {
        try {
            return Pebble.isIssuer(Sealed.shown(sealed, NAME));
        } catch (AssertionError _) {
            return false; // it does not listen yet
        }
    }

    private static String kept(PrivateDaemon daemon) throws java.io.IOException {
        Path kept = daemon.root().resolve("gateway/state/acme").resolve(NAME + ".pem");
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(kept));
    }

    @Test
    void whatFailsIsShownWherePeopleLook() throws Exception {
        Path directory = readable();
        PrivateDaemon daemon = daemon(directory, GatewayProcess.freePort());
        try {
            Eventually.await(
                    "the problem",
                    ORDER_MAX,
                    () -> daemon.sampan("gateway", "routes").err().contains("next try at"));
            assertThat(daemon.sampan("gateway", "routes").err())
                    .contains("certificate " + NAME)
                    .contains("ConnectException");
        } finally {
            end(daemon);
            DaemonExtension.delete(directory);
        }
    }
}
