package sampan.system.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/// pebble, and a name server for which every name is this machine.
public final class Pebble implements AutoCloseable {
    private static final String CONFIG =
            """
            {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
              "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d,
              "certificateValidityPeriod": %d,
              "ocspResponderURL": "", "externalAccountBindingRequired": false}}
            """;

    private final int port = GatewayProcess.freePort();
    private final Tool.Server names;
    private final Tool.Server server;

    /// @param directory with `shown.pem` and `shown.key`
    /// @param http where names are to be proved
    /// @param validity of certificates
    public Pebble(Path directory, int http, Duration validity) throws IOException {
        this(directory, http, GatewayProcess.freePort(), validity);
    }

    /// @param sealed where they are to be proved by TLS
    public Pebble(Path directory, int http, int sealed, Duration validity) throws IOException {
        int dns = GatewayProcess.freePort();
        int management = GatewayProcess.freePort();
        names =
                new Tool.Server(
                        directory,
                        management,
                        List.of(
                                "pebble-challtestsrv",
                                "-dns01",
                                "127.0.0.1:" + dns,
                                "-management",
                                "127.0.0.1:" + management,
                                "-http01",
                                "",
                                "-https01",
                                "",
                                "-tlsalpn01",
                                "",
                                "-defaultIPv6",
                                ""));
        Path config = directory.resolve("pebble.json");
        Files.writeString(
                config,
                CONFIG.formatted(
                        port,
                        GatewayProcess.freePort(),
                        directory.resolve("shown.pem"),
                        directory.resolve("shown.key"),
                        http,
                        sealed,
                        validity.toSeconds()));
        server =
                new Tool.Server(
                        directory,
                        port,
                        List.of(
                                "env",
                                "PEBBLE_VA_NOSLEEP=1",
                                "pebble",
                                "-config",
                                config.toString(),
                                "-dnsserver",
                                "127.0.0.1:" + dns));
    }

    public int port() {
        return port;
    }

    /// Whether it issued this certificate.
    public static boolean isIssuer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName().contains("Pebble");
    }

    @Override
    public void close() {
        server.close();
        names.close();
    }
}
