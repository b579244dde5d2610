package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.linux.net.Memory;
import sampan.linux.net.NetCalls;
import sampan.linux.poll.Readiness;
import sampan.linux.sys.Errno;

/// A socket of a loop, what waits to be sent on it, its deadline. The object is used again after
/// [#close], from the next batch of events on.
abstract class Connection {
    final Loop loop;
    private final int slot;
    private int generation;
    private int descriptor = -1;
    private int interest;
    private boolean watched;
    private boolean reading;
    private boolean connecting;

    private long out;
    private int outCapacity;
    private int outFrom;
    private int outTo;
    private boolean shutWhenSent;

    // A head of which more is to come, or bytes that came too early.
    private long held;
    private int heldCapacity;
    private int heldLength;

    // For Timers.
    long deadline = Timers.NEVER;
    long timerTick = -1;
    @Nullable Connection timerNext;
    @Nullable Connection timerPrevious;

    Connection(Loop loop, int slot) {
        this.loop = loop;
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
        return descriptor >= 0;
    }

    final boolean isConnecting() {
        return connecting;
    }

    final void close() {
        if (descriptor < 0) {
            return;
        }
        loop.calls.close(descriptor);
        descriptor = -1;
        watched = false;
        connecting = false;
        shutWhenSent = false;
        freeOut();
        freeHeld();
        loop.timers.remove(this);
        loop.closed(this);
    }

    /// Ends with a reset: the peer must not take what it has for the whole.
    final void closeWithReset() {
        if (descriptor >= 0) {
            loop.calls.resetOnClose(descriptor);
            close();
        }
    }

    final void dispatch(int readiness) {
        if (connecting) {
            int errno = loop.calls.error(descriptor);
            if (errno != 0) {
                broken(errno);
                return;
            }
            connecting = false;
            connected();
            flush();
            return;
        }
        boolean dead = (readiness & (Readiness.ERR | Readiness.HUP)) != 0;
        if (outFrom < outTo && (dead || (readiness & Readiness.OUT) != 0)) {
            int before = generation;
            flush();
            if (descriptor < 0 || generation != before) {
                return;
            }
        }
        if (reading) {
            if ((readiness & ~Readiness.OUT) != 0) {
                readable();
            }
        } else if (dead) {
            hungUp();
        }
    }

    /// The connection stands.
    void connected() {}

    /// The peer is gone while nothing is read from it.
    void hungUp() {
        // What it sent may still be read later; until then its end must not wake us again and
        // again.
        loop.epoll.remove(descriptor);
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
        if (descriptor < 0) {
            return;
        }
        int wanted =
                (reading && !connecting ? Readiness.IN : 0)
                        | (connecting || outFrom < outTo ? Readiness.OUT : 0);
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

    /// Receives; 0 at the end, `-errno` as [NetCalls#receive].
    final int receive(long at, int length) {
        return loop.calls.receive(descriptor, at, length);
    }

    /// Sends, and keeps what the socket does not take: [#isBlocked]. False where the socket is dead
    /// or there is no memory to keep it.
    final boolean send(long at, int length) {
        int sent = 0;
        if (outFrom == outTo && !connecting) {
            int n = loop.calls.send(descriptor, at, length);
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
        watch();
        return true;
    }

    /// Takes over a block with what is to be sent first.
    final void adopt(long block, int capacity, int length) {
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
            int n = loop.calls.send(descriptor, out + outFrom, outTo - outFrom);
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
            loop.calls.shutdown(descriptor, NetCalls.SHUT_WR);
        }
        drained();
    }

    /// The peer took some of what waited.
    void progressed(int bytes) {}

    /// Nothing more will be sent after what waits.
    final void finishSending() {
        shutWhenSent = true;
        if (outFrom == outTo && descriptor >= 0) {
            loop.calls.shutdown(descriptor, NetCalls.SHUT_WR);
        }
    }

    /// Keeps received bytes for later; they may stand in the held block already.
    final boolean hold(long at, int length) {
        if (at == held && held != 0) {
            heldLength = length;
            return true;
        }
        int capacity = Buffers.capacity(length + 1);
        long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
        if (block == 0) {
            return false;
        }
        Memory.copy(at, block, length);
        freeHeld();
        held = block;
        heldCapacity = capacity;
        heldLength = length;
        return true;
    }

    final int heldLength() {
        return heldLength;
    }

    /// Moves what is held to the loop's buffer and frees its block; returns how much.
    final int unhold() {
        int length = heldLength;
        if (length > 0) {
            Memory.copy(held, loop.receiveAt, length);
        }
        freeHeld();
        return length;
    }

    final void freeHeld() {
        if (held != 0) {
            loop.buffers.give(held, heldCapacity);
        }
        held = 0;
        heldCapacity = 0;
        heldLength = 0;
    }

    /// Where the next bytes of a head go: behind what is held, or into the loop's buffer.
    final long headAt() {
        return held != 0 ? held : loop.receiveAt;
    }

    /// Room at [#headAt], what is held included; grown where it is full.
    final int headRoom() {
        if (held == 0) {
            return Loop.RECEIVE_BYTES;
        }
        if (heldLength == heldCapacity) {
            int capacity = Buffers.capacity(heldCapacity + 1);
            long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
            if (block == 0) {
                return heldLength;
            }
            int length = heldLength;
            Memory.copy(held, block, length);
            freeHeld();
            held = block;
            heldCapacity = capacity;
            heldLength = length;
        }
        return Math.min(heldCapacity, Loop.RECEIVE_BYTES);
    }
}
