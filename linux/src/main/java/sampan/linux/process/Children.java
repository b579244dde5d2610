package sampan.linux.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Consumer;
import sampan.linux.poll.Poller;
import sampan.linux.poll.Readiness;
import sampan.linux.poll.Registration;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Reaps children of this process, so that none stays a zombie.
public final class Children {
    private static final int WNOHANG = 1;

    private Children() {}

    /// Reaps the child if it has ended; never waits.
    ///
    /// @return how it ended; empty while it runs
    /// @throws sampan.errors.ErrnoException ECHILD where it is no child, or reaped already
    public static Optional<WaitStatus> reap(int pid) {
        return wait(pid, WNOHANG);
    }

    /// Waits for the end without a deadline: on platform threads only.
    public static WaitStatus await(int pid) {
        return wait(pid, 0).orElseThrow();
    }

    /// Has the poller reap the child when it ends. `ended` runs on the poller's thread and must not
    /// block; it is not called where somebody else has reaped the child.
    public static void reapOnExit(Poller poller, int pid, Consumer<WaitStatus> ended) {
        Pidfd child = Pidfd.open(pid);
        try {
            poller.register(
                    child.fd(),
                    Readiness.IN,
                    (registration, _) -> reapNow(registration, child).ifPresent(ended));
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private static Optional<WaitStatus> reapNow(Registration registration, Pidfd child) {
        registration.close();
        try (child) {
            return reap(child.pid());
        }
    }

    private static Optional<WaitStatus> wait(int pid, int options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            while (true) {
                long result = Kernel.raw(Nr.WAIT4, pid, status.address(), options, 0, 0, 0);
                if (result == 0) {
                    return Optional.empty();
                }
                if (result > 0) {
                    return Optional.of(new WaitStatus(status.get(ValueLayout.JAVA_INT, 0)));
                }
                if (result != -Errno.EINTR) {
                    throw Kernel.failure("wait4", (int) -result, "pid " + pid);
                }
            }
        }
    }
}
