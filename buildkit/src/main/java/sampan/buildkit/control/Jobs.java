package sampan.buildkit.control;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The solves that run. Thread-safe.
final class Jobs {
    private static final int JOBS_MAX = 256;

    /// Of a solve, its watcher and its gateway, which come by one connection, any may be first.
    private static final Duration COMES_WITHIN = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Map<String, Job> running = new HashMap<>();

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

    void remove(Job job) {
        lock.lock();
        try {
            running.remove(job.request.ref());
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

    /// Waits a little for one that is not there yet.
    Job get(String ref) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = COMES_WITHIN.toNanos();
            Job found = running.get(ref);
            while (found == null) {
                if (left <= 0) {
                    throw SampanException.notFound("no such job " + ref);
                }
                left = came.awaitNanos(left);
                found = running.get(ref);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }
}
