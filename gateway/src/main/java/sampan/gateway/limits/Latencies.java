package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// How long a service's answers take of late, in buckets an eighth of a power of two wide.
/// Thread-safe; a percentile is at most [#ROUND] answers old.
public final class Latencies {
    /// Answers after which percentiles are taken anew, and below which there is none.
    public static final int ROUND = 128;

    private static final int PARTS_SHIFT = 3;
    private static final int PARTS = 1 << PARTS_SHIFT;
    private static final int BUCKETS = Long.SIZE * PARTS;
    private static final int PERCENT = 100;
    // So many answers are remembered, older ones by halves.
    private static final int REMEMBERED_MAX = 4096;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);
    private final AtomicInteger answers = new AtomicInteger();
    private volatile int percentile;
    private volatile long nanos = -1;

    private static int bucket(long nanos) {
        int high = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(nanos, PARTS));
        return high * PARTS + (int) (nanos >>> high - PARTS_SHIFT & PARTS - 1);
    }

    private static long upper(int bucket) {
        int high = bucket / PARTS;
        return (1L << high) + (bucket % PARTS + 1L << high - PARTS_SHIFT);
    }

    public void add(long tookNanos) {
        counts.incrementAndGet(bucket(Math.max(0, tookNanos)));
        if (answers.incrementAndGet() % ROUND == 0) {
            nanos = compute(percentile);
        }
    }

    /// Nanoseconds within which that share of the answers came, -1 where that is not known yet.
    public long percentile(int wanted) {
        if (percentile != wanted) {
            percentile = wanted;
            nanos = answers.get() < ROUND ? -1 : compute(wanted);
        }
        return nanos;
    }

    private synchronized long compute(int wanted) {
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += counts.get(i);
        }
        long seen = 0;
        int at = 0;
        while (at < BUCKETS - 1 && seen + counts.get(at) < (sum * wanted + PERCENT - 1) / PERCENT) {
            seen += counts.get(at++);
        }
        if (sum > REMEMBERED_MAX) {
            for (int i = 0; i < BUCKETS; i++) {
                int had = counts.get(i);
                counts.addAndGet(i, -(had / 2));
            }
        }
        return upper(at);
    }
}
