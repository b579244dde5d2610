package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
    private boolean cut;
    private long hash;
    private int attempts;
    private final Permit permit;
    private final Replay replay;
    private final Parking parking = new Parking();
    private final Mirroring mirroring;

    Forwarding(Exchange exchange) {
        this.exchange = exchange;
        loop = exchange.loop;
        answering = new Answering(exchange, this);
        permit = new Permit(loop);
        replay = new Replay(loop);
        mirroring = new Mirroring(exchange);
    }

    /// Sends the request whose head and body the loop's buffer holds.
    void begin(Route route, long body, long bodyEnd) {
        Service chosen = route.service(loop.view, loop.now);
        service = chosen;
        cut = false;
        attempts = 0;
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
        boolean repeatable =
                connection.isUsed()
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

    void dropReplay() {
        replay.drop();
    }

    /// Sends on what came of the body, or through a tunnel.
    void sendBody(long at, long end) {
        mirroring.body(at, end);
        UpstreamConnection connection = upstream;
        if (connection == null || cut || end == at) {
            return; // its target takes no more; the answer is awaited
        }
        if (!connection.send(at, (int) (end - at))) {
            // It may have answered before it closed: that is read before anything is concluded.
            cut = true;
            return;
        }
        if (connection.isBlocked()) {
            exchange.client.setReading(false);
        }
        if (exchange.requestBody.isDone()) {
            armResponse();
        }
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
        if (exchange.hasClientEnded()) {
            return;
        }
        boolean more = exchange.isTunnel() || !exchange.requestBody.isDone();
        if (more && !exchange.client.isReading()) {
            exchange.client.setReading(true);
            exchange.armClient();
        }
    }

    boolean isUpstreamBlocked() {
        UpstreamConnection connection = upstream;
        return connection != null && connection.isBlocked();
    }

    /// In a tunnel: the client says no more.
    void clientEnded() {
        UpstreamConnection connection = upstream;
        if (connection == null || answering.hasEnded()) {
            answering.endTunnel();
        } else {
            connection.finishSending();
        }
    }

    void clientDrained() {
        UpstreamConnection connection = upstream;
        if (connection != null && !connection.isReading()) {
            connection.setReading(true);
            armResponse();
        }
    }

    /// The client is slower than the answer.
    void holdBack() {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.setReading(false);
        }
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
        if (connection.isConnecting()) {
            retryElsewhere(connection);
        } else if (replay.isKept() && connection.isUsed()) {
            // An idle connection that its server closed meanwhile is no failure of the target.
            retryAnew(connection);
        } else {
            failed();
            fail(BAD_GATEWAY, "the target closed the connection");
        }
    }

    private void retryAnew(UpstreamConnection old) {
        Target same = Objects.requireNonNull(target);
        old.discard();
        same.end();
        start(same, replay.take(), replay.capacity(), replay.length());
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
        if (connection.isConnecting()) {
            retryElsewhere(connection);
            return;
        }
        boolean slowClient = exchange.client.isBlocked() || !exchange.requestBody.isDone();
        if (slowClient || exchange.isTunnel()) {
            armResponse();
            return;
        }
        timedOut();
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
        Service current = service;
        Target failed = target;
        if (current != null && failed != null) {
            current.failed(failed, loop.now);
        }
        permit.failed();
    }

    /// The answer's head has come; a server that says it cannot counts as failed.
    void answered(int status) {
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
        connection.complete(reusable && !connection.isBlocked() && !cut);
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
