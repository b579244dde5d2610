package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicLong;

/// A limit of concurrent requests that follows how a service does: by the gradient of its answers'
/// times against the shortest that were seen, and down by a tenth where more requests fail than go
/// well. It grows only while it is made use of. What is the shortest is measured anew every now and
/// then, at half the limit for a moment, for a service may have become slower. Thread-safe.
public final class AdaptiveLimit {
    /// How long answers are counted before the limit moves.
    public static final long WINDOW_NANOS = 100_000_000L;

    private static final int ANSWERS_MIN = 10;
    // How much slower than usual is still usual.
    private static final double TOLERANCE = 1.5;
    private static final double GRADIENT_MIN = 0.5;
    private static final double SMOOTHING = 0.2;
    private static final double BACKOFF = 0.9;
    private static final int WINDOWS_TO_PROBE = 100;
    private static final int PROBE_WINDOWS = 2;

    private final int min;
    private final int max;
    private volatile double limit;
    private double shortest;
    private int windows;
    private double before;
    private final AtomicLong windowEnd = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong drops = new AtomicLong();
    private final AtomicLong busiest = new AtomicLong();

    /// It begins in the middle of what is allowed, but not above twenty, if it may be that low.
    public AdaptiveLimit(int min, int max) {
        this.min = min;
        this.max = max;
        limit = Math.max(min, Math.min(20, (min + max) / 2.0));
    }

    public int limit() {
        return (int) limit;
    }

    /// An answer came.
    ///
    /// @param active requests under way then
    public void answered(long now, long tookNanos, int active) {
        answers.incrementAndGet();
        nanos.addAndGet(tookNanos);
        count(now, active);
    }

    /// A request failed, or got no answer in time.
    public void dropped(long now, int active) {
        drops.incrementAndGet();
        count(now, active);
    }

    private void count(long now, int active) {
        if (active > busiest.get()) {
            busiest.accumulateAndGet(active, Math::max);
        }
        long end = windowEnd.get();
        if (end == Long.MIN_VALUE) {
            windowEnd.compareAndSet(end, now + WINDOW_NANOS);
        } else if (now - end >= 0
                && answers.get() + drops.get() >= ANSWERS_MIN
                && windowEnd.compareAndSet(end, now + WINDOW_NANOS)) {
            move();
        }
    }

    private synchronized void move() {
        long came = answers.getAndSet(0);
        long sum = nanos.getAndSet(0);
        long lost = drops.getAndSet(0);
        long most = busiest.getAndSet(0);
        if (lost > came) {
            limit = Math.max(min, limit * BACKOFF);
            return;
        }
        double took = (double) sum / came;
        if (probe(took)) {
            return;
        }
        shortest = shortest == 0 ? took : Math.min(shortest, took);
        if (most < limit / 2) {
            return; // who uses half of it tells nothing of the other half
        }
        double gradient = Math.max(GRADIENT_MIN, Math.min(1, TOLERANCE * shortest / took));
        double room = gradient * limit + Math.sqrt(limit);
        limit = Math.max(min, Math.min(max, limit * (1 - SMOOTHING) + room * SMOOTHING));
    }

    /// Whether this window is one in which the shortest is measured.
    private boolean probe(double took) {
        windows++;
        if (windows == WINDOWS_TO_PROBE) {
            before = limit;
            limit = Math.max(min, limit / 2);
            return true;
        }
        if (windows < WINDOWS_TO_PROBE) {
            return false;
        }
        if (windows == WINDOWS_TO_PROBE + PROBE_WINDOWS) {
            windows = 0;
            shortest = took;
            limit = Math.max(limit, before);
        }
        return true;
    }
}
