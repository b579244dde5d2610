package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Mirror;
import sampan.gateway.routes.Route;

/// The copy of one request while that comes in. It is sent once the request is complete, so that a
/// slow client holds no connection to the mirror.
final class Mirroring {
    private final Exchange exchange;
    private @Nullable MirrorCopy copy;

    Mirroring(Exchange exchange) {
        this.exchange = exchange;
    }

    /// Takes the head that the loop's writer holds, and what has come of the body.
    void begin(Route route, long body, long bodyEnd) {
        Mirror mirror = route.mirror();
        if (mirror == null || exchange.asksForUpgrade() || !mirror.draws()) {
            return;
        }
        MirrorCopy begun = exchange.loop.mirrors.take();
        if (begun == null) {
            mirror.counts().count(false);
            return;
        }
        copy = begun;
        if (begun.begin(mirror)) {
            body(body, bodyEnd);
        } else {
            drop();
        }
    }

    /// Takes what has come of the body. With its last octet the copy goes.
    void body(long at, long end) {
        MirrorCopy taking = copy;
        if (taking == null) {
            return;
        }
        if (!taking.append(at, (int) (end - at))) {
            drop();
        } else if (exchange.requestBody.isDone()) {
            copy = null;
            taking.send();
        }
    }

    /// The request does not become complete.
    void drop() {
        MirrorCopy dropped = copy;
        copy = null;
        if (dropped != null) {
            dropped.lose();
        }
    }
}
