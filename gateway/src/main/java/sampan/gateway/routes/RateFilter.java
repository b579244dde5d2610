package sampan.gateway.routes;

import sampan.gateway.limits.RateLimit;

/// Refuses with 429 what comes faster than a limit, counted for each value of an attribute.
/// Requests without it share one bucket.
public final class RateFilter implements LimitFilter {
    static final int TOO_MANY = 429;

    private final RateLimit limit;
    private final Attribute by;
    private final String key;

    /// @param key tells it from others of its route
    public RateFilter(RateLimit limit, Attribute by, String key) {
        this.limit = limit;
        this.by = by;
        this.key = key;
    }

    @Override
    public int check(RequestView view, long now) {
        long wait = limit.take(by.hash(view), now);
        return wait == 0 ? PASS : refuse(view, wait);
    }

    static int refuse(RequestView view, long wait) {
        view.reason("over a limit of the route");
        view.retryAfter(wait);
        return TOO_MANY;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public double perSecond() {
        return limit.perSecond();
    }

    @Override
    public int burst() {
        return limit.burst();
    }

    @Override
    public long refused() {
        return limit.refused();
    }

    @Override
    public String kept() {
        return "local";
    }

    @Override
    public long unshared() {
        return 0;
    }
}
