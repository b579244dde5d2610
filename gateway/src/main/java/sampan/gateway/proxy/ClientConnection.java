package sampan.gateway.proxy;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.routes.ClientCertificate;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.ProxyHeader;
import sampan.gateway.wire.Refusal;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.Memory;
import sampan.linux.sys.Errno;
import sampan.linux.tls.TlsServer;

/// A client's connection: reads heads, one at a time, and has its [Exchange] deal with each. What
/// comes behind a request waits until that is answered.
final class ClientConnection extends Connection {
    // How long who has nothing under way may still ask for something while the gateway ends.
    private static final long DRAIN_NANOS = 1_000_000_000L;
    private static final int ADDRESS_BYTES_MAX = 48;
    private static final int SOCKADDR_BYTES = 32;
    private static final int LINGER_BYTES_MAX = 1 << 20;
    private static final long LINGER_NANOS = 2_000_000_000L;

    private enum State {
        /// What a proxy in front tells of its client.
        PROXY,
        HANDSHAKE,
        HEAD,
        /// Streams have their own exchanges.
        HTTP2,
        EXCHANGE,
        /// The answer is being sent; then comes the next request, or the end.
        ANSWERED,
        /// Only what still comes is thrown away, so that the answer is not lost to a reset.
        LINGER
    }

    // Only while there is a request: most connections wait for their next one.
    private @Nullable Exchange exchange;
    private final long address = Memory.allocate(ADDRESS_BYTES_MAX + 2 * SOCKADDR_BYTES);
    private final long source = address + ADDRESS_BYTES_MAX;
    private final long destination = source + SOCKADDR_BYTES;
    private int addressLength;
    private @Nullable ClientCertificate certificate;
    private State state = State.HEAD;
    private @Nullable Listener listener;
    private @Nullable Http2Server http2;
    private boolean fresh;
    private int searched;
    private int lingered;
    private boolean ends;
    private boolean linger;

    ClientConnection(Loop loop, int slot) {
        super(loop, slot);
    }

    /// Takes an accepted socket.
    ///
    /// @param sockaddr the peer's
    void begin(long sockaddr, Listener listener) {
        this.listener = listener;
        certificate = null;
        searched = 0;
        Memory.copy(sockaddr, source, SOCKADDR_BYTES);
        Memory.put(destination, (byte) 0);
        addressLength = InternetAddress.writeHost(source, address);
        if (listener.proxyProtocol()) {
            state = State.PROXY;
            loop.timers.set(this, loop.now + loop.limits().headNanos());
        } else {
            introduced();
        }
    }

    /// It is known who comes.
    private void introduced() {
        Optional<TlsServer> tls = Objects.requireNonNull(listener).tls();
        if (tls.isPresent()) {
            state = State.HANDSHAKE;
            loop.timers.set(this, loop.now + loop.limits().headNanos());
            secure(tls.get().accept(descriptor()));
        } else {
            begun();
        }
    }

    /// Takes a stream of another client's connection.
    void beginStream(ClientConnection carrier) {
        listener = carrier.listener;
        certificate = carrier.certificate;
        addressLength = carrier.addressLength;
        carrier.destination();
        Memory.copy(carrier.address, address, ADDRESS_BYTES_MAX + 2 * SOCKADDR_BYTES);
        searched = 0;
        fresh = false;
        state = State.HEAD;
    }

    private Http2Server http2() {
        return Objects.requireNonNull(http2);
    }

    /// HTTP/2 from now on.
    private void beginHttp2() {
        if (http2 == null) {
            http2 = new Http2Server(this);
        }
        state = State.HTTP2;
        http2.start();
    }

    /// HTTP/2 is over, and the connection with it.
    void endSession(boolean broken) {
        http2().release();
        if (broken) {
            closeWithReset();
        } else {
            linger = true;
            end();
        }
    }

    private void begun() {
        fresh = !isSecure() && Objects.requireNonNull(listener).http2();
        state = State.HEAD;
        loop.timers.set(this, loop.now + loop.limits().idleNanos());
    }

    @Override
    void connected() {
        if (Objects.requireNonNull(tls()).isProof()) {
            close();
            return;
        }
        certificate =
                Objects.requireNonNull(tls())
                        .peer()
                        .map(p -> new ClientCertificate(p.subject(), p.names(), p.fingerprint()))
                        .orElse(null);
        if (Objects.requireNonNull(tls()).isHttp2()) {
            beginHttp2();
        } else {
            begun();
        }
    }

    private void readProxyHeader() {
        int have = heldLength();
        int room = Math.min(headRoom(), ProxyHeader.BYTES_MAX) - have;
        long base = headAt();
        int n = loop.calls.peek(descriptor(), base + have, room);
        if (n == -Errno.EAGAIN) {
            return;
        }
        int length = n <= 0 ? -1 : ProxyHeader.length(base, have + n);
        if (length < 0) {
            close();
            return;
        }
        // What follows is TLS's or the head's: no more is taken than belongs here.
        int taken = loop.calls.receive(descriptor(), base + have, Math.min(n, length - have));
        if (have + taken < length) {
            if (taken <= 0 || !hold(base, have + taken)) {
                close();
            }
            return;
        }
        if (!ProxyHeader.read(base, length, source, destination)) {
            close();
            return;
        }
        freeHeld();
        addressLength = InternetAddress.writeHost(source, address);
        introduced();
    }

    /// The client's sockaddr.
    long source() {
        return source;
    }

    /// The sockaddr that the client came to.
    long destination() {
        if (Memory.get(destination) == 0 && !isStream()) {
            loop.ownAddress(descriptor(), destination);
        }
        return destination;
    }

    /// Who the client is by its certificate, null where it has shown none.
    @Nullable ClientCertificate certificate() {
        return certificate;
    }

    boolean isSecure() {
        return Objects.requireNonNull(listener).tls().isPresent();
    }

    long address() {
        return address;
    }

    int addressLength() {
        return addressLength;
    }

    boolean isIdle() {
        return state == State.HEAD && heldLength() == 0;
    }

    @Override
    void readable() {
        switch (state) {
            case PROXY -> readProxyHeader();
            case HANDSHAKE -> {}
            case HEAD -> readHead();
            case HTTP2 -> {
                http2().readable();
                http2().read();
            }
            case EXCHANGE -> exchange().requestReadable();
            case ANSWERED -> setReading(false);
            case LINGER -> throwAway();
        }
    }

    private void readHead() {
        int have = heldLength();
        int room = headRoom() - have;
        long base = headAt();
        int n = room <= 0 ? -1 : receive(base + have, room);
        if (n == -Errno.EAGAIN) {
            return;
        }
        // The end may come in one batch with the last answer: what is held was not looked at yet.
        boolean unread = n == 0 && have > 0 && searched == 0;
        if (n <= 0 && !unread) {
            close();
            return;
        }
        if (have == 0) {
            loop.timers.set(this, loop.now + loop.limits().headNanos());
        }
        headBytes(base, have + n);
    }

    private void headBytes(long base, int length) {
        if (fresh && Frame.isPreface(base, length)) {
            preface(base, length);
            return;
        }
        fresh = false;
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
        exchange().begin(at, from, end, length);
    }

    /// The client may be about to speak HTTP/2.
    private void preface(long base, int length) {
        if (length < Frame.PREFACE_BYTES) {
            if (!hold(base, length)) {
                close();
            }
            return;
        }
        Memory.copy(base, loop.http2.in, length);
        freeHeld();
        beginHttp2();
        http2().take(loop.http2.in, loop.http2.in + length);
        http2().read();
    }

    // RFC 9112 section 2.2: one may stand before a request, left by older clients.
    private static boolean startsWithBlankLine(long base, int length) {
        return length >= 2 && Memory.get(base) == '\r' && Memory.get(base + 1) == '\n';
    }

    /// Answers what is no request, and ends.
    void refuse(Refusal refusal) {
        state = State.EXCHANGE;
        exchange().refuse(refusal);
    }

    private Exchange exchange() {
        Exchange taken = exchange;
        if (taken == null) {
            taken = loop.exchange(this);
            exchange = taken;
        }
        return taken;
    }

    private void freeExchange() {
        Exchange taken = exchange;
        if (taken != null) {
            exchange = null;
            loop.free(taken);
        }
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
        if (isStream()) {
            close();
            return;
        }
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
            freeExchange();
        }
    }

    /// Goes on with what was held behind the last request.
    @Override
    void goOn() {
        super.goOn();
        if (isOpen() && state == State.HEAD && heldLength() > 0) {
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
        if (n != -Errno.EAGAIN && (n <= 0 || lingered > LINGER_BYTES_MAX)) {
            close();
        }
    }

    @Override
    void drained() {
        switch (state) {
            case PROXY, HANDSHAKE, HEAD, LINGER -> {}
            case HTTP2 -> {
                http2().writable();
                http2().arm();
            }
            case EXCHANGE -> exchange().clientDrained();
            case ANSWERED -> next();
        }
    }

    @Override
    void progressed(int bytes) {
        if (state == State.HTTP2) {
            http2().progressed();
        } else if (exchange != null) {
            exchange.clientProgressed(bytes);
        }
    }

    @Override
    void broken(int errno) {
        if (state == State.EXCHANGE) {
            exchange().abort();
        } else if (state == State.HTTP2) {
            http2().lost();
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
            case PROXY, HANDSHAKE -> close();
            case HTTP2 -> http2().expired();
            case EXCHANGE -> exchange().clientExpired();
            case ANSWERED, LINGER -> closeWithReset();
        }
    }

    /// The gateway is ending: goes with its next answer. One that waits for a request is given time
    /// for it, since it may be on its way.
    void drain() {
        if (isIdle()) {
            loop.timers.set(this, loop.now + DRAIN_NANOS);
        } else if (state == State.HTTP2) {
            http2().drain();
        }
    }

    @Override
    void reset() {
        state = State.HEAD;
        searched = 0;
        ends = false;
        certificate = null;
        freeExchange();
    }
}
