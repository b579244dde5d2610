package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.ClientCertificate;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.Memory;

/// A client's connection: reads heads, one at a time, and has its [Exchange] deal with each. What
/// comes behind a request waits until that is answered.
final class ClientConnection extends Connection {
    private static final int ADDRESS_BYTES_MAX = 64;
    private static final int LINGER_BYTES_MAX = 1 << 20;
    private static final long LINGER_NANOS = 2_000_000_000L;

    private enum State {
        HEAD,
        EXCHANGE,
        /// The answer is being sent; then comes the next request, or the end.
        ANSWERED,
        /// Only what still comes is thrown away, so that the answer is not lost to a reset.
        LINGER
    }

    private final Exchange exchange;
    private final long address = Memory.allocate(ADDRESS_BYTES_MAX);
    private int addressLength;
    private State state = State.HEAD;
    private int searched;
    private int lingered;
    private boolean ends;
    private boolean linger;

    ClientConnection(Loop loop, int slot) {
        super(loop, slot);
        exchange = new Exchange(loop, this);
    }

    /// Takes an accepted socket.
    ///
    /// @param sockaddr the peer's
    void begin(long sockaddr) {
        addressLength = InternetAddress.writeHost(sockaddr, address);
        state = State.HEAD;
        searched = 0;
        loop.timers.set(this, loop.now + loop.limits().idleNanos());
    }

    long address() {
        return address;
    }

    int addressLength() {
        return addressLength;
    }

    /// What the client has proven of itself by TLS, null where it has not.
    @Nullable ClientCertificate certificate() {
        return null;
    }

    boolean isIdle() {
        return state == State.HEAD && heldLength() == 0;
    }

    @Override
    void readable() {
        switch (state) {
            case HEAD -> readHead();
            case EXCHANGE -> exchange.requestReadable();
            case ANSWERED -> setReading(false);
            case LINGER -> throwAway();
        }
    }

    private void readHead() {
        int have = heldLength();
        int room = headRoom() - have;
        long base = headAt();
        int n = room <= 0 ? -1 : receive(base + have, room);
        if (n == -sampan.linux.sys.Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            close();
            return;
        }
        if (have == 0) {
            loop.timers.set(this, loop.now + loop.limits().headNanos());
        }
        headBytes(base, have + n);
    }

    private void headBytes(long base, int length) {
        int from = startsWithBlankLine(base, length) ? 2 : 0;
        if (from == length) {
            freeHeld();
            searched = 0;
            return;
        }
        byte first = Memory.get(base + from);
        if (!Octets.isToken(first) && !(first == '\r' && length == 1)) {
            refuse(Refusal.BAD_METHOD);
            return;
        }
        int headMax = loop.limits().headBytesMax();
        int end = Head.findEnd(base, Math.max(from, searched - 3), length);
        if (end < 0 ? length - from >= headMax : end - from > headMax) {
            boolean line = Octets.lineFeed(base + from, base + Math.min(length, headMax)) >= 0;
            refuse(line ? Refusal.HEAD_TOO_LARGE : Refusal.TARGET_TOO_LONG);
            return;
        }
        if (end < 0) {
            searched = length;
            if (!hold(base, length)) {
                close();
            }
            return;
        }
        searched = 0;
        long at = base;
        if (base != loop.receiveAt) {
            hold(base, length);
            unhold();
            at = loop.receiveAt;
        }
        state = State.EXCHANGE;
        exchange.begin(at, from, end, length);
    }

    // RFC 9112 section 2.2: one may stand before a request, left by older clients.
    private static boolean startsWithBlankLine(long base, int length) {
        return length >= 2 && Memory.get(base) == '\r' && Memory.get(base + 1) == '\n';
    }

    /// Answers what is no request, and ends.
    void refuse(Refusal refusal) {
        state = State.EXCHANGE;
        exchange.refuse(refusal);
    }

    /// The answer is complete, but for what waits to be sent.
    ///
    /// @param goesOn whether the next request may come
    /// @param lingers whether the client may still be sending
    void answered(boolean goesOn, boolean lingers) {
        state = State.ANSWERED;
        ends = !goesOn;
        linger = lingers;
        if (isBlocked()) {
            loop.timers.set(this, loop.now + loop.limits().stallNanos());
        } else {
            next();
        }
    }

    private void next() {
        if (ends) {
            end();
            return;
        }
        state = State.HEAD;
        if (!isReading()) {
            setReading(true);
        }
        if (heldLength() > 0) {
            loop.timers.set(this, loop.now + loop.limits().headNanos());
            loop.later(this);
        } else {
            loop.timers.set(this, loop.now + loop.limits().idleNanos());
        }
    }

    /// Goes on with what was held behind the last request.
    void goOn() {
        if (state == State.HEAD && heldLength() > 0) {
            headBytes(headAt(), heldLength());
        }
    }

    private void end() {
        if (!linger) {
            close();
            return;
        }
        state = State.LINGER;
        lingered = 0;
        freeHeld();
        finishSending();
        setReading(true);
        loop.timers.set(this, loop.now + LINGER_NANOS);
    }

    private void throwAway() {
        int n = receive(loop.receiveAt, Loop.RECEIVE_BYTES);
        lingered += Math.max(n, 0);
        if (n != -sampan.linux.sys.Errno.EAGAIN && (n <= 0 || lingered > LINGER_BYTES_MAX)) {
            close();
        }
    }

    @Override
    void drained() {
        switch (state) {
            case HEAD, LINGER -> {}
            case EXCHANGE -> exchange.clientDrained();
            case ANSWERED -> next();
        }
    }

    @Override
    void progressed(int bytes) {
        exchange.clientProgressed(bytes);
    }

    @Override
    void broken(int errno) {
        if (state == State.EXCHANGE) {
            exchange.abort();
        } else {
            close();
        }
    }

    @Override
    void hungUp() {
        broken(0);
    }

    @Override
    void expired() {
        switch (state) {
            case HEAD -> {
                if (heldLength() > 0) {
                    refuse(Refusal.HEAD_TIMEOUT);
                } else {
                    close();
                }
            }
            case EXCHANGE -> exchange.clientExpired();
            case ANSWERED, LINGER -> closeWithReset();
        }
    }

    /// The gateway is ending: goes once it is not in the middle of something.
    void drain() {
        if (isIdle()) {
            close();
        }
    }

    @Override
    void reset() {
        state = State.HEAD;
        searched = 0;
        ends = false;
    }
}
