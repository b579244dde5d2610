package sampan.engine.images.transfer;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import sampan.oci.Digest;

/// One lock per digest, for as long as somebody wants it.
final class DigestLocks {
    private final Map<Digest, Shared> locks = new HashMap<>();

    private static final class Shared extends ReentrantLock {
        private int users;
    }

    /// Held by the thread that took it.
    final class Held implements AutoCloseable {
        private final Digest digest;
        private final Shared lock;

        private Held(Digest digest, Shared lock) {
            this.digest = digest;
            this.lock = lock;
        }

        @Override
        public void close() {
            lock.unlock();
            leave(digest, lock);
        }
    }

    /// @param busy run before waiting for another
    Held take(Digest digest, Runnable busy) throws InterruptedException {
        Shared lock;
        synchronized (locks) {
            lock = locks.computeIfAbsent(digest, d -> new Shared());
            lock.users++;
        }
        try {
            if (!lock.tryLock()) {
                busy.run();
                lock.lockInterruptibly();
            }
            return new Held(digest, lock);
        } catch (InterruptedException | RuntimeException e) {
            leave(digest, lock);
            throw e;
        }
    }

    private void leave(Digest digest, Shared lock) {
        synchronized (locks) {
            if (--lock.users == 0) {
                locks.remove(digest);
            }
        }
    }
}
