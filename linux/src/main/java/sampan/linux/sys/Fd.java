package sampan.linux.sys;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/// An open descriptor that somebody owns. Closing twice is harmless; use after close is an
/// [IllegalStateException], never a foreign descriptor that got the same number.
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    /// The working directory, where a call takes a directory to start from; never closed.
    public static final Fd CWD = new Fd(Open.AT_FDCWD);

    /// No descriptor: a place that stays closed in a spawned process.
    public static final Fd NONE = new Fd(CLOSED);

    private static final int F_DUPFD_CLOEXEC = 1030;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /// Takes ownership of an open descriptor.
    public static Fd own(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("descriptor " + number);
        }
        return new Fd(number);
    }

    public static Fd own(long number) {
        return own(Math.toIntExact(number));
    }

    /// open(2) of a path in the daemon's own view; O_CLOEXEC is always added.
    public static Fd open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return own(
                    Kernel.call(
                            "openat",
                            path,
                            Nr.OPENAT,
                            Open.AT_FDCWD,
                            CString.address(arena, path),
                            flags | Open.CLOEXEC,
                            mode,
                            0,
                            0));
        }
    }

    public static Fd open(String path, int flags) {
        return open(path, flags, 0);
    }

    /// The number, valid until [#close].
    public int number() {
        int n = number.get();
        if (n == CLOSED) {
            throw new IllegalStateException("descriptor is closed");
        }
        return n;
    }

    /// The path that leads to the open file in this process.
    public String path() {
        return "/proc/self/fd/" + number();
    }

    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /// Another descriptor of the same open file (F_DUPFD_CLOEXEC), the caller's.
    public Fd duplicate() {
        return own(Kernel.call("fcntl", toString(), Nr.FCNTL, number(), F_DUPFD_CLOEXEC, 3));
    }

    /// Gives the descriptor away: the caller closes it from now on.
    public int release() {
        if (this == CWD) {
            throw new IllegalStateException("the working directory has no owner");
        }
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            throw new IllegalStateException("descriptor is closed");
        }
        return n;
    }

    @Override
    public void close() {
        if (this == CWD) {
            return;
        }
        int n = number.getAndSet(CLOSED);
        if (n != CLOSED) {
            // close(2) frees the number even where it reports an error: never repeat it.
            Kernel.raw(Nr.CLOSE, n, 0, 0);
        }
    }

    @Override
    public String toString() {
        return "fd " + number.get();
    }
}
