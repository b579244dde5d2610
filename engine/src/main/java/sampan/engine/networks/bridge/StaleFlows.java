package sampan.engine.networks.bridge;

import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sampan.errors.ErrnoException;
import sampan.linux.nftables.Flows;
import sampan.linux.nftables.PortKey;
import sampan.linux.nftables.PortTarget;

/// UDP ports that have just been published or taken back: their old flows must not go on to where
/// they went before. At most [#LIMIT] wait; flows beyond that end when their clients fall silent
/// for the kernel's usual time. Thread-safe.
final class StaleFlows implements AutoCloseable {
    static final int LIMIT = 1024;

    private final Flows flows;
    private final Consumer<String> notices;
    private final ConcurrentLinkedQueue<Change> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean refused;

    StaleFlows(Flows flows, Consumer<String> notices) {
        this.flows = flows;
        this.notices = notices;
    }

    /// A port that leads from now on, or that has ceased to.
    private record Change(PortKey key, PortTarget target, boolean published) {}

    /// Notes the UDP ports among these.
    ///
    /// @param published whether they lead from now on, or have ceased to
    /// @return whether there are some, so that [#settle] has to be called soon
    boolean add(Map<PortKey, PortTarget> ports, boolean published) {
        boolean some = false;
        for (Map.Entry<PortKey, PortTarget> port : ports.entrySet()) {
            if (port.getKey().protocol() == PortKey.UDP && !refused && count.get() < LIMIT) {
                count.incrementAndGet();
                waiting.add(new Change(port.getKey(), port.getValue(), published));
                some = true;
            }
        }
        return some;
    }

    /// Has the kernel forget the flows of the ports that wait.
    void settle() {
        for (Change change = waiting.poll(); change != null; change = waiting.poll()) {
            count.decrementAndGet();
            try {
                if (change.published()) {
                    flows.forgetPast(change.key());
                } else {
                    flows.forgetLed(change.key(), change.target());
                }
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
