package sampan.system.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import sampan.system.Eventually;

/// Programs of the distribution, run to their end or for a while.
final class Tool {
    private static final int SECONDS_MAX = 100;

    private Tool() {}

    /// @param text both of its streams
    record Ended(int status, String text) {
        Ended expectSuccess() {
            if (status != 0) {
                throw new AssertionError("status " + status + ": " + text);
            }
            return this;
        }
    }

    static Ended run(Path directory, List<String> words) throws IOException {
        Path out = Files.createTempFile(directory, "tool", ".out");
        Process process = start(directory, out, words);
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("does not end: " + words);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
        return new Ended(
                process.exitValue(), new String(Files.readAllBytes(out), StandardCharsets.UTF_8));
    }

    private static Process start(Path directory, Path out, List<String> words) throws IOException {
        return new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    static boolean takesConnections(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// A program that serves at a port until it is closed.
    static final class Server implements AutoCloseable {
        private final Process process;

        Server(Path directory, int port, List<String> words) throws IOException {
            Path out = Files.createTempFile(directory, "server", ".out");
            process = start(directory, out, new ArrayList<>(words));
            Eventually.await(
                    words.getFirst() + " at " + port,
                    () -> {
                        if (!process.isAlive()) {
                            throw new AssertionError(words + " has ended, see " + out);
                        }
                        return takesConnections(port);
                    });
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            try {
                process.waitFor();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
