package sampan.engine.leases;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import sampan.oci.Digest;

/// All leases of an engine. Thread-safe; every wait is for a short decision in memory.
public final class Leases {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Digest, Integer> held = new HashMap<>();

    public Lease open() {
        return new Lease(this);
    }

    void hold(Digest digest) {
        deciding(() -> held.merge(digest, 1, Integer::sum));
    }

    void release(Digest digest) {
        deciding(() -> {
            held.computeIfPresent(digest, (d, count) -> count == 1 ? null : count - 1);
            return 0;
        });
    }

    /// Runs a collector's decision while no hold begins or ends. It asks [#isHeld] and takes what
    /// is not held out of its index; the slow part of the removal comes after.
    public <T> T deciding(Supplier<T> decision) {
        lock.lock();
        try {
            return decision.get();
        } finally {
            lock.unlock();
        }
    }

    /// Whether any lease holds it; true only for the moment outside of [#deciding].
    public boolean isHeld(Digest digest) {
        return deciding(() -> held.containsKey(digest));
    }
}
