package sampan.engine.networks.bridge;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Network;
import sampan.engine.networks.SubnetChoice;
import sampan.linux.netlink.Link;
import sampan.linux.netlink.LinkAddress;
import sampan.linux.netlink.Route;
import sampan.linux.netlink.RouteSocket;

/// Turns settings into a network, from what the host has.
public final class BridgePlan {
    private BridgePlan() {}

    /// The subnet is the one asked for, else the one kept from before, else that of the bridge as
    /// it stands, else one that overlaps no route of the host; its first address is the gateway.
    ///
    /// @param kept the network's settings of before, which count where the bridge is the same
    public static Network.Bridged resolve(
            BridgeSettings settings, Optional<Network.Bridged> kept, HostNamespace host) {
        try (RouteSocket route = host.call(RouteSocket::open)) {
            Optional<Link> bridge = route.link(settings.bridge());
            Cidr subnet =
                    settings.subnet()
                            .or(() -> keptSubnet(settings, kept))
                            .or(() -> bridge.flatMap(link -> present(route, link)))
                            .orElseGet(() -> SubnetChoice.pick(known(route)));
            Inet4Address gateway = subnet.at(1);
            int mtu = settings.mtu().orElseGet(() -> uplinkMtu(route));
            return new Network.Bridged(settings.bridge(), subnet, gateway, mtu);
        }
    }

    private static Optional<Cidr> keptSubnet(
            BridgeSettings settings, Optional<Network.Bridged> kept) {
        return kept.filter(k -> k.bridge().equals(settings.bridge())).map(Network.Bridged::subnet);
    }

    private static Optional<Cidr> present(RouteSocket route, Link bridge) {
        return route.addresses().stream()
                .filter(a -> a.device() == bridge.index())
                .flatMap(a -> network(a).stream())
                .findFirst();
    }

    private static List<Cidr> known(RouteSocket route) {
        List<Cidr> known = new ArrayList<>();
        for (Route each : route.routes()) {
            if (each.destination() instanceof Inet4Address address && !each.isDefault()) {
                known.add(Cidr.around(address, each.prefix()));
            }
        }
        route.addresses().forEach(a -> network(a).ifPresent(known::add));
        return known;
    }

    private static Optional<Cidr> network(LinkAddress address) {
        return address.address() instanceof Inet4Address ipv4
                ? Optional.of(Cidr.around(ipv4, address.prefix()))
                : Optional.empty();
    }

    private static int uplinkMtu(RouteSocket route) {
        return route.routes().stream()
                .filter(r -> r.isDefault() && r.table() == Route.TABLE_MAIN)
                .filter(r -> r.destination() instanceof Inet4Address)
                .flatMapToInt(r -> r.device().stream())
                .boxed()
                .flatMap(index -> route.link(index).stream())
                .map(Link::mtu)
                .min(Integer::compare)
                .orElse(BridgeSettings.DEFAULT_MTU);
    }
}
