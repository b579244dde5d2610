package sampan.gateway.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Tokens of one bucket that this gateway may spend. Thread-safe.
final class Lease implements TokenSource.Asker {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long WAIT_NANOS_MAX = TimeUnit.DAYS.toNanos(1);

    private final long key;
    private final TokenSource.Bucket bucket;
    private final TokenSource source;
    private final int batchMax;
    private final AtomicInteger tokens = new AtomicInteger();
    private final AtomicBoolean asking = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private volatile int batch = 1;
    private volatile long askedAt;
    private volatile boolean denied;
    private volatile long deniedUntil;
    private final AtomicInteger failures = new AtomicInteger();

    Lease(long key, TokenSource.Bucket bucket, TokenSource source, int batchMax, long now) {
        this.key = key;
        this.bucket = bucket;
        this.source = source;
        this.batchMax = batchMax;
        askedAt = now - BUSY_NANOS;
    }

    long key() {
        return key;
    }

    long askedAt() {
        return askedAt;
    }

    /// 0, or after how many nanoseconds to come again, or [SharedLimit#UNKNOWN].
    long take(long now) {
        int left = spend();
        if (left >= 0) {
            // So that the next need not wait; of a quiet key nothing is taken in advance.
            if (batch > 1 && left <= batch / 2 && !isDenied(now)) {
                ask(now);
            }
            return 0;
        }
        if (isDenied(now)) {
            return deniedUntil - now;
        }
        ask(now);
        return SharedLimit.UNKNOWN;
    }

    private boolean isDenied(long now) {
        return denied && deniedUntil - now > 0;
    }

    /// What is left after one was spent, -1 where there was none.
    private int spend() {
        while (true) {
            int have = tokens.get();
            if (have == 0) {
                return -1;
            }
            if (tokens.compareAndSet(have, have - 1)) {
                return have - 1;
            }
        }
    }

    private void ask(long now) {
        if (source.isUp() && asking.compareAndSet(false, true)) {
            batch = now - askedAt < BUSY_NANOS ? Math.min(batchMax, batch * 2) : 1;
            askedAt = now;
            source.ask(bucket, batch, this);
        }
    }

    long takeWaiting(long deadline) throws InterruptedException {
        lock.lock();
        try {
            int before = failures.get();
            while (true) {
                long now = System.nanoTime();
                long said = take(now);
                if (said != SharedLimit.UNKNOWN) {
                    return said;
                }
                if (!source.isUp()) {
                    return SharedLimit.LOST;
                }
                long left = deadline - now;
                if (failures.get() != before || left <= 0) {
                    return SharedLimit.LOST;
                }
                long unused = told.awaitNanos(left);
                if (failures.get() != before) {
                    return SharedLimit.LOST;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void given(int given, long waitNanos) {
        lock.lock();
        try {
            if (waitNanos > 0) {
                deniedUntil = System.nanoTime() + Math.min(waitNanos, WAIT_NANOS_MAX);
            }
            denied = waitNanos > 0;
            tokens.addAndGet(given);
            asking.set(false);
            told.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed() {
        lock.lock();
        try {
            failures.incrementAndGet();
            asking.set(false);
            told.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
