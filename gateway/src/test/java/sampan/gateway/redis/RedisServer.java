package sampan.gateway.redis;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A real Redis server of a test, which keeps nothing; its port is its own over restarts.
public final class RedisServer implements AutoCloseable {
    private static final String PROGRAM = "/usr/bin/redis-server";
    private static final int TRIES = 20;
    private static final int LINES_MAX = 1000;
    // Below those that the kernel gives to connections, so that a restart finds it free.
    private static final int PORT_MIN = 15_000;
    private static final int PORT_END = 30_000;

    private final Path directory;
    private final String settings;
    private final int port;
    private Process process;

    /// @param directory of the test
    /// @param settings lines of its configuration, beside where it listens; `PORT` is its port
    public RedisServer(Path directory, String settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        int tried = PORT_MIN;
        Process started = null;
        for (int i = 0; i < TRIES && started == null; i++) {
            tried = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_END);
            started = isFree(tried) ? start(tried) : null;
        }
        port = tried;
        process = Objects.requireNonNull(started, "redis-server does not start");
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private @Nullable Process start(int at) throws IOException {
        Process started =
                new ProcessBuilder(PROGRAM, "-")
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        try (OutputStream in = started.getOutputStream()) {
            String listening = settings.contains("PORT") ? "port 0\n" : "port PORT\n";
            String all = listening + "bind 127.0.0.1\nsave \"\"\nappendonly no\n" + settings + "\n";
            in.write(all.replace("PORT", Integer.toString(at)).getBytes(StandardCharsets.UTF_8));
        }
        var out = started.inputReader(StandardCharsets.UTF_8);
        for (int i = 0; i < LINES_MAX; i++) {
            String line = out.readLine();
            if (line == null) {
                break;
            }
            if (line.contains("Ready to accept connections")) {
                return started;
            }
        }
        started.destroyForcibly();
        return null;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /// Kills it; what it knew is gone.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Starts another one at the same place.
    public void restart() throws IOException {
        process = Objects.requireNonNull(start(port), "redis-server does not start");
    }

    /// A file of the test.
    Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
