package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Breaker;
import sampan.gateway.routes.Service;

/// What one request has been let into, its service's bound of concurrent requests and its breaker,
/// and what it tells them of how it went.
final class Permit {
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;

    private final Loop loop;
    private @Nullable Service service;
    private boolean undecided;
    private String refusal = "";
    private long retryAfterNanos;

    Permit(Loop loop) {
        this.loop = loop;
    }

    /// Lets a request in, or says in [#refusal] why not. Who is in leaves.
    boolean enter(Service wanted) {
        if (!wanted.state().concurrency().enter(wanted.settings().requestsMax())) {
            refusal = "too many requests under way to this service";
            retryAfterNanos = RETRY_AFTER_NANOS;
            return false;
        }
        Breaker breaker = wanted.state().breaker().orElse(null);
        if (breaker != null && !breaker.permits(loop.now)) {
            wanted.state().concurrency().leave();
            refusal = "the service is not well";
            retryAfterNanos = breaker.waitNanos(loop.now);
            return false;
        }
        service = wanted;
        undecided = true;
        return true;
    }

    String refusal() {
        return refusal;
    }

    long retryAfterNanos() {
        return retryAfterNanos;
    }

    private @Nullable Breaker decide() {
        Service of = service;
        Breaker breaker = of == null ? null : of.state().breaker().orElse(null);
        Breaker told = undecided ? breaker : null;
        undecided = false;
        return told;
    }

    /// The service did not answer as it should.
    void failed() {
        Breaker breaker = decide();
        if (breaker != null) {
            breaker.failed(loop.now);
        }
    }

    /// The service has answered.
    void succeeded(long started) {
        Breaker breaker = decide();
        if (breaker != null) {
            breaker.succeeded(loop.now, loop.now - started);
        }
    }

    /// The request is over. Where nothing was told before, nothing is known of the service.
    void leave() {
        Breaker breaker = decide();
        if (breaker != null) {
            breaker.abandoned();
        }
        Service of = service;
        service = null;
        if (of != null) {
            of.state().concurrency().leave();
        }
    }
}
