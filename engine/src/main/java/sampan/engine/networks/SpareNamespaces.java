package sampan.engine.networks;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import sampan.errors.SampanException;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;

/// Network namespaces with nothing but loopback, up, made ahead for containers without a network:
/// making one inside a start costs as much as the rest of the container. None is made before the
/// first is asked for. Thread-safe.
public final class SpareNamespaces implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SpareNamespaces.class.getName());
    private static final int READY_MAX = 4;

    private final BlockingQueue<NetNamespace> ready = new ArrayBlockingQueue<>(READY_MAX);
    private final AtomicBoolean making = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /// One that is the caller's to close; empty where none is ready, and where the caller makes it
    /// itself sooner than it would be.
    public Optional<NetNamespace> take() {
        if (closed.get()) {
            return Optional.empty();
        }
        Optional<NetNamespace> spare = Optional.ofNullable(ready.poll());
        if (making.compareAndSet(false, true)) {
            Thread.ofPlatform().name("spare-netns").daemon().start(this::make);
        }
        return spare;
    }

    // The thread stays in the last one that it made, and ends.
    private void make() {
        try {
            while (!closed.get() && ready.remainingCapacity() > 0) {
                NetNamespace spare = NetNamespace.unshare();
                boolean kept = false;
                try (RouteSocket inside = RouteSocket.open()) {
                    inside.batch().up(RouteSocket.LOOPBACK).send("loopback");
                    kept = ready.offer(spare);
                } finally {
                    if (!kept) {
                        spare.close();
                    }
                }
            }
        } catch (SampanException e) {
            LOG.log(Level.WARNING, "no network namespace made ahead: " + e.getMessage());
        } finally {
            making.set(false);
        }
        if (closed.get()) {
            drain();
        }
    }

    private void drain() {
        for (var spare = ready.poll(); spare != null; spare = ready.poll()) {
            spare.close();
        }
    }

    @Override
    public void close() {
        closed.set(true);
        drain();
    }
}
