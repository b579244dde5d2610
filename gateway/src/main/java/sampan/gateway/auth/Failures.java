package sampan.gateway.auth;

import sampan.gateway.limits.RateLimit;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.RequestView;

/// Bounds how often a client may show what proves nothing: guessing is slow, and so is having the
/// gateway compute for nothing.
public final class Failures {
    private final RateLimit limit;

    public Failures(double perSecond, int burst) {
        limit = new RateLimit(perSecond, burst, RateLimit.KEYS_MAX);
    }

    /// How long the client must wait before its credentials are looked at, 0 for not at all.
    long waitNanos(RequestView view, long now) {
        return limit.peek(Attribute.ADDRESS.hash(view), now);
    }

    void count(RequestView view, long now) {
        long _ = limit.take(Attribute.ADDRESS.hash(view), now);
    }
}
