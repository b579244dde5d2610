package sampan.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sampan.app.settings.Settings;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// `sampand`: starts the daemon and stays until SIGTERM or SIGINT. Containers run on when it ends,
/// however it ends.
public final class Main {
    private static final System.Logger LOG = System.getLogger("sampand");
    private static final int STATUS_USAGE = 2;
    private static final int STATUS_FAILED = 1;
    private static final int READY_FD_MAX = 1 << 20;
    private static final int SHUTDOWN_SECONDS_MAX = 10;

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            Settings.check(arguments);
        } catch (SampanException e) {
            System.err.println("sampand: " + e.getMessage());
            System.exit(STATUS_USAGE);
        }
        for (String argument : arguments) {
            if (argument.equals("--help")) {
                System.out.print(HELP);
                return;
            }
            if (argument.equals("--version")) {
                System.out.println("Sampan version " + Settings.VERSION);
                return;
            }
        }
        Settings settings = parsed(arguments);
        Logging.start(settings.debug());
        try {
            run(settings);
        } catch (SampanException | IOException e) {
            LOG.log(Level.ERROR, "cannot start: " + e.getMessage());
            System.exit(STATUS_FAILED);
        }
    }

    private static Settings parsed(String[] arguments) {
        try {
            return Settings.parse(arguments, System.getenv());
        } catch (SampanException e) {
            System.err.println("sampand: " + e.getMessage());
            System.exit(STATUS_USAGE);
            throw e;
        }
    }

    private static void run(Settings settings) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Files.createDirectories(settings.run());
        Files.createDirectories(settings.root());
        Optional<RootLock> lock = RootLock.take(settings, waitingClient().isPresent());
        if (lock.isEmpty()) {
            ready();
            return;
        }
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        if (settings.train()) {
            // The daemon below finds what this one leaves, as after any restart.
            try (Daemon _ = Daemon.start(settings)) {
                Training.run(settings);
            }
        }
        try (Daemon _ = Daemon.start(settings);
                IdleMemory _ = IdleMemory.start()) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> shutDown(end, closed), "shutdown"));
            LOG.log(
                    Level.INFO,
                    "listening on {0} after {1} ms",
                    settings.socket(),
                    (System.nanoTime() - begin) / 1_000_000);
            ready();
            if (settings.train()) {
                Training.overApi(settings.socket());
            } else {
                end.await();
            }
        } finally {
            lock.get().close();
            closed.countDown();
        }
    }

    /// The machine goes down with this thread: it waits, within bounds, until all is closed.
    private static void shutDown(CountDownLatch end, CountDownLatch closed) {
        end.countDown();
        try {
            if (!closed.await(SHUTDOWN_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "closing took longer than " + SHUTDOWN_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells the client that started us that it may connect.
    private static void ready() {
        waitingClient()
                .ifPresent(number -> {
                    try (Fd fd = Fd.own(number)) {
                        FileIo.writeFully(fd, new byte[] {'1'});
                    } catch (SampanException e) {
                        LOG.log(Level.DEBUG, "nobody waits for our start: " + e.getMessage());
                    }
                });
    }

    /// The descriptor by which the client that started us hears.
    private static Optional<Integer> waitingClient() {
        return Optional.ofNullable(System.getenv("SAMPAN_READY_FD"))
                .filter(text -> text.matches("[0-9]{1,7}"))
                .map(Integer::parseInt)
                .filter(n -> n > 2 && n < READY_FD_MAX);
    }

    static Path launcher(Settings settings) {
        return settings.home().resolve("bin/sampan-launch");
    }

    private static final String HELP =
            """
            Usage: sampand [OPTIONS]

            Runs the Sampan daemon in the foreground.

              --root DIR       images, containers, volumes (SAMPAN_ROOT, /var/lib/sampan)
              --run DIR        sockets and running state (SAMPAN_RUN, /run/sampan)
              --socket PATH    the Docker API's socket (SAMPAN_SOCKET, RUN/sampan.sock)
              --group NAME     group that may use the socket (SAMPAN_GROUP, sampan or docker)
              --bridge NAME    the default bridge (SAMPAN_BRIDGE, sampan0)
              --subnet CIDR    its subnet (SAMPAN_SUBNET, chosen among free ones)
              --userns-remap WHOM  containers get a user namespace: default (ids 0-65535 become
                               1000000...), or a user with equal ranges in /etc/subuid and
                               /etc/subgid (SAMPAN_USERNS_REMAP); --userns host opts out
              --gateway-http HOST:PORT,…  where the gateway listens once a container has a route
                               (SAMPAN_GATEWAY_HTTP, 0.0.0.0:80)
              --gateway-file FILE  the gateway's own routes, limits and listeners, beside those of
                               containers (SAMPAN_GATEWAY_FILE)
              --gateway-metrics HOST:PORT  its /metrics and /ready (SAMPAN_GATEWAY_METRICS)
              --registries FILE  mirrors, rewrites, blocks; certs.d lies beside it
                               (SAMPAN_REGISTRIES, /etc/sampan/registries.json)
              --disk-high MARK  above it, what is used least goes: how full the disk may be, in
                               percent or bytes in use; off (SAMPAN_DISK_HIGH, 90%)
              --disk-low MARK  down to it (SAMPAN_DISK_LOW, 80%)
              --disk-age TIME  for which an image with a name must be unused to go
                               (SAMPAN_DISK_AGE, 24h)
              --disk-keep PATTERN,...  images that never go (SAMPAN_DISK_KEEP)
              --disk-stopped TIME  age of ended containers that may go (SAMPAN_DISK_STOPPED, never)
              --git-max SIZE   of a repository that a build fetches, with its files (SAMPAN_GIT_MAX, 16G)
              --debug          log more
              --version, --help
            """;
}
