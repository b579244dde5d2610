package sampan.engine.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The distribution's own registry server, on a loopback port of its own.
public final class RegistryServer implements AutoCloseable {
    public static final String USER = "ann";
    public static final String PASSWORD = "secret";

    private static final String HASH =
            "ann:$2y$05$NC1myNEly8eVf4AjaHvbgONz/Te/SOLT7Pt9QbOynVu3D.KNuKppq";
    private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+)");

    private final Process process;
    private final Path directory;
    private final int port;

    private RegistryServer(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /// Without TLS and without authentication.
    public static RegistryServer plain(Path directory) {
        return start(directory, "", "");
    }

    /// With a certificate of an unknown CA, for localhost and the machine's address, and one user;
    /// it listens on all addresses.
    ///
    /// @see #certificate
    public static RegistryServer guarded(Path directory) {
        writeUsers(directory);
        makeCertificate(directory);
        return start(directory, tls(directory), auth(directory));
    }

    /// As a guarded one, but for those alone who have a certificate: its own serves as that.
    public static RegistryServer forKnown(Path directory) {
        makeCertificate(directory);
        return start(
                directory,
                tls(directory) + "    clientcas: [" + directory.resolve("cert.pem") + "]\n",
                "");
    }

    private static void writeUsers(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("users"), HASH + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tls(Path directory) {
        return """
          tls:
            certificate: %s
            key: %s
        """
                .formatted(directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private static String auth(Path directory) {
        return """
        auth:
          htpasswd:
            realm: test
            path: %s
        """
                .formatted(directory.resolve("users"));
    }

    /// Writes `key.pem` and `cert.pem`, which is its own CA.
    public static void makeCertificate(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=DNS:localhost,IP:" + machineAddress(),
                        "-keyout",
                        directory.resolve("key.pem").toString(),
                        "-out",
                        directory.resolve("cert.pem").toString()));
    }

    /// Without TLS, with tokens of another server.
    ///
    /// @param directory with the `cert.pem` of who signs tokens
    public static RegistryServer withTokens(Path directory, String realm) {
        return start(
                directory,
                "",
                """
                auth:
                  token:
                    realm: %s
                    service: %s
                    issuer: %s
                    rootcertbundle: %s
                """
                        .formatted(
                                realm,
                                TokenServer.SERVICE,
                                TokenServer.ISSUER,
                                directory.resolve("cert.pem")));
    }

    private static RegistryServer start(Path directory, String tls, String auth) {
        try {
            Path data = Files.createDirectories(directory.resolve("data"));
            Path config = directory.resolve("config.yml");
            Files.writeString(
                    config,
                    """
                    version: 0.1
                    log:
                      level: info
                      accesslog:
                        disabled: true
                    storage:
                      filesystem:
                        rootdirectory: %s
                      delete:
                        enabled: true
                    http:
                      addr: %s:0
                    """
                                    .formatted(data, tls.isEmpty() ? "127.0.0.1" : "")
                            + tls
                            + auth);
            Process process =
                    new ProcessBuilder("docker-registry", "serve", config.toString())
                            .redirectErrorStream(true)
                            .start();
            return new RegistryServer(process, directory, portOf(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // The log is read to its end, so that the server never waits for us.
    private static int portOf(Process process) throws IOException {
        BufferedReader log = process.inputReader();
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                Thread.ofVirtual().start(() -> drain(log));
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IOException("docker-registry did not start:\n" + seen);
    }

    private static void drain(BufferedReader log) {
        try {
            while (log.readLine() != null) {
                // nobody wants to know
            }
        } catch (IOException e) {
            // the server is gone
        }
    }

    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    /// `localhost:PORT`
    public String host() {
        return "localhost:" + port;
    }

    /// An address of the machine that is not of the loopback; of a guarded one only.
    public String machine() {
        return machineAddress() + ":" + port;
    }

    // Its name would do as well, but a bare machine cannot resolve its own.
    private static String machineAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalStateException(
                                    "no interface of this machine has an IPv4 address that is not"
                                            + " of the loopback"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path certificate() {
        return directory.resolve("cert.pem");
    }

    public Path key() {
        return directory.resolve("key.pem");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
