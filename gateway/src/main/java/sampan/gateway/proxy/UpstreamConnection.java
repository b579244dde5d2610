package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.Span;
import sampan.gateway.traces.Trace;
import sampan.gateway.wire.ProxyHeader;
import sampan.linux.net.NetCalls;
import sampan.linux.tls.TlsSession;

/// A connection to a target: carries for one user at a time, waits in its target's pool between.
final class UpstreamConnection extends Connection {
    private @Nullable UpstreamUser user;
    private @Nullable Target target;
    private @Nullable Span span;
    private boolean used;
    private boolean shared;
    int poolIndex = -1;

    UpstreamConnection(Loop loop, int slot) {
        super(loop, slot);
    }

    void begin(Target target) {
        this.target = target;
        shared = false;
        used = false;
        user = null;
    }

    /// Takes a stream of a connection that carries many.
    void begin(UpstreamCarrier carrier) {
        begin(carrier.target());
        shared = true;
        used = carrier.session().isUsed();
        carrier.session().open(this);
    }

    @Override
    void greet() {
        UpstreamUser current = user;
        ClientConnection client = current == null ? null : current.client();
        if (client != null && target().dialing().proxyHeader()) {
            long at = loop.http2.out;
            int length = ProxyHeader.write(client.source(), client.destination(), at);
            // Nothing was sent before, so that the socket has room.
            if (loop.calls.send(descriptor(), at, length) != length) {
                loop.calls.shutdown(descriptor(), NetCalls.SHUT_WR);
            }
        }
    }

    @Override
    @Nullable TlsSession startTls() {
        return target().dialing().tls().map(tls -> tls.connect(descriptor())).orElse(null);
    }

    /// Carries for that one from now on.
    void carry(UpstreamUser carried) {
        user = carried;
        Trace trace = carried.trace();
        span = trace == null ? null : trace.attempt(target(), loop.now);
    }

    /// Goes on in another's name.
    void hand(UpstreamUser to) {
        user = to;
    }

    /// The head of the answer has come.
    void answered(int status) {
        if (span != null) {
            span.answered(status);
        }
    }

    /// Why there is no whole answer.
    void blame(String type) {
        if (span != null) {
            span.blame(type);
        }
    }

    private void endSpan() {
        Span ended = span;
        span = null;
        if (ended != null) {
            ended.end(loop.now);
        }
    }

    /// Takes what another connection was to send.
    @Override
    void adopt(long block, int capacity, int length) {
        UpstreamUser current = user;
        Trace trace = span == null || current == null ? null : current.trace();
        if (trace != null) {
            trace.renew(block, length);
        }
        super.adopt(block, capacity, length);
    }

    /// Its exchange has the whole answer.
    ///
    /// @param reusable whether the connection may carry another
    void complete(boolean reusable) {
        if (span != null) {
            span.complete();
        }
        if (reusable) {
            release();
        } else {
            discard();
        }
    }

    Target target() {
        return Objects.requireNonNull(target);
    }

    /// Whether it has carried an exchange before: its server may close it at any moment.
    boolean isUsed() {
        return used;
    }

    void release() {
        if (shared || target().dialing().proxyHeader()) {
            discard();
            return;
        }
        endSpan();
        user = null;
        used = true;
        freeHeld();
        if (!isReading()) {
            setReading(true);
        }
        loop.pool(target()).give(this);
    }

    /// Its exchange has nothing to do with it any more.
    void discard() {
        endSpan();
        user = null;
        close();
    }

    @Override
    void readable() {
        UpstreamUser current = user;
        if (current != null) {
            current.responseReadable();
            return;
        }
        // Idle: the server closes it, or sends what nobody asked for; both end it.
        close();
    }

    @Override
    void connected() {
        UpstreamUser current = user;
        if (current != null) {
            current.connected();
        }
    }

    @Override
    void drained() {
        UpstreamUser current = user;
        if (current != null) {
            current.upstreamDrained();
        }
    }

    @Override
    void broken(int errno) {
        UpstreamUser current = user;
        if (current == null) {
            close();
        } else {
            current.upstreamBroken();
        }
    }

    @Override
    void expired() {
        UpstreamUser current = user;
        if (current == null) {
            close();
        } else {
            if (isConnecting()) {
                blame("timeout");
            }
            current.upstreamExpired();
        }
    }

    @Override
    void reset() {
        Target was = target;
        if (was != null && poolIndex >= 0) {
            loop.pool(was).forget(this);
        }
        user = null;
        target = null;
    }
}
