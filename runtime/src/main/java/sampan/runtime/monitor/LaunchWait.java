package sampan.runtime.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Hears a monitor for the thread that launched it, and hands its end to whoever cares. What comes
/// from the poller's thread is only put down here.
public final class LaunchWait implements MonitorListener {
    /// Longest time from the launch until the program runs: hooks and slow file systems included.
    public static final Duration LIMIT = Duration.ofMinutes(2);

    /// Longest time that an interrupted caller waits on.
    public static final Duration INTERRUPTED_LIMIT = Duration.ofSeconds(5);

    /// What came out of a launch.
    public sealed interface Outcome {
        record Started(int pid, Instant at) implements Outcome {}

        record Failed(StepFailure failure) implements Outcome {}

        record Lost() implements Outcome {}
    }

    private volatile CompletableFuture<Integer> created = new CompletableFuture<>();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final Consumer<ExitRecord> onExit;
    private final Runnable onLost;
    private final IntConsumer onDetached;
    private final LongConsumer onOutOfMemory;

    /// @param onExit the process ended after it had started
    /// @param onLost the monitor vanished after that
    public LaunchWait(Consumer<ExitRecord> onExit, Runnable onLost) {
        this(onExit, onLost, _ -> {}, _ -> {});
    }

    /// @param onDetached as [MonitorListener#detached]
    /// @param onOutOfMemory as [MonitorListener#outOfMemory]
    public LaunchWait(
            Consumer<ExitRecord> onExit,
            Runnable onLost,
            IntConsumer onDetached,
            LongConsumer onOutOfMemory) {
        this.onExit = onExit;
        this.onLost = onLost;
        this.onDetached = onDetached;
        this.onOutOfMemory = onOutOfMemory;
    }

    @Override
    public void outOfMemory(long count) {
        onOutOfMemory.accept(count);
    }

    @Override
    public void detached(int errno) {
        onDetached.accept(errno);
    }

    @Override
    public void created(int pid) {
        created.complete(pid);
    }

    @Override
    public void started(int pid, Instant at) {
        outcome.complete(new Outcome.Started(pid, at));
    }

    @Override
    public void failed(StepFailure failure) {
        outcome.complete(new Outcome.Failed(failure));
        created.complete(0);
    }

    @Override
    public void exited(ExitRecord exit) {
        // An end without a start before it: the reports came in one go.
        outcome.complete(new Outcome.Started(exit.pid(), exit.startedAt()));
        created.complete(exit.pid());
        onExit.accept(exit);
    }

    @Override
    public void lost() {
        if (!outcome.complete(new Outcome.Lost())) {
            onLost.run();
        }
        created.complete(0);
    }

    /// Waits until the process exists and stands; false when the plan failed before.
    public boolean awaitCreated() {
        return awaitPid() != 0;
    }

    /// The same; the process's id, 0 when the plan failed before.
    public int awaitPid() {
        return await(created);
    }

    /// Before a plan that stood in SYNC goes on to WAIT_START: it will be told anew.
    public void expectCreatedAgain() {
        created = new CompletableFuture<>();
        if (outcome.isDone()) {
            created.complete(0);
        }
    }

    public Outcome awaitOutcome() {
        return await(outcome);
    }

    // Who is interrupted waits on for a little: a launch given up half-way could still put a
    // process where a kill has looked already.
    private static <T> T await(CompletableFuture<T> future) {
        long end = System.nanoTime() + LIMIT.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException _) {
                    interrupted = true;
                    end = Math.min(end, System.nanoTime() + INTERRUPTED_LIMIT.toNanos());
                }
            }
        } catch (TimeoutException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    interrupted
                            ? "interrupted while starting"
                            : "container did not start within " + LIMIT.toSeconds() + " seconds",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
