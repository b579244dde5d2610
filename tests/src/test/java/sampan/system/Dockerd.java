package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A dockerd with a containerd of its own in namespaces of its own: nothing of the machine but one
/// directory can be written, its network is a loopback, and no process of it outlives it.
///
/// It moves images and runs no containers.
final class Dockerd implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final String CGROUP = "sampan-test-dockerd";

    /// Where it keeps images.
    enum Store {
        /// Layers unpacked; the manifest is made anew when an image is pushed.
        LAYERS,
        /// Every blob as it came.
        BLOBS
    }

    private final Path home;
    private final Command.Running server;
    private final ProcessHandle process;
    private final Path network;

    /// @param home made; of this one alone
    Dockerd(Path home, Store store) {
        this.home = home;
        try {
            Files.createDirectories(home);
            Files.writeString(
                    home.resolve("daemon.json"),
                    "{\"features\":{\"containerd-snapshotter\":%s}}"
                            .formatted(store == Store.BLOBS));
            server = serve();
            awaitAnswer();
            process = ProcessHandle.of(server.pid()).orElseThrow().children().findFirst().get();
            network = network(pid());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A dockerd without a bridge takes docker0 away, wherever it comes from: not in our network.
    private Command.Running serve() {
        String script =
                """
                ip link set lo up &&
                mount --bind "$1" "$1" &&
                mount -o remount,bind,ro / &&
                mount -t tmpfs -o mode=755 tmpfs /run &&
                exec "$2" --config-file="$1/daemon.json" --host="unix://$1/docker.sock" \
                    --data-root="$1/data" --exec-root="$1/exec" --pidfile="$1/pid" \
                    --bridge=none --iptables=false --ip6tables=false --ip-forward=false \
                    --userland-proxy=false --cgroup-parent="/$3"
                """;
        String dockerd = Dist.fetched("usr/sbin/dockerd");
        // It looks for containerd and runc there.
        String path =
                "%1$s/usr/bin:%1$s/usr/sbin:%2$s".formatted(Dist.tools(), System.getenv("PATH"));
        return Command.of(
                        "unshare",
                        "--mount",
                        "--propagation=private",
                        "--net",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "sh",
                        "-c",
                        script,
                        "dockerd",
                        home.toString(),
                        dockerd,
                        CGROUP)
                .with(Map.of("PATH", path))
                .start();
    }

    private void awaitAnswer() {
        UnixHttp http = new UnixHttp(home.resolve("docker.sock"));
        try {
            Eventually.await(
                    "an answer of dockerd",
                    () -> {
                        if (!server.isAlive()) {
                            throw new AssertionError("it ended");
                        }
                        return answers(http);
                    });
        } catch (AssertionError e) {
            server.close();
            throw new AssertionError(e.getMessage() + ":\n" + said(), e);
        }
    }

    private static boolean answers(UnixHttp http) {
        try {
            return http.get("/_ping").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String said() {
        String all = server.err().text();
        return all.substring(Math.max(0, all.length() - 2000));
    }

    /// Of a process in its network.
    long pid() {
        return process.pid();
    }

    /// The machine's docker client on its socket.
    ///
    /// @param config where the client's config is looked for
    Command command(Path config, String... words) {
        return new Command(Command.words("docker", words))
                .with(
                        Map.of(
                                "DOCKER_HOST",
                                "unix://" + home.resolve("docker.sock"),
                                "DOCKER_CONFIG",
                                config.toString()))
                .within(DEADLINE);
    }

    private static Path network(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns/net"));
    }

    /// What would be there although it has ended.
    private List<String> residue() {
        List<String> found = new ArrayList<>();
        for (String pid : Residue.names(Path.of("/proc"))) {
            if (pid.chars().allMatch(Character::isDigit) && isIn(Long.parseLong(pid))) {
                found.add("process " + pid);
            }
        }
        Residue.read(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(line -> line.contains(home.toString()))
                .forEach(line -> found.add("mount " + line));
        Residue.places(CGROUP).stream()
                .filter(Files::exists)
                .forEach(cgroup -> found.add("cgroup " + cgroup));
        return found;
    }

    private boolean isIn(long pid) {
        try {
            return network(pid).equals(network);
        } catch (IOException e) {
            return false; // gone while we looked
        }
    }

    /// Asks it to end, and sees that nothing is left of it.
    @Override
    public void close() {
        try (server) {
            process.destroy();
            Eventually.await("the end of dockerd", () -> !server.isAlive());
        }
        assertThat(residue()).isEmpty();
        DaemonExtension.delete(home);
    }
}
