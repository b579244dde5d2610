package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicLong;

/// What may be asked on top of a service's requests: each request adds its share, each repetition
/// takes one. It begins with nothing, so that in all there are never more repetitions than that
/// share, and saves little, so that a calm day does not pay for a storm. Thread-safe.
public final class Budget {
    private static final long ONE = 100;
    private static final long SAVED_MAX = 10 * ONE;

    private final int percent;
    private final AtomicLong saved = new AtomicLong();
    private final AtomicLong spent = new AtomicLong();
    private final AtomicLong exhausted = new AtomicLong();

    public Budget(int percent) {
        this.percent = percent;
    }

    /// A request begins.
    public void request() {
        long now = saved.get();
        if (now < SAVED_MAX) {
            saved.addAndGet(percent);
        }
    }

    /// Takes a repetition, unless there is none left.
    public boolean spend() {
        while (true) {
            long now = saved.get();
            if (now < ONE) {
                exhausted.incrementAndGet();
                return false;
            }
            if (saved.compareAndSet(now, now - ONE)) {
                spent.incrementAndGet();
                return true;
            }
        }
    }

    /// Repetitions so far.
    public long spent() {
        return spent.get();
    }

    /// How often one was wanted and none was left.
    public long exhausted() {
        return exhausted.get();
    }
}
