package sampan.buildkit.control;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The solves that run. Thread-safe.
final class Jobs {
    private static final int JOBS_MAX = 256;

    /// Of a solve, its watcher and its gateway, which come by one connection, any may be first.
    private static final Duration COMES_WITHIN = Duration.ofSeconds(5);

    /// Watchers that come when the solve has failed already are still told; so many at most.
    private static final int ENDED_MAX = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Map<String, Job> running = new HashMap<>();
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    private record Ended(
            Progress progress, Optional<StatusRuntimeException> failure, long atNanos) {}

    void add(Job job) {
        lock.lock();
        try {
            if (running.size() >= JOBS_MAX) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "more than " + JOBS_MAX + " builds: wait for one");
            }
            if (running.putIfAbsent(job.request.ref(), job) != null) {
                throw new SampanException(
                        ErrorCode.CONFLICT, "job ID " + job.request.ref() + " exists");
            }
            came.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void remove(String ref, Progress progress, Optional<StatusRuntimeException> failure) {
        lock.lock();
        try {
            running.remove(ref);
            long now = System.nanoTime();
            ended.values().removeIf(e -> now - e.atNanos() > COMES_WITHIN.toNanos());
            if (ended.size() < ENDED_MAX) {
                ended.put(ref, new Ended(progress, failure, now));
            }
            came.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Optional<Job> find(String ref) {
        lock.lock();
        try {
            return Optional.ofNullable(running.get(ref));
        } finally {
            lock.unlock();
        }
    }

    /// The solve that made a result.
    Job owner(String result) {
        lock.lock();
        try {
            return running.values().stream()
                    .filter(job -> job.has(result))
                    .findFirst()
                    .orElseThrow(() -> SampanException.notFound("no such ref: " + result));
        } finally {
            lock.unlock();
        }
    }

    /// Waits a little for one that is not there yet.
    ///
    /// @throws StatusRuntimeException its failure, where it has failed already
    Job get(String ref) throws InterruptedException {
        return await(ref, () -> Optional.ofNullable(running.get(ref)).or(() -> failed(ref)));
    }

    private Optional<Job> failed(String ref) {
        Optional.ofNullable(ended.get(ref))
                .flatMap(Ended::failure)
                .ifPresent(failure -> {
                    throw failure;
                });
        return Optional.empty();
    }

    /// What a solve shows that runs or has just ended; waits a little for one that is not there
    /// yet.
    Progress progress(String ref) throws InterruptedException {
        return await(
                ref,
                () ->
                        Optional.ofNullable(running.get(ref))
                                .map(job -> job.progress)
                                .or(() ->
                                        Optional.ofNullable(ended.get(ref)).map(Ended::progress)));
    }

    private <T> T await(String ref, Supplier<Optional<T>> look) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = COMES_WITHIN.toNanos();
            Optional<T> found = look.get();
            while (found.isEmpty()) {
                if (left <= 0) {
                    throw SampanException.notFound("no such job " + ref);
                }
                left = came.awaitNanos(left);
                found = look.get();
            }
            return found.get();
        } finally {
            lock.unlock();
        }
    }
}
