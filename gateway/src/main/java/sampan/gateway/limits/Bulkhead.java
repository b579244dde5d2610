package sampan.gateway.limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many requests of a key are under way at once. Some more may wait for a place, in their
/// order. Bounded: [#KEYS_MAX] keys in sets of eight; where all of a set have requests under way,
/// another key finds no place. Thread-safe.
public final class Bulkhead {
    /// Keys that have requests under way at once.
    public static final int KEYS_MAX = 1 << 14;

    /// Most requests of a key at once.
    public static final int PLACES_MAX = 0xFFFF;

    /// There was no place.
    public static final int NONE = -1;

    private static final int WAYS = 8;
    private static final long COUNT_MASK = PLACES_MAX;

    private static final class Waiter {
        private final long key;
        private final Condition placed;
        private int slot = NONE;

        private Waiter(long key, Condition placed) {
            this.key = key;
            this.placed = placed;
        }
    }

    private final int max;
    private final int waitersMax;
    private final int mask;
    // A word is a key's high bits and how many are under way.
    private final AtomicLongArray words;
    private final long secret = ThreadLocalRandom.current().nextLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> queue = new ArrayDeque<>();

    /// @param max of a key, at most [#PLACES_MAX]
    /// @param waitersMax of all keys
    /// @param keysMax 1 where all share their places, else [#KEYS_MAX]
    public Bulkhead(int max, int waitersMax, int keysMax) {
        this.max = max;
        this.waitersMax = waitersMax;
        int sets = Math.max(1, Integer.highestOneBit(keysMax) / WAYS);
        mask = sets - 1;
        words = new AtomicLongArray(sets * WAYS);
    }

    public int max() {
        return max;
    }

    /// Requests that found no place.
    public long refused() {
        return refused.get();
    }

    /// Requests that wait for a place.
    public int waiting() {
        return waiting.get();
    }

    /// Requests under way, of all keys.
    public int active() {
        int sum = 0;
        for (int i = 0; i < words.length(); i++) {
            sum += (int) (words.get(i) & COUNT_MASK);
        }
        return sum;
    }

    public boolean mayWait() {
        return waiting.get() < waitersMax;
    }

    public void refuse() {
        refused.incrementAndGet();
    }

    /// Takes a place; who has one gives it back by [#leave].
    ///
    /// @return the place, or [#NONE]
    public int enter(long key) {
        return place(RateLimit.mix(key ^ secret));
    }

    private int place(long mixed) {
        int set = (int) (mixed >>> 20 & mask) * WAYS;
        long of = mixed & ~COUNT_MASK;
        while (true) {
            int free = NONE;
            int slot = NONE;
            for (int i = set; i < set + WAYS && slot == NONE; i++) {
                long word = words.get(i);
                if ((word & COUNT_MASK) == 0) {
                    free = free == NONE ? i : free;
                } else if ((word & ~COUNT_MASK) == of) {
                    slot = i;
                }
            }
            if (slot == NONE) {
                if (free == NONE) {
                    return NONE;
                }
                long old = words.get(free);
                if ((old & COUNT_MASK) == 0 && words.compareAndSet(free, old, of | 1)) {
                    return free;
                }
                continue;
            }
            long word = words.get(slot);
            if ((word & ~COUNT_MASK) != of || (word & COUNT_MASK) == 0) {
                continue;
            }
            if ((word & COUNT_MASK) >= max) {
                return NONE;
            }
            if (words.compareAndSet(slot, word, word + 1)) {
                return slot;
            }
        }
    }

    /// The same, but waits for a place. Blocks for so long at most.
    public int enterWaiting(long key, long waitNanos) throws InterruptedException {
        long mixed = RateLimit.mix(key ^ secret);
        lock.lock();
        try {
            if (!mayWait()) {
                return NONE;
            }
            waiting.incrementAndGet();
            try {
                int slot = place(mixed);
                return slot != NONE ? slot : await(mixed, waitNanos);
            } finally {
                waiting.decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    private int await(long mixed, long waitNanos) throws InterruptedException {
        Waiter waiter = new Waiter(mixed, lock.newCondition());
        queue.add(waiter);
        try {
            long left = waitNanos;
            while (waiter.slot == NONE && left > 0) {
                left = waiter.placed.awaitNanos(left);
            }
            return waiter.slot;
        } finally {
            queue.remove(waiter);
        }
    }

    /// Gives a place back; who has waited longest for one like it gets it.
    public void leave(int place) {
        words.decrementAndGet(place);
        if (waiting.get() > 0) {
            hand();
        }
    }

    private void hand() {
        lock.lock();
        try {
            for (Iterator<Waiter> i = queue.iterator(); i.hasNext(); ) {
                Waiter waiter = i.next();
                int slot = place(waiter.key);
                if (slot != NONE) {
                    i.remove();
                    waiter.slot = slot;
                    waiter.placed.signal();
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
