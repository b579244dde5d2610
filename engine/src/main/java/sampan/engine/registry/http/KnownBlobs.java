package sampan.engine.registry.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sampan.oci.Digest;

/// Which blobs repositories were seen to have a short while ago; those that were not heard of for
/// longest are forgotten first. Thread-safe.
final class KnownBlobs {
    static final int REPOSITORIES_MAX = 64;

    /// Of one repository.
    static final int BLOBS_MAX = 2048;

    /// Shorter than any registry waits before it collects what nothing refers to.
    static final Duration KEPT = Duration.ofMinutes(10);

    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Map<Digest, Long>> repositories = new Bounded<>(REPOSITORIES_MAX);

    KnownBlobs(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private static final class Bounded<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1;

        private final int max;

        Bounded(int max) {
            super(16, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > max;
        }
    }

    /// @param repository with its registry
    void saw(String repository, Digest blob) {
        lock.lock();
        try {
            repositories
                    .computeIfAbsent(repository, _ -> new Bounded<>(BLOBS_MAX))
                    .put(blob, nanoClock.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    boolean has(String repository, Digest blob) {
        lock.lock();
        try {
            Map<Digest, Long> blobs = repositories.get(repository);
            Long seen = blobs == null ? null : blobs.get(blob);
            return seen != null && nanoClock.getAsLong() - seen < KEPT.toNanos();
        } finally {
            lock.unlock();
        }
    }

    void forget(String repository) {
        lock.lock();
        try {
            repositories.remove(repository);
        } finally {
            lock.unlock();
        }
    }
}
