package sampan.linux.process;

import java.util.Optional;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// A hold on one process (pidfd_open(2), kernel 5.3): never another one that got the same pid.
/// Becomes readable in the poller when the process has ended. Owned by who opened it.
public final class Pidfd implements AutoCloseable {
    private final Fd fd;
    private final int pid;

    private Pidfd(Fd fd, int pid) {
        this.fd = fd;
        this.pid = pid;
    }

    /// @throws sampan.errors.ErrnoException ESRCH where there is no such process
    public static Pidfd open(int pid) {
        return new Pidfd(
                Fd.own(Kernel.call("pidfd_open", "pid " + pid, Nr.PIDFD_OPEN, pid, 0, 0)), pid);
    }

    /// Empty where there is no such process (or the pid is that of a thread).
    public static Optional<Pidfd> openIfExists(int pid) {
        long fd = Kernel.raw(Nr.PIDFD_OPEN, pid, 0, 0);
        if (fd == -Errno.ESRCH || fd == -Errno.EINVAL || fd == -Errno.ENOENT) {
            return Optional.empty();
        }
        if (fd < 0) {
            throw Kernel.failure("pidfd_open", (int) -fd, "pid " + pid);
        }
        return Optional.of(new Pidfd(Fd.own(fd), pid));
    }

    /// @param signal 1 to 64, or 0 to ask whether it is there
    /// @return false where the process has ended and been reaped
    public boolean sendSignal(int signal) {
        long result = Kernel.raw(Nr.PIDFD_SEND_SIGNAL, fd.number(), signal, 0, 0, 0, 0);
        if (result == -Errno.ESRCH) {
            return false;
        }
        if (result < 0) {
            throw Kernel.failure("pidfd_send_signal", (int) -result, "pid " + pid);
        }
        return true;
    }

    /// A duplicate of that process's descriptor (kernel 5.6; needs ptrace rights), the caller's.
    public Fd getFd(int number) {
        return Fd.own(
                Kernel.call(
                        "pidfd_getfd",
                        "fd " + number + " of pid " + pid,
                        Nr.PIDFD_GETFD,
                        fd.number(),
                        number,
                        0));
    }

    /// For the poller and for setns(2); stays this object's.
    public Fd fd() {
        return fd;
    }

    public int pid() {
        return pid;
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "pidfd of " + pid;
    }
}
