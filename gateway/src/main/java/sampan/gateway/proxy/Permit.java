package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.AdaptiveLimit;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Budget;
import sampan.gateway.limits.Guards;
import sampan.gateway.limits.Latencies;
import sampan.gateway.routes.Service;

/// What one request has been let into, its service's bound of concurrent requests and its breaker,
/// and what it tells them of how it went.
final class Permit {
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;

    private final Loop loop;
    private @Nullable Service service;
    private int call = Breaker.REFUSED;
    private long since;
    private String refusal = "";
    private long retryAfterNanos;

    Permit(Loop loop) {
        this.loop = loop;
    }

    /// Lets a request in, or says in [#refusal] why not. Who is in leaves.
    boolean enter(Service wanted) {
        Guards guards = wanted.state().guards();
        AdaptiveLimit adaptive = guards.adaptive();
        int max = wanted.settings().requestsMax();
        if (adaptive != null) {
            max = Math.min(max, adaptive.limit());
        }
        if (!wanted.state().concurrency().enter(max)) {
            refusal = "too many requests under way to this service";
            retryAfterNanos = RETRY_AFTER_NANOS;
            return false;
        }
        Breaker breaker = wanted.state().breaker().orElse(null);
        if (breaker != null) {
            call = breaker.enter(loop.now);
            if (call == Breaker.REFUSED) {
                wanted.state().concurrency().leave();
                refusal = "the service is not well";
                retryAfterNanos = breaker.waitNanos(loop.now);
                return false;
            }
        }
        Budget budget = guards.budget();
        if (budget != null) {
            budget.request();
        }
        service = wanted;
        since = loop.now;
        return true;
    }

    /// After [#failed]: asks to be let in once more, for another try.
    boolean again() {
        Service of = service;
        since = loop.now;
        if (of == null || of.state().breaker().isEmpty()) {
            return of != null;
        }
        call = of.state().breaker().get().enter(loop.now);
        return call != Breaker.REFUSED;
    }

    /// A target is asked from now on: what was before is not its time.
    void asked() {
        since = loop.now;
    }

    String refusal() {
        return refusal;
    }

    long retryAfterNanos() {
        return retryAfterNanos;
    }

    private @Nullable Breaker breaker() {
        Service of = service;
        return of == null || call == Breaker.REFUSED ? null : of.state().breaker().orElse(null);
    }

    /// The service did not answer as it should.
    void failed() {
        Service of = service;
        AdaptiveLimit adaptive = of == null ? null : of.state().guards().adaptive();
        if (of != null && adaptive != null) {
            adaptive.dropped(loop.now, of.state().concurrency().active());
        }
        Breaker breaker = breaker();
        if (breaker != null) {
            breaker.failed(call, loop.now);
        }
        call = Breaker.REFUSED;
    }

    /// The service has answered.
    void succeeded() {
        Service of = service;
        if (of != null) {
            Guards guards = of.state().guards();
            AdaptiveLimit adaptive = guards.adaptive();
            if (adaptive != null) {
                int active = of.state().concurrency().active();
                adaptive.answered(loop.now, loop.now - since, active);
            }
            Latencies latencies = guards.latencies();
            if (latencies != null) {
                latencies.add(loop.now - since);
            }
        }
        Breaker breaker = breaker();
        if (breaker != null) {
            breaker.succeeded(call, loop.now, loop.now - since);
        }
        call = Breaker.REFUSED;
    }

    /// The request is over. Where nothing was told before, nothing is known of the service.
    void leave() {
        Breaker breaker = breaker();
        if (breaker != null) {
            breaker.abandoned(call);
        }
        call = Breaker.REFUSED;
        Service of = service;
        service = null;
        if (of != null) {
            of.state().concurrency().leave();
        }
    }
}
