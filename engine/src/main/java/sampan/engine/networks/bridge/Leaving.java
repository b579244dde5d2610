package sampan.engine.networks.bridge;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import sampan.engine.networks.Ipam;

/// Links whose containers have ended. Each vanishes with its namespace, a few tens of milliseconds
/// after the last process and descriptor; where something holds the namespace longer than
/// [#PATIENCE] the link is removed. Only then is its address free again. Thread-safe.
final class Leaving {
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /// From so many links on one listing is cheaper than asking for each.
    private static final int MANY = 32;

    private final Wiring wiring;
    private final Ipam addresses;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Link> links = new ArrayList<>();

    private record Link(String name, Inet4Address address, long since) {}

    Leaving(Wiring wiring, Ipam addresses) {
        this.wiring = wiring;
        this.addresses = addresses;
    }

    void add(String name, Inet4Address address) {
        lock.lock();
        try {
            links.add(new Link(name, address, System.nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    /// Frees the addresses of links that are gone and removes those that stayed too long.
    ///
    /// @return whether some are still there
    boolean settle() {
        long now = System.nanoTime();
        return settle(link -> now - link.since() >= PATIENCE.toNanos());
    }

    /// Removes all at once, for addresses have run out.
    void force() {
        settle(link -> true);
    }

    private boolean settle(Predicate<Link> overdue) {
        lock.lock();
        try {
            Predicate<String> present = presence();
            for (Iterator<Link> each = links.iterator(); each.hasNext(); ) {
                Link link = each.next();
                if (present.test(link.name())) {
                    if (!overdue.test(link)) {
                        continue;
                    }
                    wiring.delete(link.name());
                }
                addresses.release(link.address());
                each.remove();
            }
            return !links.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private Predicate<String> presence() {
        if (links.size() < MANY) {
            return wiring::exists;
        }
        Set<String> all = Set.copyOf(wiring.links());
        return all::contains;
    }
}
