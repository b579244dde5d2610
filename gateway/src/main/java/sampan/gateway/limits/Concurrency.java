package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;

/// How many are under way at once.
public final class Concurrency {
    private final AtomicInteger active = new AtomicInteger();

    /// Enters unless that many have; who entered leaves.
    public boolean enter(int max) {
        while (true) {
            int now = active.get();
            if (now >= max) {
                return false;
            }
            if (active.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    public void leave() {
        active.decrementAndGet();
    }

    public int active() {
        return active.get();
    }
}
