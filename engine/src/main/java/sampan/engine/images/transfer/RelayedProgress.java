package sampan.engine.images.transfer;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Carries what a transfer's threads tell to one listener, on the thread that asked for the
/// transfer: theirs may be interrupted, which would close the socket they write to. What waits for
/// the listener is bounded: a transfer that says too much waits too.
public final class RelayedProgress implements PullProgress {
    private static final int WAITING_MAX = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Queue<Consumer<PullProgress>> waiting = new ArrayDeque<>();
    private boolean over;

    private RelayedProgress() {}

    /// Does the work on a thread of its own while this one tells the listener; a failure of the
    /// listener ends the work.
    ///
    /// @throws SampanException as the work does
    public static <T> T during(PullProgress listener, Function<PullProgress, T> work) {
        RelayedProgress relay = new RelayedProgress();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> result =
                    executor.submit(() -> {
                        try {
                            return work.apply(relay);
                        } finally {
                            relay.end();
                        }
                    });
            try {
                relay.deliver(listener);
                return result.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "interrupted during a transfer", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException failure
                        ? failure
                        : new IllegalStateException(e.getCause());
            } finally {
                executor.shutdownNow();
            }
        }
    }

    @Override
    public void report(String id, String status, long current, long total) {
        tell(listener -> listener.report(id, status, current, total));
    }

    @Override
    public void message(String id, String text) {
        tell(listener -> listener.message(id, text));
    }

    // One that is interrupted goes on to where it notices that itself.
    private void tell(Consumer<PullProgress> line) {
        lock.lock();
        try {
            while (waiting.size() >= WAITING_MAX) {
                moved.await();
            }
            waiting.add(line);
            moved.signalAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            over = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(PullProgress listener) throws InterruptedException {
        for (Queue<Consumer<PullProgress>> lines = next(); !lines.isEmpty(); lines = next()) {
            lines.forEach(line -> line.accept(listener));
        }
    }

    /// What was told since; empty at the end.
    private Queue<Consumer<PullProgress>> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !over) {
                moved.await();
            }
            Queue<Consumer<PullProgress>> lines = new ArrayDeque<>(waiting);
            waiting.clear();
            moved.signalAll();
            return lines;
        } finally {
            lock.unlock();
        }
    }
}
