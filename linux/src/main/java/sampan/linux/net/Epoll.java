package sampan.linux.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// A level-triggered epoll(7) set of one thread; waiting and changing allocate nothing. Events
/// carry the token that the caller chose. [#wake] alone may be called from other threads.
public final class Epoll implements AutoCloseable {
    /// Comes back as the token of a [#wake].
    public static final long WAKE_TOKEN = -1;

    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;
    private static final int CTL_MOD = 3;
    private static final int READABLE = 1;
    // struct epoll_event is packed on x86-64 only.
    private static final boolean PACKED = !"aarch64".equals(System.getProperty("os.arch"));
    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int TOKEN_OFFSET = PACKED ? 4 : 8;

    private static final MethodHandle WAIT =
            NetCalls.find(
                    "epoll_wait",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle CTL =
            NetCalls.find(
                    "epoll_ctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

    private final MemorySegment state = NetCalls.captureState();
    private final Fd epoll;
    private final Fd wakeup;
    private final int number;
    private final int batch;
    private final long events;
    private final long change = Memory.allocate(16);
    private final long counter = Memory.allocate(8);
    private final long one = Memory.allocate(8);

    /// @param batch most events of one [#await]
    public Epoll(int batch) {
        this.batch = batch;
        Memory.putInt(one, 1);
        events = Memory.allocate((long) EVENT_SIZE * batch);
        epoll = Fd.own(Kernel.call("epoll_create1", "", Nr.EPOLL_CREATE1, Open.CLOEXEC, 0, 0));
        number = epoll.number();
        wakeup =
                Fd.own(
                        Kernel.call(
                                "eventfd2", "", Nr.EVENTFD2, 0, Open.CLOEXEC | Open.NONBLOCK, 0));
        int r = add(wakeup.number(), READABLE, WAKE_TOKEN);
        if (r < 0) {
            throw Kernel.failure("epoll_ctl", -r, "eventfd");
        }
    }

    public int add(int descriptor, int interest, long token) {
        return control(CTL_ADD, descriptor, interest, token);
    }

    public int modify(int descriptor, int interest, long token) {
        return control(CTL_MOD, descriptor, interest, token);
    }

    /// Needed only where the open file lives on; closing the last descriptor does it too.
    public int remove(int descriptor) {
        return control(CTL_DEL, descriptor, 0, 0);
    }

    private int control(int operation, int descriptor, int interest, long token) {
        Memory.putInt(change, interest);
        Memory.putLong(change + TOKEN_OFFSET, token);
        try {
            int r = (int) CTL.invokeExact(state, number, operation, descriptor, change);
            return r < 0 ? -NetCalls.errno(state) : r;
        } catch (Throwable t) {
            throw NetCalls.impossible(t);
        }
    }

    /// Waits for events; none where a signal came in between.
    ///
    /// @param milliseconds most to wait, -1 for ever
    public int await(int milliseconds) {
        try {
            int n = (int) WAIT.invokeExact(state, number, events, batch, milliseconds);
            if (n >= 0) {
                return n;
            }
        } catch (Throwable t) {
            throw NetCalls.impossible(t);
        }
        int errno = NetCalls.errno(state);
        if (errno == Errno.EINTR) {
            return 0;
        }
        throw Kernel.failure("epoll_wait", errno, "");
    }

    /// `sampan.linux.poll.Readiness` bits of the i-th event of the last [#await].
    public int readiness(int i) {
        return Memory.getInt(events + (long) i * EVENT_SIZE);
    }

    public long token(int i) {
        return Memory.getLong(events + (long) i * EVENT_SIZE + TOKEN_OFFSET);
    }

    /// Makes [#await] return with [#WAKE_TOKEN]; harmless after [#close].
    public void wake() {
        if (wakeup.isOpen()) {
            Kernel.raw(Nr.WRITE, wakeup.number(), one, 8);
        }
    }

    /// Takes the wake-ups that have come.
    public void awake() {
        Kernel.raw(Nr.READ, wakeup.number(), counter, 8);
    }

    @Override
    public void close() {
        wakeup.close();
        epoll.close();
    }
}
