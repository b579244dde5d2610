package sampan.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import sampan.app.settings.Settings;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The lock on a daemon's root: two daemons over one directory would tear each other's state. It
/// ends with its process, however that ends.
final class RootLock implements AutoCloseable {
    /// Longest wait of a daemon that a client started beside another one, which may be starting,
    /// recovering or ending.
    static final Duration OTHER_MAX = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Fd file;

    private RootLock(Fd file) {
        this.file = file;
    }

    /// Takes the lock; CONFLICT when another daemon has it.
    ///
    /// @param forClient a client waits that found no daemon: clients that come at one time all do,
    ///   so the other one is given time
    /// @return empty when the other one serves clients by now
    static Optional<RootLock> take(Settings settings, boolean forClient)
            throws InterruptedException {
        Fd file = Fd.open(settings.root().resolve("lock").toString(), Open.RDWR | Open.CREAT, 0600);
        long end = System.nanoTime() + (forClient ? OTHER_MAX.toNanos() : 0);
        while (!FileIo.tryLock(file, true)) {
            if (forClient && answers(settings.run().resolve(Daemon.CLIENT_SOCKET))) {
                file.close();
                return Optional.empty();
            }
            if (System.nanoTime() >= end) {
                file.close();
                throw SampanException.conflict(
                        "another daemon works in "
                                + settings.root()
                                + "; end it, or give --root another place");
            }
            Thread.sleep(PAUSE);
        }
        return Optional.of(new RootLock(file));
    }

    private static boolean answers(Path socket) {
        try (UnixSocket _ = UnixSocket.connect(socket.toString(), SocketType.STREAM)) {
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
