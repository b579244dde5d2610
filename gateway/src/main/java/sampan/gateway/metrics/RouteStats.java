package sampan.gateway.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/// What a route has answered: by class of status, with bytes and a histogram of how long it took.
/// Each loop counts in cells of its own, so that counts are exact and cost no contention.
public final class RouteStats {
    private static final int STATUSES = 6;
    private static final int BYTES_IN = 6;
    private static final int BYTES_OUT = 7;
    private static final int NANOS = 8;
    private static final int BUCKETS_AT = 9;
    private static final long MICROSECOND = 1_000;
    private static final long[] BOUNDS_MICROS = {
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
    };

    private final String name;
    private final AtomicLongArray[] cells;

    public RouteStats(String name, int loops) {
        this.name = name;
        cells = new AtomicLongArray[loops];
        for (int i = 0; i < loops; i++) {
            cells[i] = new AtomicLongArray(BUCKETS_AT + BOUNDS_MICROS.length + 1);
        }
    }

    public String name() {
        return name;
    }

    /// Counts one answered request; called by that loop only.
    ///
    /// @param status 0 where the client went away before there was one
    public void add(int loop, int status, long nanos, long bytesIn, long bytesOut) {
        AtomicLongArray cell = cells[loop];
        add(cell, Math.min(status / 100, STATUSES - 1), 1);
        add(cell, BYTES_IN, bytesIn);
        add(cell, BYTES_OUT, bytesOut);
        add(cell, NANOS, nanos);
        int bucket = 0;
        long micros = nanos / MICROSECOND;
        while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
            bucket++;
        }
        add(cell, BUCKETS_AT + bucket, 1);
    }

    // One writer: no atomic addition is needed, only that readers see whole values.
    private static void add(AtomicLongArray cell, int index, long value) {
        cell.setRelease(index, cell.getPlain(index) + value);
    }

    private long sum(int index) {
        long sum = 0;
        for (AtomicLongArray cell : cells) {
            sum += cell.getAcquire(index);
        }
        return sum;
    }

    /// Answers of a class.
    ///
    /// @param hundreds 1 to 5, or 0 for requests whose client went away
    public long answers(int hundreds) {
        return sum(hundreds);
    }

    public long bytesIn() {
        return sum(BYTES_IN);
    }

    public long bytesOut() {
        return sum(BYTES_OUT);
    }

    public double seconds() {
        return sum(NANOS) / 1e9;
    }

    /// Buckets of the histogram, the last without a bound.
    public int buckets() {
        return BOUNDS_MICROS.length + 1;
    }

    /// The upper bound of a bucket in seconds, infinite for the last.
    public double bound(int bucket) {
        return bucket < BOUNDS_MICROS.length
                ? BOUNDS_MICROS[bucket] / 1e6
                : Double.POSITIVE_INFINITY;
    }

    /// Requests in that bucket alone.
    public long inBucket(int bucket) {
        return sum(BUCKETS_AT + bucket);
    }
}
