package sampan.engine.networks.bridge;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Things made ahead on one platform thread: at most so many wait, and as many more are made as
/// takers wait for. Where takers wait, a few helpers make some too, and end when nobody waits: most
/// of a making is waiting for the kernel.
///
/// Between makings the thread does chores: it is called at intervals as long as there are some.
///
/// @param <T> what is made
final class SandboxPool<T> implements AutoCloseable {
    /// How long a taker waits for its turn.
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Most threads that help at one time.
    static final int HELPERS_MAX = 3;

    private static final long PAUSE_AFTER_FAILURE_MILLIS = 200;
    private static final long CHORE_MILLIS = 100;
    private static final long STOP_MILLIS = 10_000;

    /// What the threads do.
    ///
    /// @param <T> what is made
    interface Maker<T> {
        /// Called on several platform threads at one time, which serve nothing else.
        T make();

        /// Called on the pool's own thread.
        ///
        /// @return whether it wants to be called again in a while
        boolean chores();
    }

    private final Maker<T> maker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<T> ready = new ArrayDeque<>();
    private final Thread thread;
    private int size;
    private int waiting;
    private int making;
    private int helpers;
    private long failures;
    private @Nullable SampanException failure;
    private boolean chores;
    private boolean again;
    private long choreTime;
    private boolean closed;

    /// @param size how many are made ahead
    SandboxPool(int size, Maker<T> maker) {
        this.size = size;
        this.maker = maker;
        this.thread = Thread.ofPlatform().name("sandbox-pool").daemon().unstarted(this::work);
    }

    /// Begins to make.
    void start() {
        thread.start();
    }

    /// Takes one, waiting for it to be made where none is ready.
    T take() {
        lock.lock();
        try {
            long seen = failures;
            long left = PATIENCE.toNanos();
            waiting++;
            changed.signalAll();
            try {
                callHelper();
                while (ready.isEmpty()) {
                    checkOpen();
                    if (failures != seen && failure != null) {
                        throw failure;
                    }
                    if (left <= 0) {
                        throw new SampanException(
                                ErrorCode.UNAVAILABLE,
                                "no network sandbox was ready within "
                                        + PATIENCE.toSeconds()
                                        + " s");
                    }
                    left = changed.awaitNanos(left);
                }
                return ready.removeFirst();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "interrupted while waiting for a network sandbox",
                        e);
            } finally {
                waiting--;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void callHelper() {
        if (!closed && lacksForTakers() && helpers < HELPERS_MAX) {
            Thread helper =
                    Thread.ofPlatform().name("sandbox-helper").daemon().unstarted(this::help);
            helper.start();
            helpers++;
        }
    }

    private void help() {
        try {
            while (begin(this::lacksForTakers) && makeOne()) {
                // Until nobody waits, or one could not be made.
            }
        } finally {
            lock.lock();
            try {
                helpers--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean lacksForTakers() {
        return ready.size() + making < waiting;
    }

    /// Has the chores done soon.
    void wake() {
        lock.lock();
        try {
            chores = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Changes how many are made ahead and hands back what is too many, those included that are
    /// being made.
    Deque<T> resize(int wanted) {
        lock.lock();
        try {
            size = wanted;
            while (making > 0 && waiting == 0) {
                changed.awaitUninterruptibly();
            }
            Deque<T> surplus = new ArrayDeque<>();
            while (ready.size() > size) {
                surplus.add(ready.removeLast());
            }
            changed.signalAll();
            return surplus;
        } finally {
            lock.unlock();
        }
    }

    /// Hands back all that wait; others are made in their place.
    Deque<T> drain() {
        lock.lock();
        try {
            Deque<T> all = new ArrayDeque<>(ready);
            ready.clear();
            changed.signalAll();
            return all;
        } finally {
            lock.unlock();
        }
    }

    int ready() {
        lock.lock();
        try {
            return ready.size();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until as many are ready as shall be.
    void awaitFull() throws InterruptedException {
        lock.lock();
        try {
            while (ready.size() < size && !closed) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until so many takers wait.
    void awaitTakers(int count) throws InterruptedException {
        lock.lock();
        try {
            while (waiting < count) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the network is being shut down");
        }
    }

    private void work() {
        while (awaitWork()) {
            if (begin(this::lacking) && !makeOne()) {
                pause();
            }
            if (takeChores()) {
                boolean more = maker.chores();
                lock.lock();
                try {
                    again = more;
                    choreTime = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CHORE_MILLIS);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /// Waits until something is to do; false when the pool is closed.
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!closed && !lacking()) {
                if (choresDue()) {
                    return true;
                }
                if (again) {
                    changed.awaitNanos(choreTime - System.nanoTime());
                } else {
                    changed.await();
                }
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean lacking() {
        return ready.size() + making < Math.max(size, waiting);
    }

    /// Counts one more as being made, where the condition, tested under the lock, holds.
    private boolean begin(BooleanSupplier lack) {
        lock.lock();
        try {
            boolean begun = !closed && lack.getAsBoolean();
            if (begun) {
                making++;
            }
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /// False where it could not be made; takers were told.
    private boolean makeOne() {
        try {
            offer(maker.make());
            return true;
        } catch (SampanException e) {
            report(e);
            return false;
        } catch (RuntimeException e) {
            report(
                    new SampanException(
                            ErrorCode.INTERNAL, "making a network sandbox failed: " + e, e));
            return false;
        }
    }

    private boolean choresDue() {
        return chores || (again && System.nanoTime() - choreTime >= 0);
    }

    private boolean takeChores() {
        lock.lock();
        try {
            boolean due = choresDue();
            if (due) {
                chores = false;
                again = false;
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    private void offer(T made) {
        lock.lock();
        try {
            making--;
            ready.addLast(made);
            failure = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void report(SampanException e) {
        lock.lock();
        try {
            making--;
            failure = e;
            failures++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PAUSE_AFTER_FAILURE_MILLIS);
            while (waiting == 0 && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Stops making. What is ready is handed back for its owner to undo.
    Deque<T> stop() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(STOP_MILLIS);
            awaitHelpers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return resize(0);
    }

    private void awaitHelpers() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
            while (helpers > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
