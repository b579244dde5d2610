package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Cors;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.BodyFraming;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.sys.Errno;

/// The way of one answer back to the client.
final class Answering {
    /// Longest head of an answer.
    static final int HEAD_BYTES_MAX = 48 << 10;

    private final Exchange exchange;
    private final Forwarding forwarding;
    private final Loop loop;
    private final BodyFraming body = new BodyFraming();
    private boolean begun;
    private boolean ended;
    private boolean reusable;
    private boolean goesOn;
    private int searched;
    private long answerBytes;
    private long answerBytesMax;
    private final Compressing compressing;
    private @Nullable Service sticky;
    private @Nullable Target stuck;

    Answering(Exchange exchange, Forwarding forwarding) {
        this.exchange = exchange;
        this.forwarding = forwarding;
        loop = exchange.loop;
        compressing = new Compressing(loop);
    }

    /// A request of that route begins, which the loop's head shows.
    void begin(Route route) {
        compressing.begin(route);
        again();
    }

    /// Another answer is awaited: nothing of the first was passed on.
    void again() {
        begun = false;
        ended = false;
        searched = 0;
        body.none();
    }

    /// The target of a service that the client had, null where it may have any.
    @Nullable Target stuck(Service chosen) {
        sticky = chosen.isSticky() ? chosen : null;
        stuck = sticky == null ? null : chosen.stuck(loop.view, loop.now);
        return stuck;
    }

    /// Whether the client has got something of the answer.
    boolean hasBegun() {
        return begun;
    }

    /// In a tunnel: the server says no more.
    boolean hasEnded() {
        return ended;
    }

    void readable(UpstreamConnection upstream) {
        if (begun) {
            readBody(upstream);
        } else {
            readHead(upstream);
        }
    }

    private void readHead(UpstreamConnection upstream) {
        int have = upstream.heldLength();
        int room = upstream.headRoom() - have;
        long base = upstream.headAt();
        int n = room <= 0 ? 0 : upstream.receive(base + have, room);
        if (n == -Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            if (have > 0) {
                forwarding.malformed(Refusal.BAD_STATUS.words());
            } else {
                forwarding.upstreamBroken();
            }
            return;
        }
        forwarding.hasBytes();
        headBytes(upstream, base, have + n);
    }

    private void headBytes(UpstreamConnection upstream, long from, int size) {
        long base = from;
        int length = size;
        while (true) {
            int end = Head.findEnd(base, Math.max(0, searched - 3), length);
            if (end < 0 ? length >= HEAD_BYTES_MAX : end > HEAD_BYTES_MAX) {
                forwarding.malformed(Refusal.HEAD_TOO_LARGE.words());
                return;
            }
            if (end < 0) {
                searched = length;
                if (!upstream.hold(base, length)) {
                    exchange.abort();
                }
                return;
            }
            searched = 0;
            if (base < loop.receiveAt || base >= loop.receiveAt + Loop.RECEIVE_BYTES) {
                upstream.hold(base, length);
                upstream.unhold();
                base = loop.receiveAt;
            }
            Refusal refusal = loop.response.read(base, 0, end);
            if (refusal != Refusal.NONE) {
                forwarding.malformed(refusal.words());
                return;
            }
            if (!loop.response.isInterim()) {
                upstream.answered(loop.response.status());
                head(base, end, length);
                return;
            }
            if (!interim()) {
                return;
            }
            base += end;
            length -= end;
            if (length == 0) {
                upstream.freeHeld();
                return;
            }
        }
    }

    /// 100 Continue and Early Hints go to those who know them.
    private boolean interim() {
        if (exchange.minorVersion() == 0) {
            return true;
        }
        ResponseWriter.write(
                loop.writer,
                loop.response,
                sampan.gateway.routes.FieldEdits.NONE,
                loop.told().via(),
                ResponseWriter.Persistence.SILENT);
        ResponseWriter.end(loop.writer);
        return exchange.toClient(
                loop.writer.start(), loop.writer.start() + loop.writer.length(), false);
    }

    private void head(long base, int end, int length) {
        ResponseHead head = loop.response;
        if (forwarding.again.afterAnswer(head.status())) {
            return;
        }
        exchange.status(head.status());
        boolean switches = head.status() == ResponseHead.SWITCHING_PROTOCOLS;
        if (switches && !(exchange.asksForUpgrade() && head.wantsUpgrade())
                || head.isChunked() && exchange.minorVersion() == 0) {
            forwarding.malformed("it is of a protocol that was not asked for");
            return;
        }
        long bodyEnd = beginBody(head, switches, base + end, base + length);
        if (bodyEnd < 0) {
            return;
        }
        boolean asked = exchange.requestBody.isDone();
        boolean bounded = body.kind() != BodyFraming.Kind.CLOSE;
        goesOn = exchange.keepsAlive() && asked && bounded && !loop.isDraining();
        // What follows an answer was not asked for: it must not be taken for the next one's.
        reusable = head.keepsAlive() && asked && bounded && bodyEnd == base + length;
        forwarding.answered(head.status());
        Route route = Objects.requireNonNull(exchange.route());
        Cors cors = route.cors();
        if (cors != null) {
            cors.drop(head);
        }
        if (!switches) {
            compressing.head(head, route, !body.isDone() || bodyEnd > base + end);
        }
        ResponseWriter.write(
                loop.writer,
                head,
                route.edits().response(),
                loop.told().via(),
                persistence(switches));
        ownLines();
        compressing.lines(head);
        ResponseWriter.end(loop.writer);
        begun = true;
        forwarding.armResponse();
        if (!first(base + end, bodyEnd)) {
            return;
        }
        if (switches) {
            exchange.beginTunnel();
            forwarding.armResponse();
        } else if (body.isDone()) {
            complete();
            return;
        }
        holdBack();
    }

    /// Sends the head that the loop's writer holds, and what came of the body.
    private boolean first(long at, long end) {
        if (compressing.isOn()) {
            compressing.pass(at, end, body.isDone());
            compressing.layHead();
            return exchange.toClient(compressing.from(), compressing.to(), body.isDone());
        }
        return exchange.toClient(loop.writer.layBefore(at), end, body.isDone());
    }

    /// Sends what came of the body.
    private boolean send(long at, long end, boolean last) {
        if (!compressing.isOn()) {
            return exchange.toClient(at, end, last);
        }
        compressing.pass(at, end, last);
        return compressing.from() == compressing.to()
                || exchange.toClient(compressing.from(), compressing.to(), last);
    }

    /// The answer is over, or nothing will come of it.
    void end() {
        compressing.end();
    }

    /// What filters want the client to be told, and by what it comes back to the same target.
    private void ownLines() {
        loop.writer.put(exchange.admission.toldClient()).put(exchange.admission.toldWithAnswer());
        Target asked = exchange.target();
        Service current = sticky;
        if (current != null && asked != null && asked != stuck) {
            byte[] line = current.stickyLine(asked);
            if (line != null) {
                loop.writer.put(line);
            }
        }
    }

    /// Takes what came of the body; returns where that ends, -1 where the answer is refused.
    private long beginBody(ResponseHead head, boolean switches, long from, long to) {
        answerBytesMax = Objects.requireNonNull(exchange.route()).bounds().answerBytesMax();
        frame(head, switches);
        long end = body.pass(from, to);
        if (end < 0) {
            forwarding.malformed(body.refusal().words());
            return -1;
        }
        answerBytes = switches ? 0 : end - from;
        boolean tooLong =
                body.kind() == BodyFraming.Kind.LENGTH && head.contentLength() > answerBytesMax;
        if (tooLong || answerBytes > answerBytesMax) {
            forwarding.tooLong();
            return -1;
        }
        return end;
    }

    private ResponseWriter.Persistence persistence(boolean switches) {
        if (switches) {
            return ResponseWriter.Persistence.UPGRADE;
        }
        if (!goesOn) {
            return ResponseWriter.Persistence.CLOSE;
        }
        return exchange.minorVersion() == 0
                ? ResponseWriter.Persistence.KEEP_ALIVE
                : ResponseWriter.Persistence.SILENT;
    }

    private void frame(ResponseHead head, boolean switches) {
        if (switches) {
            body.untilClose();
        } else if (head.isBodiless(exchange.method())) {
            body.none();
        } else if (head.isChunked()) {
            body.chunked();
        } else if (head.contentLength() >= 0) {
            body.length(head.contentLength());
        } else {
            body.untilClose();
        }
    }

    private void readBody(UpstreamConnection upstream) {
        int n = upstream.receive(loop.receiveAt, Loop.RECEIVE_BYTES);
        if (n == -Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            bodyEnded(upstream, n);
            return;
        }
        long end = body.pass(loop.receiveAt, loop.receiveAt + n);
        if (end < 0) {
            forwarding.failed();
            exchange.abort();
            return;
        }
        if (!exchange.isTunnel()) {
            answerBytes += end - loop.receiveAt;
            if (answerBytes > answerBytesMax) {
                // What the client has is no whole answer, and it must notice.
                exchange.abort();
                return;
            }
            forwarding.armResponse();
        }
        reusable &= end == loop.receiveAt + n;
        if (!send(loop.receiveAt, end, body.isDone())) {
            return;
        }
        if (body.isDone()) {
            complete();
        } else {
            holdBack();
        }
    }

    private void bodyEnded(UpstreamConnection upstream, int result) {
        if (body.kind() != BodyFraming.Kind.CLOSE || result < 0) {
            upstream.blame("connection_closed");
            forwarding.failed();
            exchange.abort();
        } else if (exchange.isTunnel() && !exchange.hasClientEnded()) {
            ended = true;
            upstream.setReading(false);
            exchange.client.finishSending();
        } else if (!compressing.isOn() || send(0, 0, true)) {
            complete();
        }
    }

    /// The client does not take it as fast as it comes.
    private void holdBack() {
        if (exchange.client.isBlocked()) {
            forwarding.flow.holdBack();
        }
    }

    void endTunnel() {
        complete();
    }

    private void complete() {
        forwarding.complete(reusable);
        exchange.finish(goesOn);
    }
}
