package sampan.gateway.limits;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// A token bucket per key, kept as the generic cell rate algorithm does: one instant a key, the
/// theoretical arrival time. Keys are told apart by a 64-bit hash with a secret of this object.
///
/// Bounded: [#KEYS_MAX] keys in sets of eight. Where a set is full, the key nearest to a full
/// bucket is forgotten, which gives it at most what it had used.
public final class RateLimit {
    /// Keys that are remembered.
    public static final int KEYS_MAX = 1 << 14;

    /// Highest rate that can be told apart in nanoseconds.
    public static final double RATE_MAX = 1e8;

    private static final int WAYS = 8;
    private static final long SECOND = 1_000_000_000L;

    private final double perSecond;
    private final int burst;
    private final AtomicLong refused = new AtomicLong();
    private final long interval;
    private final long tolerance;
    private final int mask;
    private final AtomicLongArray keys;
    private final AtomicLongArray arrivals;
    private final long secret = ThreadLocalRandom.current().nextLong();

    /// @param perSecond tokens that come back each second
    /// @param burst tokens of a full bucket, at least 1
    /// @param keysMax 1 where all share a bucket, else [#KEYS_MAX]
    public RateLimit(double perSecond, int burst, int keysMax) {
        this.perSecond = perSecond;
        this.burst = burst;
        interval = Math.max(1, Math.round(SECOND / perSecond));
        tolerance = interval * (burst - 1L);
        int sets = Math.max(1, Integer.highestOneBit(keysMax) / WAYS);
        mask = sets - 1;
        keys = new AtomicLongArray(sets * WAYS);
        arrivals = new AtomicLongArray(sets * WAYS);
    }

    /// Takes a token of a key.
    ///
    /// @return 0, or after how many nanoseconds there will be one
    public long take(long key, long now) {
        long wait = spend(key, now);
        if (wait > 0) {
            refused.incrementAndGet();
        }
        return wait;
    }

    /// Takes a token, if there is one, that was given elsewhere.
    public void charge(long key, long now) {
        long unused = spend(key, now);
    }

    private long spend(long key, long now) {
        long mixed = mix(key ^ secret) | 1;
        int slot = slot(mixed, now);
        while (true) {
            long arrival = arrivals.get(slot);
            // An instant from before this one is a full bucket; 0 is a slot's first.
            long from = arrival == 0 || arrival - now < 0 ? now : arrival;
            long early = from - now - tolerance;
            if (early > 0) {
                return early;
            }
            long next = from + interval;
            if (arrivals.compareAndSet(slot, arrival, next == 0 ? -1 : next)) {
                return 0;
            }
        }
    }

    public double perSecond() {
        return perSecond;
    }

    public int burst() {
        return burst;
    }

    /// How often [#take] found no token.
    public long refused() {
        return refused.get();
    }

    /// As [#take], but takes nothing.
    public long peek(long key, long now) {
        long mixed = mix(key ^ secret) | 1;
        int set = ((int) (mixed >>> 32) & mask) * WAYS;
        for (int i = set; i < set + WAYS; i++) {
            if (keys.get(i) == mixed) {
                long arrival = arrivals.get(i);
                return arrival == 0 ? 0 : Math.max(0, arrival - now - tolerance);
            }
        }
        return 0;
    }

    private int slot(long key, long now) {
        int set = ((int) (key >>> 32) & mask) * WAYS;
        int victim = set;
        long least = Long.MAX_VALUE;
        for (int i = set; i < set + WAYS; i++) {
            long found = keys.get(i);
            if (found == key) {
                return i;
            }
            long left = found == 0 ? Long.MIN_VALUE : arrivals.get(i) - now;
            if (left < least) {
                least = left;
                victim = i;
            }
        }
        long old = keys.get(victim);
        if (keys.compareAndSet(victim, old, key)) {
            arrivals.set(victim, 0);
        }
        return victim;
    }

    /// Spreads all bits (the finalizer of SplitMix64).
    public static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
