package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.linux.net.Memory;
import sampan.linux.net.NetCalls;
import sampan.linux.poll.Readiness;
import sampan.linux.sys.Errno;
import sampan.linux.tls.TlsSession;

/// A socket of a loop, what waits to be sent on it, its deadline. The object is used again after
/// [#close], from the next batch of events on.
abstract class Connection extends Holding {
    private final int slot;
    private int generation;
    private int descriptor = -1;
    private int interest;
    private boolean watched;
    private boolean reading;
    private boolean connecting;
    private boolean handshaking;
    private @Nullable TlsSession tls;
    private @Nullable Stream stream;
    // For Loop.
    boolean isLater;

    private long out;
    private int outCapacity;
    private int outFrom;
    private int outTo;
    private boolean shutWhenSent;

    // For Timers.
    long deadline = Timers.NEVER;
    long timerTick = -1;
    @Nullable Connection timerNext;
    @Nullable Connection timerPrevious;

    Connection(Loop loop, int slot) {
        super(loop);
        this.slot = slot;
    }

    /// There is something to read, or the end; only while [#setReading] is on.
    abstract void readable();

    /// All that waited has been sent.
    abstract void drained();

    /// The socket is dead; nothing more can be sent.
    abstract void broken(int errno);

    /// The deadline has passed; there is none now.
    abstract void expired();

    /// After [#close]: forget what was.
    abstract void reset();

    final boolean open(int descriptor, boolean connecting) {
        this.descriptor = descriptor;
        this.connecting = connecting;
        generation = generation + 1 & Integer.MAX_VALUE;
        reading = true;
        interest = connecting ? Readiness.OUT : Readiness.IN;
        watched = loop.epoll.add(descriptor, interest, token()) >= 0;
        return watched;
    }

    /// Takes a stream of a connection that carries several.
    final void open(Stream stream, boolean connecting) {
        this.stream = stream;
        this.connecting = connecting;
        generation = generation + 1 & Integer.MAX_VALUE;
        reading = true;
    }

    /// All that follows is sealed. What connects shakes hands once it stands, and is connecting
    /// until then.
    final void secure(TlsSession session) {
        tls = session;
        handshaking = true;
        watch();
    }

    final @Nullable TlsSession tls() {
        return tls;
    }

    final boolean isStream() {
        return stream != null;
    }

    final long token() {
        return (long) generation << 32 | slot;
    }

    final int slot() {
        return slot;
    }

    final int descriptor() {
        return descriptor;
    }

    final boolean isOpen() {
        return descriptor >= 0 || stream != null;
    }

    final boolean isConnecting() {
        return connecting;
    }

    final void close() {
        if (isOpen()) {
            end(false);
        }
    }

    /// Ends with a reset: the peer must not take what it has for the whole.
    final void closeWithReset() {
        if (isOpen()) {
            end(true);
        }
    }

    private void end(boolean broken) {
        Stream ended = stream;
        if (ended == null) {
            endSocket(broken);
        } else {
            stream = null;
            ended.end(broken);
        }
        connecting = false;
        shutWhenSent = false;
        freeOut();
        freeHeld();
        loop.timers.remove(this);
        loop.closed(this, ended == null);
    }

    private void endSocket(boolean broken) {
        TlsSession session = tls;
        if (session != null) {
            if (!broken && !handshaking) {
                session.end();
            }
            session.free();
            tls = null;
            handshaking = false;
        }
        if (broken) {
            loop.calls.resetOnClose(descriptor);
        }
        loop.calls.close(descriptor);
        descriptor = -1;
        watched = false;
    }

    final void dispatch(int readiness) {
        if (connecting && !handshaking) {
            int errno = loop.calls.error(descriptor);
            if (errno != 0) {
                broken(errno);
                return;
            }
            stands();
            return;
        }
        if (handshaking) {
            shakeHands();
            return;
        }
        boolean dead = (readiness & (Readiness.ERR | Readiness.HUP)) != 0;
        if (outFrom < outTo && (dead || (readiness & Readiness.OUT) != 0)) {
            int before = generation;
            flush();
            if (!isOpen() || generation != before) {
                return;
            }
        }
        if (reading) {
            if ((readiness & ~Readiness.OUT) != 0) {
                readable();
                readAhead();
            }
        } else if (dead) {
            hungUp();
        }
    }

    /// What libssl or a stream has taken from the socket wakes nobody.
    private void readAhead() {
        if (isReadable()) {
            loop.later(this);
        }
    }

    private boolean isReadable() {
        if (!reading || connecting || handshaking) {
            return false;
        }
        TlsSession session = tls;
        Stream carried = stream;
        return session != null && session.hasPending()
                || carried != null && (carried.readiness() & Readiness.IN) != 0;
    }

    /// Its turn has come, as [Loop#later] was asked.
    void goOn() {
        Stream carried = stream;
        int before = generation;
        if (outFrom < outTo && !connecting && !handshaking) {
            if (carried == null || (carried.readiness() & Readiness.OUT) != 0) {
                flush();
            }
        }
        if (isOpen() && generation == before && isReadable()) {
            dispatch(Readiness.IN);
        }
    }

    /// Puts bytes behind what waits; they leave with others when the turn ends. False where there
    /// is no memory.
    final boolean queue(long at, int length) {
        if (!append(at, length)) {
            return false;
        }
        loop.later(this);
        return true;
    }

    /// The socket is connected.
    private void stands() {
        greet();
        TlsSession session = startTls();
        if (session == null) {
            ready();
        } else {
            secure(session);
            shakeHands();
        }
    }

    /// What is said before anything else, also before TLS.
    void greet() {}

    /// The session of a connection that was made and is to be sealed.
    @Nullable TlsSession startTls() {
        return null;
    }

    private void shakeHands() {
        TlsSession session = Objects.requireNonNull(tls);
        int n = session.handshake();
        if (n == -Errno.EAGAIN) {
            watch();
            return;
        }
        if (n != 1) {
            broken(Errno.EPROTO);
            return;
        }
        handshaking = false;
        ready();
    }

    /// Bytes may come and go from now on. For a stream: the connection that carries it stands.
    final void ready() {
        connecting = false;
        int before = generation;
        connected();
        if (isOpen() && generation == before) {
            flush();
        }
        if (isOpen() && generation == before) {
            readAhead();
        }
    }

    /// The connection stands.
    void connected() {}

    /// The peer is gone while nothing is read from it.
    void hungUp() {
        // What it sent may still be read later; until then its end must not wake us again and
        // again.
        if (descriptor >= 0) {
            loop.epoll.remove(descriptor);
        }
        watched = false;
    }

    final void setReading(boolean on) {
        reading = on;
        watch();
    }

    final boolean isReading() {
        return reading;
    }

    private void watch() {
        Stream carried = stream;
        if (carried != null) {
            carried.watch(reading, outFrom < outTo);
            return;
        }
        if (descriptor < 0) {
            return;
        }
        int wanted = wanted();
        if (!watched) {
            if (wanted != 0) {
                watched = loop.epoll.add(descriptor, wanted, token()) >= 0;
                interest = wanted;
            }
        } else if (wanted != interest) {
            loop.epoll.modify(descriptor, wanted, token());
            interest = wanted;
        }
    }

    private int wanted() {
        TlsSession session = tls;
        if (handshaking && session != null) {
            return session.wantsWrite() ? Readiness.OUT : Readiness.IN;
        }
        if (session != null) {
            readAhead();
        }
        return (reading && !connecting ? Readiness.IN : 0)
                | (connecting || outFrom < outTo ? Readiness.OUT : 0);
    }

    /// Receives; 0 at the end, `-errno` as [NetCalls#receive].
    final int receive(long at, int length) {
        Stream carried = stream;
        if (carried != null) {
            return carried.receive(at, length);
        }
        TlsSession session = tls;
        return session == null
                ? loop.calls.receive(descriptor, at, length)
                : session.receive(at, length);
    }

    private int transmit(long at, int length) {
        Stream carried = stream;
        if (carried != null) {
            return carried.send(at, length);
        }
        TlsSession session = tls;
        return session == null ? loop.calls.send(descriptor, at, length) : session.send(at, length);
    }

    /// Sends, and keeps what the socket does not take: [#isBlocked]. False where the socket is dead
    /// or there is no memory to keep it.
    final boolean send(long at, int length) {
        int sent = 0;
        if (outFrom == outTo && !connecting && !handshaking) {
            int n = transmit(at, length);
            if (n == length) {
                return true;
            }
            if (n < 0 && n != -Errno.EAGAIN) {
                return false;
            }
            sent = Math.max(n, 0);
        }
        return keep(at + sent, length - sent);
    }

    private boolean keep(long at, int length) {
        if (!append(at, length)) {
            return false;
        }
        watch();
        return true;
    }

    private boolean append(long at, int length) {
        int waiting = outTo - outFrom;
        if (outCapacity - outTo < length) {
            int capacity = Buffers.capacity(waiting + length);
            long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
            if (block == 0) {
                return false;
            }
            if (waiting > 0) {
                Memory.copy(out + outFrom, block, waiting);
            }
            freeOut();
            out = block;
            outCapacity = capacity;
            outTo = waiting;
        }
        Memory.copy(at, out + outTo, length);
        outTo += length;
        return true;
    }

    /// Takes over a block with what is to be sent first.
    void adopt(long block, int capacity, int length) {
        out = block;
        outCapacity = capacity;
        outFrom = 0;
        outTo = length;
        watch();
    }

    /// Whether something waits to be sent.
    final boolean isBlocked() {
        return outFrom < outTo;
    }

    final int waiting() {
        return outTo - outFrom;
    }

    final int outCapacity() {
        return outCapacity;
    }

    /// Gives away the block with all that waits; nothing of it may have been sent.
    final long releaseOut() {
        long block = out;
        out = 0;
        outCapacity = 0;
        outFrom = 0;
        outTo = 0;
        return block;
    }

    private void freeOut() {
        if (out != 0) {
            loop.buffers.give(out, outCapacity);
        }
        releaseOut();
    }

    private void flush() {
        if (outFrom < outTo) {
            int n = transmit(out + outFrom, outTo - outFrom);
            if (n < 0 && n != -Errno.EAGAIN) {
                broken(-n);
                return;
            }
            outFrom += Math.max(n, 0);
            if (n > 0) {
                progressed(n);
            }
            if (outFrom < outTo) {
                watch();
                return;
            }
            freeOut();
        }
        watch();
        if (shutWhenSent) {
            shut();
        }
        drained();
    }

    /// The peer took some of what waited.
    void progressed(int bytes) {}

    /// Nothing more will be sent after what waits.
    final void finishSending() {
        shutWhenSent = true;
        if (outFrom == outTo) {
            shut();
        }
    }

    private void shut() {
        TlsSession session = tls;
        if (session != null) {
            session.end();
        }
        if (descriptor >= 0) {
            loop.calls.shutdown(descriptor, NetCalls.SHUT_WR);
        }
    }
}
