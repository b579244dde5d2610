package sampan.system.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import sampan.system.Dist;
import sampan.system.Eventually;

/// The program as it is shipped, with a file of its own: one listener in the clear and one with
/// TLS.
public final class GatewayProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final int END_SECONDS_MAX = 60;

    private final Path directory;
    private final Process process;
    private final int clear;
    private final int sealed;

    /// @param directory for its files
    /// @param yaml services and routes
    GatewayProcess(Path directory, String yaml) throws IOException {
        this(
                sign(directory),
                freePort(),
                "certificates: [{chain: shown.pem, key: shown.key}]",
                yaml);
    }

    /// @param clear the port of the listener in the clear
    /// @param tls of the other one
    GatewayProcess(Path directory, int clear, String tls, String yaml) throws IOException {
        this(directory, clear, freePort(), tls, yaml);
    }

    /// @param sealed the port of the listener with TLS
    GatewayProcess(Path directory, int clear, int sealed, String tls, String yaml)
            throws IOException {
        this.directory = directory;
        this.clear = clear;
        this.sealed = sealed;
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(
                file,
                """
                listeners:
                - "127.0.0.1:%d"
                - {address: "127.0.0.1:%d", tls: {%s}}
                %s\
                """
                        .formatted(clear, sealed, tls, yaml));
        process =
                new ProcessBuilder(Dist.program("sampan-gateway"), "--config", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("out").toFile())
                        .start();
        Eventually.await("a gateway that listens", START_MAX, () -> takesConnections(sealed));
    }

    /// One service at this port, and a route to it for everything.
    ///
    /// @param service what else it says of itself, such as `, protocol: grpc`
    static GatewayProcess before(Path directory, int port, String service) throws IOException {
        return new GatewayProcess(
                directory,
                "services: {s: {targets: [\"127.0.0.1:%d\"]%s}}\nroutes: [{name: r, service: s}]\n"
                        .formatted(port, service));
    }

    /// Makes `shown.pem` and `shown.key`, of localhost.
    public static Path sign(Path directory) throws IOException {
        Tool.run(
                        directory,
                        List.of(
                                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout shown.key -out shown.pem"
                                        .split(" ")))
                .expectSuccess();
        return directory;
    }

    private boolean takesConnections(int port) {
        if (!process.isAlive()) {
            throw new AssertionError("the gateway has ended: " + said());
        }
        return Tool.takesConnections(port);
    }

    /// A port that nobody uses now.
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The port of the listener in the clear.
    int clear() {
        return clear;
    }

    /// The port of the listener with TLS.
    int sealed() {
        return sealed;
    }

    /// What it shows, which is signed by itself.
    Path certificate() {
        return directory.resolve("shown.pem");
    }

    long pid() {
        return process.pid();
    }

    String said() {
        try {
            return Files.readString(directory.resolve("out"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A client's side that trusts it.
    SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(certificate())) {
            trusted.setCertificateEntry(
                    "shown", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /// Tells it to end; what is under way goes on for a while.
    void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
