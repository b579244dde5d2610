package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A token bucket per key that several gateways share by a [TokenSource]. Tokens are leased in
/// batches, the larger the busier a key is, and spent here: most requests of a busy key wait for
/// nobody, and one that is over the limit is refused without asking until there will be tokens
/// again. Together no more is spent than the bucket gives; at most a batch of each gateway lies
/// idle.
///
/// Where the source is away, [OnFailure] says what holds. The bucket of this gateway alone, which
/// is used then, counts what was spent before.
public final class SharedLimit {
    /// What holds while nothing is known of the shared buckets.
    public enum OnFailure {
        /// The same limit for this gateway alone.
        LOCAL,
        ALLOW,
        REFUSE
    }

    /// @param name of the limit, for all who share it
    /// @param waitNanos how long a request waits for an answer
    public record Settings(
            String name, double perSecond, int burst, OnFailure onFailure, long waitNanos) {}

    /// What [#take] says where the source must be asked: see [#takeWaiting].
    public static final long UNKNOWN = -1;

    /// Nothing can be known of the bucket.
    public static final long LOST = -2;

    /// Requests that wait for the source at once; more are treated as if it were away.
    public static final int WAITING_MAX = 256;

    /// A higher rate cannot be told apart by the source.
    public static final double RATE_MAX = 1e6;

    private static final int WAYS = 8;
    private static final double MICROS = 1e6;
    // A batch is what comes back in that time, and never more than a part of the bucket.
    private static final double BATCH_SECONDS = 0.05;
    private static final int BATCHES_MIN = 8;

    private final Settings settings;
    private final TokenSource source;
    private final RateLimit local;
    private final AtomicReferenceArray<Lease> leases;
    private final int mask;
    private final int batchMax;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unshared = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();

    /// @param keysMax 1 where all share a bucket, else [RateLimit#KEYS_MAX]
    public SharedLimit(Settings settings, TokenSource source, int keysMax) {
        this.settings = settings;
        this.source = source;
        local = new RateLimit(settings.perSecond(), settings.burst(), keysMax);
        int sets = Math.max(1, Integer.highestOneBit(keysMax) / WAYS);
        mask = sets - 1;
        leases = new AtomicReferenceArray<>(sets * WAYS);
        double batch =
                Math.min(
                        settings.perSecond() * BATCH_SECONDS,
                        (double) settings.burst() / BATCHES_MIN);
        batchMax = (int) Math.max(1, batch);
    }

    public Settings settings() {
        return settings;
    }

    /// How often it has refused.
    public long refused() {
        return refused.get();
    }

    /// Decisions that were made without the source.
    public long unshared() {
        return unshared.get();
    }

    /// Whether decisions are shared now.
    public boolean isShared() {
        return source.isUp();
    }

    /// Takes a token of a key, without waiting.
    ///
    /// @return 0, or after how many nanoseconds to come again, or [#UNKNOWN] or [#LOST]
    public long take(long key, long now) {
        Lease lease = lease(key, now);
        long said = lease.take(now);
        if (said == 0) {
            local.charge(key, now);
        } else if (said > 0) {
            refused.incrementAndGet();
        } else if (!source.isUp() || waiting.get() >= WAITING_MAX) {
            return LOST;
        }
        return said;
    }

    /// The same, but asks the source where that is needed. Blocks for [Settings#waitNanos] at most.
    ///
    /// @return never [#UNKNOWN]
    public long takeWaiting(long key) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            long now = System.nanoTime();
            long said = lease(key, now).takeWaiting(now + settings.waitNanos());
            if (said == 0) {
                local.charge(key, System.nanoTime());
            } else if (said > 0) {
                refused.incrementAndGet();
            }
            return said;
        } finally {
            waiting.decrementAndGet();
        }
    }

    /// After [#LOST] where [OnFailure#LOCAL] holds: takes a token of this gateway alone.
    ///
    /// @return 0, or after how many nanoseconds to come again
    public long takeAlone(long key, long now) {
        long said = local.take(key, now);
        if (said > 0) {
            refused.incrementAndGet();
        }
        return said;
    }

    /// Counts a decision without the source.
    public void lost() {
        unshared.incrementAndGet();
    }

    private Lease lease(long key, long now) {
        int set = ((int) (RateLimit.mix(key) >>> Integer.SIZE) & mask) * WAYS;
        int victim = set;
        long oldest = Long.MIN_VALUE;
        for (int i = set; i < set + WAYS; i++) {
            Lease found = leases.get(i);
            if (found != null && found.key() == key) {
                return found;
            }
            long age = found == null ? Long.MAX_VALUE : now - found.askedAt();
            if (age > oldest) {
                oldest = age;
                victim = i;
            }
        }
        Lease old = leases.get(victim);
        Lease made =
                new Lease(
                        key,
                        new TokenSource.Bucket(
                                settings.name() + ":" + Long.toHexString(key),
                                MICROS / settings.perSecond(),
                                settings.burst()),
                        source,
                        batchMax,
                        now);
        // Where another loop was first, what this one leases is lost with it, once.
        leases.compareAndSet(victim, old, made);
        return made;
    }
}
