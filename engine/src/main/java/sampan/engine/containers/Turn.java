package sampan.engine.containers;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The serial executor of one container: what changes it runs one after the other, in the order of
/// arrival, each on its caller's own thread. Readers do not come here. Nobody waits for a task's
/// end while holding the turn.
public final class Turn {
    /// Longest wait for the turn. What is done in one is short, so a longer wait means that a
    /// kernel call under it hangs, and the caller is told instead of hanging with it.
    public static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock(true);

    /// Runs it when it is its turn. UNAVAILABLE after [#WAIT_MAX].
    public <T> T call(Supplier<T> work) {
        try {
            if (!lock.tryLock(WAIT_MAX.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "container is busy since "
                                + WAIT_MAX.toSeconds()
                                + " seconds: look at sampan doctor");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        }
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    public void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    /// Whether the calling thread has the turn.
    public boolean held() {
        return lock.isHeldByCurrentThread();
    }
}
