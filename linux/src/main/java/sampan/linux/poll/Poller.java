package sampan.linux.poll;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// One platform daemon thread with epoll(7), level-triggered. [#register], [Registration#events]
/// and [Registration#close] may be called from any thread, handlers included; handlers all run on
/// the one thread, one after the other. [#close] ends the thread and forgets all registrations; the
/// descriptors stay their owners'.
public final class Poller implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());

    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;
    private static final int CTL_MOD = 3;
    private static final int EPOLL_CLOEXEC = Open.CLOEXEC;
    private static final int BATCH = 64;
    private static final long WAKEUP = 0;
    // struct epoll_event is packed on x86-64 only.
    private static final boolean PACKED = !"aarch64".equals(System.getProperty("os.arch"));
    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;

    private final Fd epoll;
    private final Fd wakeup;
    private final Thread thread;
    private final AtomicLong ids = new AtomicLong(WAKEUP + 1);
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    private Poller(String name) {
        epoll = Fd.own(Kernel.call("epoll_create1", "", Nr.EPOLL_CREATE1, EPOLL_CLOEXEC, 0, 0));
        wakeup =
                Fd.own(
                        Kernel.call(
                                "eventfd2", "", Nr.EVENTFD2, 0, Open.CLOEXEC | Open.NONBLOCK, 0));
        control(CTL_ADD, wakeup, Readiness.IN, WAKEUP);
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    }

    /// Starts a poller.
    ///
    /// @param name of its thread
    public static Poller start(String name) {
        Poller poller = new Poller(name);
        poller.thread.start();
        return poller;
    }

    /// Watches a descriptor until the registration is closed. One descriptor, one registration: a
    /// second fails (EEXIST).
    ///
    /// @param events [Readiness] bits
    public Registration register(Fd fd, int events, Handler handler) {
        if (closed) {
            throw new IllegalStateException("poller is closed");
        }
        Watch watch = new Watch(ids.getAndIncrement(), fd, handler);
        watches.put(watch.id, watch);
        try {
            control(CTL_ADD, fd, events, watch.id);
        } catch (RuntimeException e) {
            watches.remove(watch.id);
            throw e;
        }
        return watch;
    }

    /// Registrations that are open.
    public int size() {
        return watches.size();
    }

    /// Ends the thread; waits for the handler that runs, unless that is the caller.
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        // Woken first, told second: the loop closes the eventfd once it is told.
        try (Arena arena = Arena.ofConfined()) {
            long one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1).address();
            Kernel.call("write", "eventfd", Nr.WRITE, wakeup.number(), one, 8);
        }
        closed = true;
        if (Thread.currentThread() != thread) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void loop() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT_SIZE * BATCH, 8);
            while (!closed) {
                long count =
                        Kernel.raw(
                                Nr.EPOLL_PWAIT, epoll.number(), events.address(), BATCH, -1, 0, 0);
                if (count < 0 && count != -Errno.EINTR) {
                    throw Kernel.failure("epoll_pwait", (int) -count, thread.getName());
                }
                for (long i = 0; i < count && !closed; i++) {
                    MemorySegment event = events.asSlice(i * EVENT_SIZE, EVENT_SIZE);
                    dispatch(
                            event.get(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET),
                            event.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
                }
            }
        } finally {
            watches.clear();
            epoll.close();
            wakeup.close();
        }
    }

    private void dispatch(long id, int events) {
        // Events of a batch may be of a registration that a handler before has closed.
        Watch watch = watches.get(id);
        if (watch == null) {
            return;
        }
        try {
            watch.handler.ready(watch, events);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a handler of " + thread.getName() + " failed: " + watch.fd, e);
            watch.close();
        }
    }

    private void control(int operation, Fd fd, int events, long id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_SIZE, 8);
            event.set(ValueLayout.JAVA_INT_UNALIGNED, 0, events);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, id);
            Kernel.call(
                    "epoll_ctl",
                    fd.toString(),
                    Nr.EPOLL_CTL,
                    epoll.number(),
                    operation,
                    fd.number(),
                    event.address(),
                    0,
                    0);
        }
    }

    private final class Watch implements Registration {
        private final long id;
        private final Fd fd;
        private final Handler handler;
        // Held where the kernel is told: after close() the descriptor's number may be another's.
        private final ReentrantLock telling = new ReentrantLock();

        Watch(long id, Fd fd, Handler handler) {
            this.id = id;
            this.fd = fd;
            this.handler = handler;
        }

        @Override
        public void events(int events) {
            telling.lock();
            try {
                if (watches.containsKey(id)) {
                    control(CTL_MOD, fd, events, id);
                }
            } finally {
                telling.unlock();
            }
        }

        @Override
        public void close() {
            telling.lock();
            try {
                // Where the owner has closed the descriptor before, the kernel has forgotten it
                // unless a duplicate is open; its number may be another's now.
                if (watches.remove(id) != null && fd.isOpen() && epoll.isOpen()) {
                    control(CTL_DEL, fd, 0, id);
                }
            } finally {
                telling.unlock();
            }
        }
    }
}
