package sampan.gateway.routes;

import sampan.gateway.limits.Bulkhead;

/// Lets so many requests be under way at once, for each value of an attribute; some more wait for a
/// place. The others are answered 503.
public final class BulkheadFilter implements Filter {
    private static final int UNAVAILABLE = 503;
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;

    private final Bulkhead bulkhead;
    private final Attribute by;
    private final String key;
    private final long waitNanos;

    /// @param key tells it from others
    /// @param waitNanos how long a request waits, 0 where none does
    public BulkheadFilter(Bulkhead bulkhead, Attribute by, String key, long waitNanos) {
        this.bulkhead = bulkhead;
        this.by = by;
        this.key = key;
        this.waitNanos = waitNanos;
    }

    @Override
    public int check(RequestView view, long now) {
        if (view.outcome() instanceof Held had) {
            view.hold(had.bulkhead(), had.place());
            return PASS;
        }
        long of = by.hash(view);
        if (view.outcome() == null) {
            int place = bulkhead.enter(of);
            if (place != Bulkhead.NONE) {
                view.hold(bulkhead, place);
                return PASS;
            }
            if (waitNanos > 0 && bulkhead.mayWait()) {
                return view.await(() -> waited(of));
            }
        }
        bulkhead.refuse();
        view.reason("too many requests under way");
        view.retryAfter(RETRY_AFTER_NANOS);
        return UNAVAILABLE;
    }

    private Object waited(long of) throws InterruptedException {
        int place = bulkhead.enterWaiting(of, waitNanos);
        return place == Bulkhead.NONE ? false : new Held(bulkhead, place, null);
    }

    public Bulkhead bulkhead() {
        return bulkhead;
    }

    public String key() {
        return key;
    }
}
