package sampan.runtime.monitor;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.poll.Poller;
import sampan.linux.poll.Readiness;
import sampan.linux.poll.Registration;
import sampan.linux.sockets.Received;
import sampan.linux.sockets.UnixSocket;

/// The daemon's end of one monitor. Orders may come from any thread; reports go to the listener on
/// the poller's thread. Closing lets go of the monitor, which goes on alone, except in SYNC, where
/// it ends its process.
public final class Monitor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Monitor.class.getName());

    private final int pid;
    private final UnixSocket socket;
    private final boolean stream;
    private final MonitorListener listener;
    private final byte[] chunk = new byte[ControlMessage.BYTES_MAX];
    // What came of a message that is not whole yet: streams only.
    private final ByteBuffer pending = ByteBuffer.allocate(2 * ControlMessage.BYTES_MAX);
    private Instant startedAt = Instant.EPOCH;
    private boolean ended;
    private volatile boolean closing;
    // Held where the socket is used or closed, so that no order goes to a descriptor that got its
    // number.
    private final ReentrantLock open = new ReentrantLock();

    private Monitor(int pid, UnixSocket socket, boolean stream, MonitorListener listener) {
        this.pid = pid;
        this.socket = socket;
        this.stream = stream;
        this.listener = listener;
    }

    private Monitor watchedBy(Poller poller) {
        poller.register(socket.fd(), Readiness.IN, (registration, _) -> readable(registration));
        return this;
    }

    /// Over the control socket that a launched monitor was given.
    static Monitor launched(int pid, UnixSocket control, Poller poller, MonitorListener listener) {
        return new Monitor(pid, control, false, listener).watchedBy(poller);
    }

    /// Over a connection to its attach.sock, hello already sent.
    static Monitor adopted(UnixSocket socket, Poller poller, MonitorListener listener) {
        return new Monitor(0, socket, true, listener).watchedBy(poller);
    }

    /// The monitor's own pid, where this daemon launched it; 0 for one that was found again.
    public int pid() {
        return pid;
    }

    /// Lets a plan that waits in SYNC go on.
    public void go() {
        if (stream) {
            throw new IllegalStateException("a plan in SYNC ends with the daemon that made it");
        }
        order(ControlMessage.order(ControlMessage.GO, 0, 0));
    }

    /// Lets a plan that waits in WAIT_START run its program.
    public void start() {
        if (stream) {
            send(Frames.of(Frames.START, new byte[0]));
        } else {
            order(ControlMessage.order(ControlMessage.START, 0, 0));
        }
    }

    /// Gives the process's terminal another size.
    public void resize(int rows, int columns) {
        if (stream) {
            send(Frames.resize(rows, columns));
        } else {
            order(ControlMessage.order(ControlMessage.RESIZE, rows, columns));
        }
    }

    private void order(ControlMessage message) {
        send(message.encode());
    }

    // Orders are few and small: the socket's buffer has room for them unless the monitor hangs.
    private void send(byte[] bytes) {
        int sent;
        open.lock();
        try {
            if (!socket.fd().isOpen()) {
                throw new SampanException(ErrorCode.UNAVAILABLE, "the container's monitor is gone");
            }
            sent = socket.trySend(bytes, List.of());
        } catch (ErrnoException e) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the container's monitor is gone", e);
        } finally {
            open.unlock();
        }
        if (sent != bytes.length) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "the container's monitor does not read its orders");
        }
    }

    private void readable(Registration registration) {
        try {
            Optional<Received> got = socket.tryReceive(chunk, 0);
            while (got.isPresent()) {
                if (got.get().ended()) {
                    finish(registration);
                    return;
                }
                take(got.get().bytes());
                got = socket.tryReceive(chunk, 0);
            }
        } catch (ErrnoException e) {
            // A reset connection is the end, like any other.
            LOG.log(Level.DEBUG, "monitor " + pid, e);
            finish(registration);
        }
    }

    private void take(int size) {
        if (!stream) {
            pending.clear();
        }
        if (size > pending.remaining()) {
            throw new IllegalStateException("monitor " + pid + " sends nonsense");
        }
        pending.put(chunk, 0, size).flip();
        while (pending.remaining() >= ControlMessage.HEADER_BYTES) {
            int whole = ControlMessage.size(pending);
            if (whole < 0) {
                throw new IllegalStateException("monitor " + pid + " sends nonsense");
            }
            if (pending.remaining() < whole) {
                break;
            }
            tell(ControlMessage.decode(pending));
        }
        pending.compact();
    }

    private void tell(ControlMessage message) {
        switch (message.type()) {
            case ControlMessage.CREATED -> listener.created(message.pid());
            case ControlMessage.STARTED -> started(message.pid(), message.b());
            case ControlMessage.FAILED -> {
                ended = true;
                listener.failed(message.failure());
            }
            case ControlMessage.EXITED -> {
                ended = true;
                listener.exited(
                        new ExitRecord(
                                message.pid(),
                                ExitStatus.ofWaitStatus((int) message.b()),
                                message.c() != 0,
                                startedAt,
                                ControlMessage.instant(message.d())));
            }
            case ControlMessage.STATE -> state(message);
            case ControlMessage.DETACHED -> listener.detached((int) message.a());
            case ControlMessage.OOM_SEEN -> listener.outOfMemory(message.b());
            default -> LOG.log(Level.WARNING, "monitor {0} sent type {1}", pid, message.type());
        }
    }

    private void state(ControlMessage message) {
        if (message.b() == ControlMessage.STATE_CREATED) {
            listener.created(message.pid());
        } else if (message.b() == ControlMessage.STATE_RUNNING) {
            started(message.pid(), message.d());
        } else {
            startedAt = ControlMessage.instant(message.d());
        }
    }

    private void started(int process, long nanos) {
        startedAt = ControlMessage.instant(nanos);
        listener.started(process, startedAt);
    }

    private void finish(Registration registration) {
        registration.close();
        open.lock();
        try {
            socket.close();
        } finally {
            open.unlock();
        }
        if (!ended && !closing) {
            ended = true;
            listener.lost();
        }
    }

    // The descriptor itself is closed on the poller's thread, which alone reads from it.
    @Override
    public void close() {
        closing = true;
        open.lock();
        try {
            if (socket.fd().isOpen()) {
                socket.shutdown(UnixSocket.SHUT_BOTH);
            }
        } finally {
            open.unlock();
        }
    }
}
