package sampan.linux.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Ends a thread's wait on a descriptor from another thread (eventfd(2)). Once signalled it stays
/// so. The owner closes it after the waiting thread has gone.
public final class WakeUp implements AutoCloseable {
    private static final int EFD_CLOEXEC_NONBLOCK = 02000000 | 04000;

    private final Fd fd;

    public WakeUp() {
        fd = Fd.own(Kernel.call("eventfd2", "wake-up", Nr.EVENTFD2, 0, EFD_CLOEXEC_NONBLOCK, 0));
    }

    public void signal() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            Kernel.call("write", "wake-up", Nr.WRITE, fd.number(), Kernel.address(one), 8);
        }
    }

    Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }
}
