package sampan.engine.gateway.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.DefaultPaths;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.crypto.Sha256;
import sampan.linux.seccomp.DefaultProfile;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.linux.users.UserDatabase;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Root;
import sampan.oci.spec.Spec;
import sampan.oci.spec.User;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.compile.RootSource;
import sampan.runtime.compile.SeccompFilter;
import sampan.runtime.compile.Stdio;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Launcher;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.StepFailures;

/// Starts `sampan-gateway` through the launcher, like a container with the host's network: an own
/// user, no capabilities (the daemon binds its ports), no new privileges, a system call filter, a
/// disk that can only be read but for a directory of its own, and nothing of the daemon's sockets
/// and data in sight.
public final class GatewayProgram {
    /// The user, where the host has one of this name.
    public static final String USER = "sampan-gateway";

    /// Who it is where there is none: a number that no distribution gives away.
    public static final int USER_ID = 64_738;

    // Where our user need not look through directories that are not for it.
    private static final String HOME = "/run/sampan";
    private static final String JRE = "/run/jre";
    private static final String ID = "sampan-gateway";
    private static final int FEED_FD = 3;
    private static final int SOCKET_MODE = 0600;
    private static final int BACKLOG = 32;
    private static final long LOG_BYTES_MAX = 10L << 20;
    private static final int LOG_FILES = 3;
    private static final List<String> APART = List.of("proc", "sys", "dev", "run", "tmp");

    /// @param home where the programs are
    /// @param root the daemon's data, of which the gateway has `gateway` alone
    /// @param run the daemon's run directory
    /// @param file the gateway's own configuration
    /// @param metrics where its counters are to be had
    public record Place(
            Path home, Path root, Path run, Optional<Path> file, Optional<String> metrics) {
        /// Where a gateway takes orders.
        public Path socket() {
            return run.resolve("gateway.sock");
        }

        Path directories() {
            return run.resolve("gateway");
        }

        /// Its log, and the one directory that it may write.
        Path data() {
            return root.resolve("gateway");
        }
    }

    private final Place place;
    private final Launcher launcher;
    private final KernelFeatures kernel;
    private final SeccompCompiler seccomp;
    private Path directory;

    public GatewayProgram(
            Place place, Launcher launcher, KernelFeatures kernel, SeccompCompiler seccomp) {
        this.place = place;
        this.launcher = launcher;
        this.kernel = kernel;
        this.seccomp = seccomp;
        this.directory = place.directories();
    }

    public Place place() {
        return place;
    }

    /// Tells what would be started now from another program or with other settings.
    public String build() {
        List<String> parts = new ArrayList<>();
        try (Stream<Path> files = Files.list(place.home().resolve("lib"))) {
            for (Path file : files.sorted().toList()) {
                parts.add(
                        name(file)
                                + " "
                                + Files.size(file)
                                + " "
                                + Files.getLastModifiedTime(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("gateway: " + e, e);
        }
        parts.add(place.file() + " " + place.metrics());
        byte[] text = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.create().digest(text));
    }

    /// Where it takes orders until [#takePlace].
    public Path beginning() {
        return place.run().resolve("gateway.new");
    }

    /// The one that was started last takes orders at [Place#socket] from now on.
    public void takePlace() {
        try {
            Files.move(beginning(), place.socket(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("gateway: " + e, e);
        }
    }

    /// Starts it; it takes orders at [#beginning] when this returns.
    public synchronized void start() {
        try {
            prepare();
        } catch (IOException e) {
            throw new UncheckedIOException("gateway: " + e, e);
        }
        UnixSocket feed =
                UnixSocket.listen(beginning().toString(), SocketType.STREAM, SOCKET_MODE, BACKLOG);
        try (feed) {
            LaunchWait wait = new LaunchWait(_ -> {}, () -> {});
            Spec spec = spec();
            LaunchContext context =
                    LaunchContext.builder(
                                    ID,
                                    new RootSource.Directory(rootfs().toString()),
                                    rootfs().toString())
                            .stdio(new Stdio.Pipes(false, false))
                            .monitor(
                                    MonitorSettings.in(directory.resolve("task").toString())
                                            .withLog(
                                                    new MonitorSettings.Log(
                                                            place.data()
                                                                    .resolve("gateway-json.log")
                                                                    .toString(),
                                                            LOG_BYTES_MAX,
                                                            LOG_FILES,
                                                            "")))
                            .kernel(kernel)
                            .seccomp(
                                    SeccompFilter.of(
                                            seccomp.compile(
                                                    DefaultProfile.forCapabilities(
                                                            CapabilitySet.NONE))))
                            .fdCount(1)
                            .pass(0, FEED_FD)
                            .build();
            Monitor monitor =
                    launcher.launch(
                            PlanCompiler.compile(spec, context), List.<Fd>of(feed.fd()), wait);
            switch (wait.awaitOutcome()) {
                case LaunchWait.Outcome.Started _ -> {}
                case LaunchWait.Outcome.Failed(var failure) ->
                        throw new SampanException(
                                ErrorCode.INTERNAL,
                                "the gateway could not be started: "
                                        + StepFailures.reason(failure, "", "sampan-gateway"));
                case LaunchWait.Outcome.Lost() ->
                        throw new SampanException(
                                ErrorCode.INTERNAL, "the gateway's monitor ended at its start");
            }
            monitor.close();
        }
    }

    private Path rootfs() {
        return directory.resolve("root");
    }

    private void prepare() throws IOException {
        Files.deleteIfExists(beginning());
        Files.createDirectories(place.directories());
        sweep();
        // One for each process: a former one that still drains keeps its own.
        directory = Files.createTempDirectory(place.directories(), "p");
        Files.createDirectories(directory.resolve("task"));
        Files.createDirectories(rootfs());
        Path state = place.data().resolve("state");
        Files.createDirectories(state);
        User user = user();
        Files.setAttribute(state, "unix:uid", (int) user.uid());
        Files.setAttribute(state, "unix:gid", (int) user.gid());
        try (Stream<Path> entries = Files.list(Path.of("/"))) {
            for (Path entry : entries.toList()) {
                if (Files.isSymbolicLink(entry)) {
                    Files.createSymbolicLink(
                            rootfs().resolve(name(entry)), Files.readSymbolicLink(entry));
                }
            }
        }
    }

    private void sweep() throws IOException {
        try (Stream<Path> former = Files.list(place.directories())) {
            for (Path each : former.toList()) {
                Path task = each.resolve("task");
                if (Files.exists(task.resolve("exit")) || !Files.exists(task.resolve("pid"))) {
                    ContainerFiles.deleteTree(each);
                }
            }
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static User user() {
        return UserDatabase.host()
                .userNamed(USER)
                .map(user -> User.of(user.uid(), user.gid()))
                .orElseGet(() -> User.of(USER_ID, USER_ID));
    }

    private Spec spec() {
        List<String> words = new ArrayList<>();
        words.add(HOME + "/bin/sampan-gateway");
        words.addAll(List.of("--feed", Integer.toString(FEED_FD), "--build", build()));
        place.file().ifPresent(file -> words.addAll(List.of("--config", file.toString())));
        place.metrics().ifPresent(address -> words.addAll(List.of("--metrics", address)));
        ContainerProcess process =
                ContainerProcess.builder(words)
                        .user(user())
                        .env(
                                List.of(
                                        "PATH=/usr/local/bin:/usr/bin:/bin",
                                        "HOME=/run/gateway",
                                        "SAMPAN_JRE=" + JRE))
                        .cwd("/")
                        .capabilities(Capabilities.of(List.of()))
                        .noNewPrivileges(true)
                        .build();
        return Spec.builder()
                .process(process)
                .root(new Root(rootfs().toString(), true))
                .mounts(mounts())
                .linux(
                        Linux.builder()
                                .namespaces(
                                        List.of(
                                                Namespace.create(Namespace.MOUNT),
                                                Namespace.create(Namespace.PID),
                                                Namespace.create(Namespace.IPC),
                                                Namespace.create(Namespace.UTS)))
                                .maskedPaths(masked())
                                .readonlyPaths(DefaultPaths.READ_ONLY)
                                .build())
                .build();
    }

    private List<String> masked() {
        List<String> masked = new ArrayList<>(DefaultPaths.MASKED);
        if (!place.home().startsWith(place.root())) {
            masked.add(place.root().toString());
        }
        if (!place.run().startsWith("/run")) {
            masked.add(place.run().toString());
        }
        return masked;
    }

    private List<Mount> mounts() {
        List<Mount> mounts = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of("/"))) {
            for (Path entry : entries.sorted().toList()) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                        && !APART.contains(name(entry))) {
                    mounts.add(bind(entry.toString(), entry.toString(), "rro"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("/", e);
        }
        mounts.add(Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"));
        mounts.add(Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755", "size=64k"));
        mounts.add(Mount.of("tmpfs", "tmpfs", "/run", "nosuid", "nodev", "mode=755", "size=64k"));
        mounts.add(
                Mount.of(
                        "tmpfs",
                        "tmpfs",
                        "/tmp",
                        "nosuid",
                        "nodev",
                        "noexec",
                        "mode=1777",
                        "size=8m"));
        mounts.add(
                bind(
                        place.data().resolve("state").toString(),
                        "/run/gateway",
                        "nosuid,nodev,noexec"));
        mounts.add(bind(place.home().toString(), HOME, "rro"));
        mounts.add(bind(jre().toString(), JRE, "rro"));
        Path resolver = Path.of("/run/systemd/resolve");
        if (Files.isDirectory(resolver)) {
            mounts.add(bind(resolver.toString(), resolver.toString(), "rro"));
        }
        return mounts;
    }

    private Path jre() {
        try {
            return place.home().resolve("jre").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("gateway: " + e, e);
        }
    }

    private static Mount bind(String source, String destination, String options) {
        List<String> words = new ArrayList<>(List.of("rbind"));
        words.addAll(List.of(options.split(",", -1)));
        return Mount.of("bind", source, destination, words.toArray(String[]::new));
    }
}
