package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Budget;
import sampan.gateway.limits.Latencies;
import sampan.gateway.limits.Resilience;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;

/// A second target that is asked the same where the first is slow. The first that answers is the
/// one that was asked; the other is left.
final class Hedge implements UpstreamUser, Alarms.Sleeper {
    private final Forwarding forwarding;
    private final Exchange exchange;
    private final Loop loop;
    private long ticket;
    private @Nullable Service service;
    private @Nullable UpstreamConnection connection;
    private @Nullable Target target;

    Hedge(Forwarding forwarding, Exchange exchange) {
        this.forwarding = forwarding;
        this.exchange = exchange;
        loop = exchange.loop;
    }

    /// The first target has been asked; the request is kept.
    void plan(Service of) {
        Resilience.Hedging settings = of.state().guards().settings().hedging();
        if (!settings.isOn()
                || !isSafe()
                || forwarding.isStreaming()
                || exchange.asksForUpgrade()) {
            return;
        }
        long after = settings.afterNanos();
        Latencies latencies = of.state().guards().latencies();
        if (latencies != null) {
            after = Math.max(after, latencies.percentile(settings.percentile()));
        }
        service = of;
        if (!loop.alarms.set(loop.now + after, this, ++ticket)) {
            service = null;
        }
    }

    /// Whether it can do no harm that two targets do it at the same time.
    private boolean isSafe() {
        return switch (exchange.method()) {
            case GET, HEAD, OPTIONS ->
                    !loop.request.isChunked() && loop.request.contentLength() <= 0;
            default -> false;
        };
    }

    @Override
    public void ring(long of) {
        Service current = service;
        if (of != ticket || current == null || connection != null || !isSilent()) {
            return;
        }
        Target first = forwarding.asked();
        Target second = current.pick(forwarding.hash(), loop.now, first);
        Budget budget = current.state().guards().budget();
        if (second == null || second == first || budget == null || !budget.spend()) {
            return;
        }
        UpstreamConnection pooled = loop.pool(second).take();
        UpstreamConnection made = pooled != null ? pooled : loop.connect(second);
        if (made == null) {
            current.failed(second, loop.now);
            return;
        }
        connection = made;
        target = second;
        second.begin();
        made.carry(this);
        Replay replay = forwarding.replay();
        if (!made.send(replay.at(), replay.length())) {
            lost();
            return;
        }
        arm(made, current);
    }

    private void arm(UpstreamConnection made, Service current) {
        Service.Settings settings = current.settings();
        loop.timers.set(
                made,
                loop.now
                        + (made.isConnecting()
                                ? settings.connectNanos()
                                : settings.responseNanos()));
    }

    boolean isUnderWay() {
        return connection != null;
    }

    /// Who was asked first has failed; where there is a second, that one goes on.
    boolean takesOver() {
        Service current = service;
        Target failed = forwarding.target();
        if (connection == null || current == null || failed == null) {
            return false;
        }
        current.failed(failed, loop.now);
        swap();
        end();
        return true;
    }

    private void swap() {
        UpstreamConnection first = Objects.requireNonNull(forwarding.upstream());
        Target firstTarget = Objects.requireNonNull(forwarding.target());
        forwarding.await(Objects.requireNonNull(connection), Objects.requireNonNull(target));
        connection = first;
        target = firstTarget;
        first.hand(this);
    }

    /// Whether nothing of an answer has come, and the request could be sent once more.
    private boolean isSilent() {
        UpstreamConnection first = forwarding.upstream();
        return first != null
                && forwarding.replay().isKept()
                && !forwarding.hasAnswerBegun()
                && first.heldLength() == 0;
    }

    /// One is enough.
    void end() {
        service = null;
        ticket++;
        leave();
    }

    private void leave() {
        UpstreamConnection left = connection;
        Target of = target;
        connection = null;
        target = null;
        if (left != null) {
            left.discard();
        }
        if (of != null) {
            of.end();
        }
    }

    /// It failed without an answer; the other goes on.
    private void lost() {
        Service current = service;
        Target of = target;
        if (current != null && of != null) {
            current.failed(of, loop.now);
        }
        leave();
    }

    @Override
    public void connected() {
        UpstreamConnection mine = connection;
        Service current = service;
        if (mine != null && current != null) {
            arm(mine, current);
        }
    }

    @Override
    public void responseReadable() {
        // It is listened to first; the other is left when there is something of an answer.
        swap();
        forwarding.responseReadable();
    }

    @Override
    public void upstreamDrained() {
        // The request has no body that would go on.
    }

    @Override
    public void upstreamBroken() {
        lost();
    }

    @Override
    public void upstreamExpired() {
        lost();
    }

    @Override
    public ClientConnection client() {
        return exchange.client;
    }
}
