package sampan.engine.networks.bridge;

import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.engine.networks.Network;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.Link;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.Route;
import sampan.linux.netlink.RouteBatch;
import sampan.linux.netlink.RouteSocket;
import sampan.linux.netlink.VethPair;

/// The links of one network: the bridge, and a cable from it into each namespace. Thread-safe.
final class Wiring implements AutoCloseable {
    static final String CONTAINER_LINK = "eth0";

    /// BR_MAX_PORTS of the kernel's net/bridge/br_private.h.
    private static final int MAX_PORTS = 1023;

    private final Network.Bridged network;
    private final RouteSocket route;
    private final String prefix;
    private volatile int bridge;

    Wiring(Network.Bridged network, RouteSocket route) {
        this.network = network;
        this.route = route;
        this.prefix = BridgeSettings.linkPrefix(network.bridge());
    }

    /// Makes the bridge, or takes the one of that name and gives it what it lacks.
    void ensureBridge() {
        String name = network.bridge();
        Inet4Address gateway = network.gateway();
        Link link = route.link(name).orElseGet(this::makeBridge);
        if (!link.kind().equals("bridge")) {
            throw SampanException.conflict(
                    "link "
                            + name
                            + " is no bridge; remove it or choose another name with --bridge");
        }
        bridge = link.index();
        List<Inet4Address> addresses =
                route.addresses().stream()
                        .filter(a -> a.device() == bridge)
                        .filter(a -> a.address() instanceof Inet4Address)
                        .map(a -> (Inet4Address) a.address())
                        .toList();
        if (addresses.stream().anyMatch(a -> !a.equals(gateway))) {
            throw SampanException.conflict(
                    "bridge "
                            + name
                            + " has addresses "
                            + addresses
                            + " of others; remove them or choose another name with --bridge");
        }
        RouteBatch batch = route.batch().withoutLinkLocal(bridge);
        if (addresses.isEmpty()) {
            batch.address(bridge, gateway, network.subnet().prefix());
        }
        batch.routeLoopback(bridge).up(bridge).send(name);
    }

    /// Whether the bridge is there as we made it: up, with its address and the route to its
    /// containers.
    boolean intact() {
        Optional<Link> link = route.link(network.bridge());
        if (link.isEmpty() || link.get().index() != bridge || !link.get().up()) {
            return false;
        }
        return route.addresses().stream()
                        .anyMatch(
                                a -> a.device() == bridge && a.address().equals(network.gateway()))
                && hasRoute();
    }

    private boolean hasRoute() {
        return route.routes().stream()
                .anyMatch(r ->
                        r.device().equals(OptionalInt.of(bridge))
                                && r.table() == Route.TABLE_MAIN
                                && r.prefix() == network.subnet().prefix());
    }

    /// The bridge's index, once it was made or taken.
    int bridge() {
        return bridge;
    }

    /// Makes the bridge as it was, and plugs all cables into it again.
    ///
    /// @return how many were out
    int mend() {
        ensureBridge();
        int plugged = plug();
        if (!hasRoute()) {
            route.batch()
                    .route(network.subnet().lowest(), network.subnet().prefix(), bridge)
                    .send("route to " + network.subnet());
        }
        return plugged;
    }

    /// Plugs cables that are out into the bridge.
    ///
    /// @return how many were out
    int plug() {
        int plugged = 0;
        for (Link link : route.links()) {
            boolean out = !link.master().equals(OptionalInt.of(bridge));
            if (isCable(link) && out) {
                route.batch()
                        .master(link.index(), bridge)
                        .port(link.name())
                        .up(link.name())
                        .send(link.name());
                plugged++;
            }
        }
        return plugged;
    }

    private boolean isCable(Link link) {
        return link.kind().equals("veth") && link.name().startsWith(prefix);
    }

    /// Makes the cable with its far end in a namespace as eth0, up, addressed and routed.
    void connect(Inet4Address address, MacAddress mac, NetNamespace namespace) {
        try (RouteSocket inside = RouteSocket.openIn(namespace)) {
            connect(address, mac, namespace, inside);
        }
    }

    /// As above, with a socket that the caller has in that namespace.
    void connect(Inet4Address address, MacAddress mac, NetNamespace namespace, RouteSocket inside) {
        String name = link(address);
        VethPair pair =
                new VethPair(name, CONTAINER_LINK, mac, OptionalInt.of(bridge), network.mtu());
        // Alone, so that a link of that name which is not ours is never taken for ours below.
        makeCable(pair, namespace);
        boolean done = false;
        try {
            route.batch().port(name).up(name).send(name);
            int eth0 =
                    inside.link(CONTAINER_LINK)
                            .map(Link::index)
                            .orElseThrow(() ->
                                    SampanException.notFound(
                                            "link " + CONTAINER_LINK + " vanished"));
            inside.batch()
                    .up(RouteSocket.LOOPBACK)
                    .withoutLinkLocal(eth0)
                    .address(eth0, address, network.subnet().prefix())
                    .up(eth0)
                    .defaultRoute(network.gateway(), eth0)
                    .send(CONTAINER_LINK + " of " + name);
            done = true;
        } finally {
            if (!done) {
                deleteQuietly(name);
            }
        }
    }

    String link(Inet4Address address) {
        return BridgeSettings.link(network, address);
    }

    boolean exists(String link) {
        return route.link(link).isPresent();
    }

    boolean delete(String link) {
        return route.delete(link);
    }

    /// The links on the host that carry this network's prefix.
    List<String> links() {
        return route.links().stream().filter(this::isCable).map(Link::name).toList();
    }

    private Link makeBridge() {
        String name = network.bridge();
        route.batch().bridge(name, MacAddress.of(network.gateway()), network.mtu()).send(name);
        return route.link(name)
                .orElseThrow(() -> SampanException.notFound("bridge " + name + " vanished"));
    }

    private void makeCable(VethPair pair, NetNamespace namespace) {
        try {
            route.batch().veth(pair, namespace).send(pair.name());
        } catch (ErrnoException e) {
            if (links().size() >= MAX_PORTS) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "bridge "
                                + network.bridge()
                                + " has "
                                + MAX_PORTS
                                + " containers, the most that the kernel lets a bridge have",
                        e);
            }
            throw e;
        }
    }

    private void deleteQuietly(String name) {
        try {
            route.delete(name);
        } catch (ErrnoException e) {
            // The failure that led here is the one to tell; the next start sweeps what is left.
        }
    }

    @Override
    public void close() {
        route.close();
    }
}
