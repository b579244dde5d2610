package sampan.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The distribution's registry server on a loopback port, open to one user.
final class LocalRegistry implements AutoCloseable {
    private static final String USER = "ann";
    private static final String PASSWORD = "secret";
    private static final String HASH =
            "ann:$2y$05$NC1myNEly8eVf4AjaHvbgONz/Te/SOLT7Pt9QbOynVu3D.KNuKppq";
    private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+)");

    private final Process process;
    private final String host;

    LocalRegistry(Path directory) {
        try {
            Path users = Files.writeString(directory.resolve("users"), HASH + "\n");
            Path config =
                    Files.writeString(
                            directory.resolve("registry.yml"),
                            """
                            version: 0.1
                            storage: {filesystem: {rootdirectory: %s}}
                            http: {addr: "127.0.0.1:0"}
                            auth: {htpasswd: {realm: test, path: %s}}
                            """
                                    .formatted(directory.resolve("registry"), users));
            process =
                    new ProcessBuilder("docker-registry", "serve", config.toString())
                            .redirectErrorStream(true)
                            .start();
            host = "127.0.0.1:" + port(process.inputReader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Read to its end afterwards, so that the server never waits for us.
    private static String port(BufferedReader log) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread.ofVirtual().start(() -> log.lines().forEach(l -> {}));
                return listening.group(1);
            }
        }
        throw new AssertionError("the registry did not start:\n" + seen);
    }

    String host() {
        return host;
    }

    /// What a docker client's config holds to know the user.
    String auths() {
        String both =
                Base64.getEncoder()
                        .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return "\"auths\":{\"" + host + "\":{\"auth\":\"" + both + "\"}}";
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
