package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A daemon of the built tree with places of its own, and the clients that talk to it.
///
/// Starts and ends by its own process only: never by name.
final class PrivateDaemon implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration END = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path home;
    private final Path run;
    private final String bridge;
    private final String subnet;
    private final List<String> more;
    private @Nullable Process process;
    private boolean passing;

    /// @param more options of its own
    PrivateDaemon(String... more) {
        this.more = List.of(more);
        // Subnets and bridges of daemons of other test runs on this machine differ by our pid.
        int own = (int) (ProcessHandle.current().pid() * 7 + COUNT.getAndIncrement()) & 0xFFF;
        bridge = "spt" + own + "x";
        subnet = "10." + (192 + own / 64) + "." + own % 64 * 4 + ".0/22";
        try {
            home = Files.createTempDirectory("sampan-system-");
            run = Files.createDirectory(home.resolve("run"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same places with other options, for a daemon after this one.
    PrivateDaemon again(String... options) {
        return new PrivateDaemon(this, List.of(options));
    }

    private PrivateDaemon(PrivateDaemon before, List<String> options) {
        more = options;
        bridge = before.bridge;
        subnet = before.subnet;
        home = before.home;
        run = before.run;
    }

    /// Its directory goes when it is closed; else that stays for whoever made it.
    PrivateDaemon passing() {
        passing = true;
        return this;
    }

    Path home() {
        return home;
    }

    Path root() {
        return home.resolve("root");
    }

    Path runDirectory() {
        return run;
    }

    Path socket() {
        return run.resolve("sampan.sock");
    }

    String bridge() {
        return bridge;
    }

    String gateway() {
        return subnet.replace(".0/22", ".1");
    }

    long pid() {
        return running().pid();
    }

    private Process running() {
        Process now = process;
        if (now == null) {
            throw new IllegalStateException("the daemon was not started");
        }
        return now;
    }

    /// Starts it and waits for its first answer.
    PrivateDaemon start() {
        launch();
        awaitAnswer();
        return this;
    }

    /// Starts it and does not wait.
    void launch() {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Dist.program("sampand"),
                        "--root",
                        root().toString(),
                        "--run",
                        run.toString(),
                        "--socket",
                        socket().toString(),
                        "--bridge",
                        bridge,
                        "--subnet",
                        subnet);
        builder.command().addAll(more);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitAnswer() {
        Eventually.await(
                "an answer of the daemon; its log:\n" + tail(),
                START,
                () -> {
                    if (!running().isAlive()) {
                        throw new AssertionError("the daemon ended:\n" + tail());
                    }
                    return answers();
                });
    }

    /// Whether the engine behind the socket is there.
    boolean answers() {
        try {
            return Files.exists(socket()) && http().get("/info").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /// SIGKILL: it gets no chance to put anything in order.
    void kill() {
        running().destroyForcibly();
        awaitEnd();
    }

    /// SIGTERM.
    void terminate() {
        running().destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!running().waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                running().destroyForcibly();
                throw new AssertionError("the daemon did not end within " + END + ":\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    boolean isAlive() {
        return process != null && running().isAlive();
    }

    Path log() {
        return home.resolve("sampand.log");
    }

    String tail() {
        try {
            List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> environment() {
        return new HashMap<>(
                Map.of(
                        "DOCKER_HOST", "unix://" + socket(),
                        "DOCKER_CONFIG", home.resolve("client").toString(),
                        "SAMPAN_RUN", run.toString(),
                        "SAMPAN_ROOT", root().toString()));
    }

    UnixHttp http() {
        return new UnixHttp(socket());
    }

    /// The machine's docker client on our socket.
    Command dockerCommand(String... words) {
        return new Command(Command.words("docker", words)).with(environment());
    }

    Outcome docker(String... words) {
        return dockerCommand(words).run();
    }

    /// Our own client.
    Command sampanCommand(String... words) {
        return new Command(Command.words(Dist.program("sampan"), words)).with(environment());
    }

    Outcome sampan(String... words) {
        return sampanCommand(words).run();
    }

    /// Gateways that serve it: their monitors hold its directories.
    List<ProcessHandle> gateways() {
        Path directories = run.resolve("gateway");
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.isDirectory(directories)) {
            return found;
        }
        try (var launches = Files.list(directories)) {
            for (Path launch : launches.toList()) {
                Path pid = launch.resolve("task/pid");
                if (Files.exists(pid) && !Files.exists(launch.resolve("task/exit"))) {
                    String text = Residue.read(pid).strip().split("\\s", -1)[0];
                    ProcessHandle.of(Long.parseLong(text)).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    void loadBusybox() {
        dockerCommand("load").input(Images.busybox()).run().expect(0);
    }

    /// Starts a container in the background.
    ///
    /// @return its id
    String background(String... optionsImageCommand) {
        List<String> words = new ArrayList<>(List.of("run", "-d"));
        words.addAll(Arrays.asList(optionsImageCommand));
        return docker(words.toArray(String[]::new)).text();
    }

    String inspect(String container, String format) {
        return docker("inspect", "-f", format, container).text();
    }

    /// Removes every container and unused volume.
    void removeContainers() {
        List<String> ids = docker("ps", "-aq").lines();
        if (!ids.isEmpty()) {
            List<String> words = new ArrayList<>(List.of("rm", "-f", "-v"));
            words.addAll(ids);
            docker(words.toArray(String[]::new)).expect(0);
        }
        docker("volume", "prune", "-af").expect(0);
    }

    @Override
    public void close() {
        if (isAlive()) {
            terminate();
        }
        if (passing) {
            DaemonExtension.delete(home);
        }
    }
}
