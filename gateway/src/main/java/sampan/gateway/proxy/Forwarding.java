package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Resilience;
import sampan.gateway.routes.Dialing;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.Trace;

/// The way of one request to a target: choice, connection, retries, and what becomes of the
/// request's bytes. The answer's way back is [Answering]'s.
final class Forwarding implements UpstreamUser {
    private static final int REPLAY_BYTES_MAX = 16 << 10;
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;
    private static final int UNAVAILABLE = 503;
    private static final int BAD_GATEWAY = 502;
    private static final int TIMEOUT = 504;
    private static final String NO_CONNECTION = "no connection to the target";

    private final Exchange exchange;
    private final Loop loop;
    private final Answering answering;
    private @Nullable Service service;
    private @Nullable Target target;
    private @Nullable Target asked;
    private @Nullable UpstreamConnection upstream;
    private long hash;
    private int attempts;
    private final Permit permit;
    private final Replay replay;
    final Again again;
    final Flow flow;
    private final Hedge hedge;
    private final Parking parking = new Parking();
    private final Mirroring mirroring;

    Forwarding(Exchange exchange) {
        this.exchange = exchange;
        loop = exchange.loop;
        answering = new Answering(exchange, this);
        permit = new Permit(loop);
        replay = new Replay(loop);
        again = new Again(this, loop);
        flow = new Flow(exchange, this);
        hedge = new Hedge(this, exchange);
        mirroring = new Mirroring(exchange);
    }

    /// Sends the request whose head and body the loop's buffer holds.
    void begin(Route route, long body, long bodyEnd) {
        Service chosen = route.service(loop.view, loop.now);
        service = chosen;
        flow.begin();
        attempts = 0;
        again.begin();
        answering.begin(route);
        if (!permit.enter(chosen)) {
            service = null;
            refuse(permit.refusal(), permit.retryAfterNanos());
            return;
        }
        hash = chosen.hash(loop.view);
        Target stuck = answering.stuck(chosen);
        Target picked = stuck != null ? stuck : chosen.pick(hash, loop.now, null);
        if (picked == null && chosen.settings().wakeNanos() == 0) {
            refuseUnready();
            return;
        }
        RequestWriter.write(loop.writer, loop.view, route, loop.told(), exchange.asksForUpgrade());
        mirroring.begin(route, body, bodyEnd);
        long start = loop.writer.layBefore(body);
        if (picked == null) {
            park(chosen, start, (int) (bodyEnd - start));
        } else {
            first(picked, start, (int) (bodyEnd - start));
        }
    }

    private void refuseUnready() {
        end();
        refuse("no target is ready", RETRY_AFTER_NANOS);
    }

    /// Keeps the request until the service has a target, and asks for one.
    private void park(Service chosen, long start, int length) {
        if (!replay.keep(start, length)) {
            refuseUnready();
            return;
        }
        parking.begin(exchange, chosen);
    }

    /// Whether the request waits for its service to have a target.
    boolean isParked() {
        return parking.isOn();
    }

    /// The time has come to look whether the service has a target now.
    void lookAgain() {
        Service chosen = loop.table().service(Objects.requireNonNull(service).name());
        Target picked = chosen == null ? null : chosen.pick(hash, loop.now, null);
        if (picked != null) {
            parking.end();
            permit.asked();
            service = chosen;
            start(picked, replay.take(), replay.capacity(), replay.length());
            if (upstream != null) {
                exchange.unparked();
            }
        } else if (chosen == null || !parking.goesOn(exchange, chosen)) {
            refuseUnready();
        }
    }

    private void refuse(String words, long retryAfterNanos) {
        Answers.Answer plain = Answers.Answer.of(UNAVAILABLE, words);
        exchange.answer(new Answers.Answer(plain.status(), plain.text(), retryAfterNanos, null));
    }

    private void first(Target picked, long start, int length) {
        UpstreamConnection connection = connection(picked, true);
        if (connection == null) {
            fail(BAD_GATEWAY, NO_CONNECTION);
            return;
        }
        Resilience current = Objects.requireNonNull(service).settings().resilience();
        boolean repeatable =
                (connection.isUsed() || current.repeats())
                        && exchange.method().isIdempotent()
                        && exchange.requestBody.isDone()
                        && length <= REPLAY_BYTES_MAX;
        if (repeatable) {
            replay.keep(start, length);
        }
        if (!connection.send(start, length)) {
            upstreamBroken();
            return;
        }
        sent(connection);
        if (repeatable && replay.isKept() && current.hedging().isOn()) {
            hedge.plan(Objects.requireNonNull(service));
        }
    }

    /// A connection to that target, or where it takes none at once to another.
    ///
    /// @param pooled whether one that has been used will do
    private @Nullable UpstreamConnection connection(Target wanted, boolean pooled) {
        Service current = Objects.requireNonNull(service);
        Target at = wanted;
        while (at != null) {
            UpstreamConnection connection = pooled ? loop.pool(at).take() : null;
            if (connection == null) {
                connection = loop.connect(at);
            }
            attempts++;
            if (connection != null) {
                target = at;
                asked = at;
                upstream = connection;
                at.begin();
                connection.carry(this);
                return connection;
            }
            loop.traces.refused(exchange, at);
            at = another(current, at);
        }
        return null;
    }

    /// Counts a target that takes no connection; the next to try, if there may be one.
    private @Nullable Target another(Service current, Target failed) {
        current.failed(failed, loop.now);
        Target picked =
                attempts > current.settings().retries()
                        ? null
                        : current.pick(hash, loop.now, failed);
        // Who refuses a connection refuses the next at once too: only another is worth a try.
        Target other = picked == failed ? null : picked;
        if (other == null) {
            permit.failed();
        }
        return other;
    }

    private void sent(UpstreamConnection connection) {
        Service.Settings settings = Objects.requireNonNull(service).settings();
        boolean connecting = connection.isConnecting();
        loop.timers.set(
                connection,
                loop.now + (connecting ? settings.connectNanos() : settings.responseNanos()));
        if (connection.isBlocked() && !exchange.requestBody.isDone()) {
            exchange.client.setReading(false);
        }
    }

    /// There are bytes of an answer: whoever else was asked need not answer any more.
    void hasBytes() {
        hedge.end();
        if (!again.waitsForHead()) {
            replay.drop();
        }
    }

    /// The connection by which an answer is awaited or comes, null where there is none.
    @Nullable UpstreamConnection upstream() {
        return upstream;
    }

    @Nullable Target target() {
        return target;
    }

    /// Awaits the answer of another that was asked the same.
    void await(UpstreamConnection connection, Target of) {
        connection.hand(this);
        upstream = connection;
        target = of;
        asked = of;
    }

    Answering answering() {
        return answering;
    }

    void mirror(long at, long end) {
        mirroring.body(at, end);
    }

    long hash() {
        return hash;
    }

    Replay replay() {
        return replay;
    }

    Permit permit() {
        return permit;
    }

    @Nullable Service service() {
        return service;
    }

    int attempts() {
        return attempts;
    }

    /// Asks another target, or the same, with a copy of what is kept; the first is left.
    void startAgain(Target other, long block) {
        Objects.requireNonNull(upstream).discard();
        Objects.requireNonNull(target).end();
        int capacity = replay.capacity();
        int length = replay.length();
        flow.begin();
        answering.again();
        start(other, block, capacity, length);
    }

    /// The answer may take so long from now on.
    void armResponse() {
        UpstreamConnection connection = upstream;
        Service current = service;
        if (connection != null && current != null && !connection.isConnecting()) {
            ProxyLimits limits = loop.limits();
            long wait =
                    isStreaming() ? limits.tunnelIdleNanos() : current.settings().responseNanos();
            loop.timers.set(connection, exchange.isTunnel() ? Timers.NEVER : loop.now + wait);
        }
    }

    /// Whether both sides may be silent for long.
    boolean isStreaming() {
        Target current = target;
        return current != null && current.dialing().protocol() == Dialing.Protocol.GRPC;
    }

    @Override
    public void connected() {
        armResponse();
    }

    @Override
    public void upstreamDrained() {
        flow.upstreamDrained();
    }

    boolean hasAnswerBegun() {
        return answering.hasBegun();
    }

    @Override
    public void responseReadable() {
        answering.readable(Objects.requireNonNull(upstream));
    }

    /// The connection failed, or ended before there was an answer.
    @Override
    public void upstreamBroken() {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        connection.blame(connection.isConnecting() ? "connection_refused" : "connection_closed");
        if (answering.hasBegun()) {
            failed();
            exchange.abort();
            return;
        }
        if (hedge.takesOver()) {
            return;
        }
        if (connection.isConnecting()) {
            retryElsewhere(connection);
        } else if (replay.isKept() && connection.isUsed()) {
            // An idle connection that its server closed meanwhile is no failure of the target.
            retryAnew(connection);
        } else if (!again.afterReset()) {
            failed();
            fail(BAD_GATEWAY, "the target closed the connection");
        }
    }

    private void retryAnew(UpstreamConnection old) {
        Target same = Objects.requireNonNull(target);
        old.discard();
        same.end();
        boolean repeats = Objects.requireNonNull(service).settings().resilience().repeats();
        long copy = repeats ? replay.copy() : 0;
        long block = copy == 0 ? replay.take() : copy;
        start(same, block, replay.capacity(), replay.length());
    }

    /// Nothing was sent: another target may be asked, whatever the method.
    private void retryElsewhere(UpstreamConnection old) {
        Target failed = Objects.requireNonNull(target);
        Target other = another(Objects.requireNonNull(service), failed);
        int length = old.waiting();
        int capacity = old.outCapacity();
        long block = old.releaseOut();
        old.discard();
        failed.end();
        target = null;
        upstream = null;
        if (other == null) {
            loop.buffers.give(block, capacity);
            fail(BAD_GATEWAY, NO_CONNECTION);
            return;
        }
        start(other, block, capacity, length);
    }

    private void start(Target picked, long block, int capacity, int length) {
        target = null;
        upstream = null;
        UpstreamConnection connection = connection(picked, false);
        if (connection == null) {
            loop.buffers.give(block, capacity);
            fail(BAD_GATEWAY, NO_CONNECTION);
            return;
        }
        connection.adopt(block, capacity, length);
        sent(connection);
    }

    @Override
    public void upstreamExpired() {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        if (!answering.hasBegun() && hedge.takesOver()) {
            return;
        }
        if (connection.isConnecting()) {
            retryElsewhere(connection);
            return;
        }
        boolean slowClient = exchange.client.isBlocked() || !exchange.requestBody.isDone();
        if (slowClient || exchange.isTunnel()) {
            armResponse();
            return;
        }
        if (answering.hasBegun() || !again.afterTimeout()) {
            timedOut();
        }
    }

    /// The answer did not come, or not all of it, in time.
    void timedOut() {
        boolean begun = answering.hasBegun();
        RequestTraces.blame(upstream, "timeout");
        failed();
        if (begun) {
            exchange.abort();
        } else {
            fail(TIMEOUT, "the target did not answer in time");
        }
    }

    /// An answer that is longer than its route lets pass; nothing of it was sent. The target is
    /// well.
    void tooLong() {
        fail(BAD_GATEWAY, "the target's answer is too long for this route");
    }

    /// An answer that is none.
    void malformed(String words) {
        RequestTraces.blame(upstream, "malformed_response");
        failed();
        fail(BAD_GATEWAY, "the target's answer is malformed: " + words);
    }

    private void fail(int status, String words) {
        boolean begun = answering.hasBegun();
        discard();
        if (begun) {
            exchange.abort();
        } else {
            exchange.answer(Answers.Answer.of(status, words));
        }
    }

    /// Counts against the target and its service.
    void failed() {
        if (again.isToldFailure()) {
            return;
        }
        Service current = service;
        Target failed = target;
        if (current != null && failed != null) {
            current.failed(failed, loop.now);
        }
        permit.failed();
    }

    /// The answer's head has come; a server that says it cannot counts as failed.
    void answered(int status) {
        if (again.isToldFailure()) {
            return;
        }
        if (status >= BAD_GATEWAY && status <= TIMEOUT) {
            failed();
            return;
        }
        Objects.requireNonNull(service).answered(Objects.requireNonNull(target), status, loop.now);
        permit.succeeded();
    }

    /// The answer is complete.
    void complete(boolean reusable) {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        upstream = null;
        connection.complete(reusable && !connection.isBlocked() && !flow.isCut());
        end();
    }

    /// Leaves the target, whatever state it is in.
    void discard() {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.discard();
        }
        end();
    }

    private void end() {
        parking.end();
        answering.end();
        hedge.end();
        mirroring.drop();
        replay.drop();
        Target used = target;
        if (used != null) {
            used.end();
        }
        permit.leave();
        service = null;
        target = null;
    }

    @Override
    public ClientConnection client() {
        return exchange.client;
    }

    @Override
    public @Nullable Trace trace() {
        return exchange.trace;
    }

    /// The target that was asked last, for the log.
    @Nullable Target asked() {
        return asked;
    }

    /// Another request begins.
    void forget() {
        asked = null;
    }
}
