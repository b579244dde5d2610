package sampan.gateway.routes;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Refuses with 503 what a loop that is late need not do: of less important routes first, and the
/// more the later it is, none at what the route bears and all at twice that.
public final class SheddingFilter implements Filter {
    private static final int UNAVAILABLE = 503;
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;

    private final long bearsNanos;
    private final AtomicLong refused = new AtomicLong();

    /// @param latenessNanos that is asked for
    /// @param importance not [Importance#ALWAYS]
    public SheddingFilter(long latenessNanos, Importance importance) {
        bearsNanos = latenessNanos * importance.patience();
    }

    @Override
    public int check(RequestView view, long now) {
        long late = view.lateness();
        if (late <= bearsNanos
                || ThreadLocalRandom.current().nextLong(bearsNanos) >= late - bearsNanos) {
            return PASS;
        }
        refused.incrementAndGet();
        view.reason("the gateway is late");
        view.retryAfter(RETRY_AFTER_NANOS);
        return UNAVAILABLE;
    }

    /// Requests that it has refused.
    public long refused() {
        return refused.get();
    }
}
