package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Target;
import sampan.linux.tls.TlsSession;

/// A connection to a target that carries many requests at a time, by [Http2Client].
final class UpstreamCarrier extends Connection {
    private final Http2Client session;
    private @Nullable Target target;

    UpstreamCarrier(Loop loop, int slot) {
        super(loop, slot);
        session = new Http2Client(this);
    }

    void begin(Target target) {
        this.target = target;
        session.start();
    }

    Target target() {
        return Objects.requireNonNull(target);
    }

    Http2Client session() {
        return session;
    }

    @Override
    @Nullable TlsSession startTls() {
        return target().dialing().tls().map(tls -> tls.connect(descriptor())).orElse(null);
    }

    @Override
    void connected() {
        TlsSession tls = tls();
        if (tls != null && !tls.isHttp2()) {
            session.lost();
        } else {
            session.connected();
        }
    }

    @Override
    void readable() {
        session.readable();
        session.check();
    }

    @Override
    void drained() {
        session.writable();
    }

    @Override
    void broken(int errno) {
        session.lost();
    }

    @Override
    void hungUp() {
        session.lost();
    }

    @Override
    void expired() {
        session.expired();
    }

    /// The session is over.
    void over() {
        Target was = target;
        if (was != null) {
            loop.pool(was).forget(this);
        }
        session.release();
        close();
    }

    @Override
    void reset() {
        target = null;
    }
}
