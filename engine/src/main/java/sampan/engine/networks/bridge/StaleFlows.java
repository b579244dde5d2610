package sampan.engine.networks.bridge;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sampan.errors.ErrnoException;
import sampan.linux.nftables.Flows;
import sampan.linux.nftables.PortKey;

/// UDP ports that have just been published or taken back: their old flows must not go on to where
/// they went before. At most [#LIMIT] wait; flows beyond that end when their clients fall silent
/// for the kernel's usual time. Thread-safe.
final class StaleFlows implements AutoCloseable {
    static final int LIMIT = 1024;

    private final Flows flows;
    private final Consumer<String> notices;
    private final ConcurrentLinkedQueue<PortKey> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean refused;

    StaleFlows(Flows flows, Consumer<String> notices) {
        this.flows = flows;
        this.notices = notices;
    }

    /// Notes the UDP ports among these.
    ///
    /// @return whether there are some, so that [#settle] has to be called soon
    boolean add(Iterable<PortKey> keys) {
        boolean some = false;
        for (PortKey key : keys) {
            if (key.protocol() == PortKey.UDP && !refused && count.get() < LIMIT) {
                count.incrementAndGet();
                waiting.add(key);
                some = true;
            }
        }
        return some;
    }

    /// Has the kernel forget the flows of the ports that wait.
    void settle() {
        for (PortKey key = waiting.poll(); key != null; key = waiting.poll()) {
            count.decrementAndGet();
            try {
                flows.forget(key);
            } catch (ErrnoException e) {
                refused = true;
                waiting.clear();
                count.set(0);
                notices.accept(
                        "old udp flows of published ports end only when their clients pause: "
                                + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        flows.close();
    }
}
