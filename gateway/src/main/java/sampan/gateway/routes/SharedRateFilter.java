package sampan.gateway.routes;

import java.util.Locale;
import sampan.gateway.limits.SharedLimit;
import sampan.gateway.limits.SharedLimit.OnFailure;

/// As [RateFilter], by a limit that several gateways share. A request waits only where none of the
/// tokens that are leased here is left and it is not known that there are none.
public final class SharedRateFilter implements LimitFilter {
    private static final int UNAVAILABLE = 503;
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;

    private final SharedLimit limit;
    private final Attribute by;
    private final String key;

    /// @param key tells it from others of its route
    public SharedRateFilter(SharedLimit limit, Attribute by, String key) {
        this.limit = limit;
        this.by = by;
        this.key = key;
    }

    @Override
    public int check(RequestView view, long now) {
        long of = by.hash(view);
        long wait = view.outcome() instanceof Long told ? told : limit.take(of, now);
        if (wait == SharedLimit.UNKNOWN) {
            return view.await(() -> limit.takeWaiting(of));
        }
        if (wait == SharedLimit.LOST) {
            limit.lost();
            return alone(view, of, now);
        }
        return wait == 0 ? PASS : RateFilter.refuse(view, wait);
    }

    private int alone(RequestView view, long of, long now) {
        return switch (limit.settings().onFailure()) {
            case LOCAL -> {
                long wait = limit.takeAlone(of, now);
                yield wait == 0 ? PASS : RateFilter.refuse(view, wait);
            }
            case ALLOW -> PASS;
            case REFUSE -> {
                view.reason("a shared limit cannot be asked");
                view.retryAfter(RETRY_AFTER_NANOS);
                yield UNAVAILABLE;
            }
        };
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public double perSecond() {
        return limit.settings().perSecond();
    }

    @Override
    public int burst() {
        return limit.settings().burst();
    }

    @Override
    public long refused() {
        return limit.refused();
    }

    @Override
    public String kept() {
        OnFailure without = limit.settings().onFailure();
        return limit.isShared() ? "shared" : "away: " + without.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public long unshared() {
        return limit.unshared();
    }
}
