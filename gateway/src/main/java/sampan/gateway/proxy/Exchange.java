package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.Trace;
import sampan.gateway.wire.BodyFraming;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.linux.sys.Errno;

/// One request and its answer. Each client connection has one, used again for each request. The way
/// to a target is [Forwarding]'s; here are the client's side and the end.
final class Exchange {
    private static final long WINDOW_NANOS = 5_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] H2C = Octets.ascii("h2c");
    private static final int NO_ROUTE = 404;

    final Loop loop;
    ClientConnection client;
    final BodyFraming requestBody = new BodyFraming();
    final Forwarding forwarding;
    final Admission admission;

    @Nullable Trace trace;

    private Method method = Method.OTHER;
    private int minorVersion;
    private boolean keepsAlive;
    private boolean upgrade;
    private boolean expects;
    private boolean tunnel;
    private boolean clientEnded;
    private boolean over = true;
    private @Nullable Route route;
    private long started;
    private long bytesIn;
    private long bytesOut;
    private int headBytes;
    private long logLine;
    private int logLength;
    private int status;
    private long windowBegin;
    private long windowBytes;
    private boolean windowAwaits;

    Exchange(Loop loop, ClientConnection client) {
        this.loop = loop;
        this.client = client;
        forwarding = new Forwarding(this);
        admission = new Admission(this);
    }

    /// Is of that client from now on.
    void serve(ClientConnection next) {
        client = next;
    }

    /// Whether nothing is under way, so that it may be another client's.
    boolean isOver() {
        return over;
    }

    /// Takes a head that is complete.
    ///
    /// @param base in the loop's buffer, with room before it
    void begin(long base, int from, int end, int length) {
        RequestHead head = loop.request;
        start(end - from);
        Refusal refusal = head.read(base, from, end);
        if (refusal == Refusal.NONE && head.method() == Method.TRACE) {
            refusal = Refusal.METHOD_NOT_ALLOWED;
        }
        if (refusal != Refusal.NONE) {
            refuse(refusal);
            return;
        }
        method = head.method();
        minorVersion = head.minorVersion();
        keepsAlive = head.keepsAlive();
        expects = head.expectsContinue();
        long bodyEnd = beginBody(head, base + end, base + length);
        if (bodyEnd < 0) {
            refuse(requestBody.refusal());
            return;
        }
        if (bodyEnd < base + length && !client.hold(bodyEnd, (int) (base + length - bodyEnd))) {
            abort();
            return;
        }
        bytesIn += bodyEnd - base - end;
        upgrade = canUpgrade(head);
        loop.view.begin(client.address(), client.addressLength());
        loop.view.cameBy(client.isSecure(), client.certificate());
        loop.log.begin(this, loop.view);
        Route found = loop.table().find(loop.view, loop.room);
        loop.traces.begin(this, found);
        if (found == null) {
            answer(Answers.Answer.of(NO_ROUTE, "no route"));
            return;
        }
        route = found;
        take(found, base + end, bodyEnd);
    }

    private void start(int headBytes) {
        over = false;
        started = loop.now;
        bytesIn = headBytes;
        this.headBytes = headBytes;
        bytesOut = 0;
        status = 0;
        route = null;
        upgrade = false;
        expects = false;
        tunnel = false;
        clientEnded = false;
        keepsAlive = false;
        method = Method.OTHER;
        minorVersion = 1;
        requestBody.none();
        forwarding.forget();
        admission.forget();
        windowBegin = started;
        windowBytes = 0;
        windowAwaits = false;
    }

    private long beginBody(RequestHead head, long from, long to) {
        if (head.isChunked()) {
            requestBody.chunked();
        } else if (head.contentLength() > 0) {
            requestBody.length(head.contentLength());
        } else {
            requestBody.none();
        }
        return requestBody.pass(from, to);
    }

    /// Any protocol but HTTP/2, which would get past all that is checked here.
    private boolean canUpgrade(RequestHead head) {
        if (!head.wantsUpgrade() || minorVersion == 0 || !requestBody.isDone()) {
            return false;
        }
        int line = head.first(Field.UPGRADE);
        long at = head.valueAt(line);
        long to = head.valueEnd(line);
        return to > at && !Octets.sameIgnoringCase(at, Math.min(to, at + H2C.length), H2C);
    }

    private void take(Route found, long body, long bodyEnd) {
        Route.Bounds bounds = found.bounds();
        if (Math.max(loop.request.contentLength(), bodyEnd - body) > bounds.bodyBytesMax()) {
            refuse(Refusal.BODY_TOO_LARGE);
            return;
        }
        admission.check(found, body, bodyEnd);
    }

    /// The filters let the request pass.
    void admitted(Route found, long body, long bodyEnd) {
        upgrade &= found.bounds().upgrades();
        armClient();
        switch (found.action()) {
            case Route.Forward _ -> {
                loop.traces.tell(this);
                forwarding.begin(found, body, bodyEnd);
            }
            case Route.Redirect redirect -> answer(Answers.Answer.of(redirect, loop.view));
            case Route.Respond respond ->
                    answer(Answers.Answer.of(respond.status(), respond.text()));
        }
    }

    /// Answers what is no request, or one that may not go on, and ends the connection.
    void refuse(Refusal refusal) {
        if (over) {
            start(0);
        }
        keepsAlive = false;
        answer(Answers.Answer.of(refusal.status(), refusal.words()));
    }

    /// Answers on behalf of the service; only before anything of an answer was sent.
    void answer(Answers.Answer answer) {
        status = answer.status();
        boolean goesOn = keepsAlive && requestBody.isDone() && !loop.isDraining();
        Answers.write(loop.writer, answer, admission.toldClient(), method == Method.HEAD, !goesOn);
        bytesOut += loop.writer.length();
        account();
        if (!client.send(loop.writer.start(), loop.writer.length())) {
            abort();
            return;
        }
        finish(goesOn);
    }

    /// All has been sent or waits at the client's socket.
    void finish(boolean goesOn) {
        boolean lingers = !requestBody.isDone() || client.heldLength() > 0 || tunnel;
        account();
        // Whose method we could not read may be sending a body.
        client.answered(goesOn, lingers || status >= 400 && !goesOn);
    }

    /// Ends without a proper end: the client gets a reset, so that it takes nothing for complete.
    void abort() {
        loop.traces.abort(this);
        account();
        admission.drop();
        forwarding.discard();
        client.closeWithReset();
    }

    /// Counts before the last bytes leave: whoever has the answer finds it counted.
    private void account() {
        if (over) {
            return;
        }
        over = true;
        long took = loop.now - started;
        admission.account(took);
        loop.log.end(this, took);
        loop.traces.end(this);
    }

    void requestReadable() {
        if (tunnel) {
            tunnelReadable();
            return;
        }
        if (requestBody.isDone()) {
            // What comes now is of the next request, or the end: it waits for this answer.
            client.setReading(false);
            return;
        }
        int n = client.receive(loop.receiveAt, Loop.RECEIVE_BYTES);
        if (n == -Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            abort();
            return;
        }
        windowBytes += n;
        long end = requestBody.pass(loop.receiveAt, loop.receiveAt + n);
        if (end < 0) {
            refuseBody(requestBody.refusal());
            return;
        }
        long to = loop.receiveAt + n;
        if (end < to && !client.hold(end, (int) (to - end))) {
            abort();
            return;
        }
        bytesIn += end - loop.receiveAt;
        if (bytesIn - headBytes > Objects.requireNonNull(route).bounds().bodyBytesMax()) {
            refuseBody(Refusal.BODY_TOO_LARGE);
            return;
        }
        forwarding.flow.sendBody(loop.receiveAt, end);
    }

    /// The body is wrong: the upstream must not take what it has for a request.
    private void refuseBody(Refusal refusal) {
        boolean begun = forwarding.hasAnswerBegun();
        forwarding.discard();
        if (begun) {
            abort();
        } else {
            refuse(refusal);
        }
    }

    private void tunnelReadable() {
        int n = client.receive(loop.receiveAt, Loop.RECEIVE_BYTES);
        if (n == -Errno.EAGAIN) {
            return;
        }
        armClient();
        if (n < 0) {
            abort();
        } else if (n == 0) {
            clientEnded = true;
            client.setReading(false);
            forwarding.flow.clientEnded();
        } else {
            bytesIn += n;
            forwarding.flow.sendBody(loop.receiveAt, loop.receiveAt + n);
        }
    }

    /// Both speak another protocol from now on.
    void beginTunnel() {
        tunnel = true;
        keepsAlive = false;
        requestBody.untilClose();
        int early = client.heldLength();
        if (early > 0) {
            client.unhold();
            bytesIn += early;
            forwarding.flow.sendBody(loop.receiveAt, loop.receiveAt + early);
        }
        if (!over && !client.isReading() && !forwarding.flow.isUpstreamBlocked()) {
            client.setReading(true);
        }
        armClient();
    }

    boolean hasClientEnded() {
        return clientEnded;
    }

    /// Sends to the client; false where the exchange is over by that.
    ///
    /// @param last whether the answer is complete with it
    boolean toClient(long at, long end, boolean last) {
        int length = (int) (end - at);
        bytesOut += length;
        if (last) {
            account();
        }
        if (!client.send(at, length)) {
            abort();
            return false;
        }
        if (tunnel || client.isBlocked()) {
            armClient();
        }
        return true;
    }

    void clientDrained() {
        forwarding.flow.clientDrained();
    }

    void clientProgressed(int bytes) {
        windowBytes += bytes;
    }

    /// Whether only the client keeps the exchange from going on.
    private boolean awaitsClient() {
        boolean sends = !requestBody.isDone() && client.isReading();
        return client.isBlocked() || sends && !forwarding.isStreaming();
    }

    void armClient() {
        long total = route == null ? 0 : route.bounds().totalNanos();
        long next =
                tunnel
                        ? loop.now + loop.limits().tunnelIdleNanos()
                        : loop.now + Math.min(WINDOW_NANOS, loop.limits().stallNanos());
        if (total > 0 && !tunnel) {
            next = Math.min(next, started + total);
        }
        loop.timers.set(client, next);
    }

    void clientExpired() {
        if (admission.isWaiting()) {
            admission.expired();
            return;
        }
        if (tunnel) {
            abort();
            return;
        }
        if (forwarding.isParked()) {
            forwarding.lookAgain();
            return;
        }
        long total = route == null ? 0 : route.bounds().totalNanos();
        if (total > 0 && loop.now - started >= total) {
            forwarding.timedOut();
            return;
        }
        long window = loop.now - windowBegin;
        boolean awaits = awaitsClient();
        if (awaits && windowAwaits && isTooSlow(window)) {
            refuseOrAbort();
            return;
        }
        if (window >= WINDOW_NANOS || !awaits) {
            windowBegin = loop.now;
            windowBytes = 0;
        }
        windowAwaits = awaits;
        armClient();
    }

    private boolean isTooSlow(long window) {
        ProxyLimits limits = loop.limits();
        return windowBytes == 0 && window >= limits.stallNanos()
                || window >= WINDOW_NANOS
                        && windowBytes < limits.bytesPerSecondMin() * (window / SECOND);
    }

    private void refuseOrAbort() {
        boolean begun = forwarding.hasAnswerBegun() || client.isBlocked();
        forwarding.discard();
        if (begun) {
            abort();
        } else {
            refuse(Refusal.HEAD_TIMEOUT);
        }
    }

    /// The request that waited for a target is on its way.
    void unparked() {
        if (!requestBody.isDone() && !forwarding.flow.isUpstreamBlocked()) {
            client.setReading(true);
        }
        armClient();
    }

    Method method() {
        return method;
    }

    int minorVersion() {
        return minorVersion;
    }

    boolean keepsAlive() {
        return keepsAlive;
    }

    boolean asksForUpgrade() {
        return upgrade;
    }

    boolean expectsContinue() {
        return expects;
    }

    boolean isTunnel() {
        return tunnel;
    }

    long started() {
        return started;
    }

    int status() {
        return status;
    }

    void status(int status) {
        this.status = status;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    /// What the log keeps of the request until it knows the answer: a block and how much of it is
    /// used.
    void logLine(long block, int length) {
        logLine = block;
        logLength = length;
    }

    long logLine() {
        return logLine;
    }

    int logLength() {
        return logLength;
    }

    @Nullable Route route() {
        return route;
    }

    @Nullable Target target() {
        return forwarding.asked();
    }
}
