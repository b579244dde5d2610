package sampan.engine.networks.bridge;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import sampan.engine.networks.Endpoint;
import sampan.errors.SampanException;
import sampan.linux.netlink.AddressWatch;
import sampan.linux.netlink.NetNamespace;

/// Puts back what other programs take away while the daemon runs: the bridge, its address, its
/// route, its being up, and the cables of containers. Runs on the watch's thread.
final class Mending implements AutoCloseable {
    private final Wiring wiring;
    private final String bridge;
    private final Map<String, Endpoint> endpoints;
    private final Set<String> spare = ConcurrentHashMap.newKeySet();
    private final Runnable emptyPool;
    private final Consumer<String> notices;
    private final AddressWatch watch;
    private volatile Function<String, Optional<NetNamespace>> namespaces = _ -> Optional.empty();

    /// Subscribes in the calling thread's network namespace.
    ///
    /// @param endpoints the driver's own, which others change
    /// @param emptyPool gives up the sandboxes that wait
    Mending(
            Wiring wiring,
            String bridge,
            Map<String, Endpoint> endpoints,
            Runnable emptyPool,
            Consumer<String> notices) {
        this.wiring = wiring;
        this.bridge = bridge;
        this.endpoints = endpoints;
        this.emptyPool = emptyPool;
        this.notices = notices;
        this.watch = AddressWatch.open(this::concerns, this::mend);
    }

    /// Begins, with the bridge in place.
    void start() {
        watch.follow(wiring.bridge());
        watch.start();
    }

    /// By whose namespace, told by the container's id, a cable is made again; empty where it does
    /// not run.
    void namespaces(Function<String, Optional<NetNamespace>> of) {
        namespaces = of;
    }

    /// The cable of a sandbox that waits.
    void spare(String link) {
        spare.add(link);
    }

    /// The sandbox was taken or given up.
    void used(String link) {
        spare.remove(link);
    }

    private boolean concerns(String link) {
        return spare.contains(link)
                || endpoints.values().stream().anyMatch(e -> e.hostLink().equals(link));
    }

    // Somebody took the bridge, its address or its route away: containers cannot do without.
    private void mend() {
        try {
            if (!wiring.intact()) {
                int plugged = wiring.mend();
                watch.follow(wiring.bridge());
                notices.accept(
                        "bridge "
                                + bridge
                                + " was changed by another program and has been made again; "
                                + plugged
                                + " links plugged in");
            }
        } catch (SampanException e) {
            notices.accept(
                    "bridge "
                            + bridge
                            + " was changed by another program and could not be made again: "
                            + e.getMessage());
            return;
        }
        try {
            cables();
        } catch (SampanException e) {
            notices.accept("looking after the links of containers failed: " + e.getMessage());
        }
    }

    private void cables() {
        int plugged = wiring.plug();
        if (plugged > 0) {
            notices.accept(
                    plugged
                            + " links were pulled out of bridge "
                            + bridge
                            + " by another program and have been plugged in again");
        }
        Set<String> present = Set.copyOf(wiring.links());
        if (!present.containsAll(spare)) {
            emptyPool.run();
        }
        for (Endpoint endpoint : endpoints.values()) {
            if (!present.contains(endpoint.hostLink())) {
                reconnect(endpoint);
            }
        }
    }

    // A container that has just ended takes its cable along: then there is nothing to say.
    private void reconnect(Endpoint endpoint) {
        Optional<NetNamespace> found = namespaces.apply(endpoint.containerId());
        if (found.isEmpty()) {
            return;
        }
        String what = "link " + endpoint.hostLink() + " of container " + endpoint.containerId();
        try (NetNamespace namespace = found.get()) {
            wiring.connect(endpoint.address(), endpoint.mac(), namespace);
            notices.accept(what + " was deleted by another program and has been made again");
        } catch (SampanException e) {
            if (endpoints.containsKey(endpoint.id())) {
                notices.accept(
                        what
                                + " was deleted by another program and could not be made again: "
                                + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
