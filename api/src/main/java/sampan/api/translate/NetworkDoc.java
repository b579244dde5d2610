package sampan.api.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.Doc;
import sampan.engine.containers.Container;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.containers.NetworkSpec.PortBinding;

/// `NetworkSettings` and `Ports`.
final class NetworkDoc {
    private NetworkDoc() {}

    static Doc settings(Container container) {
        @Nullable EndpointView bridge =
                container.endpoints().stream()
                        .filter(e -> e.network().equals("bridge"))
                        .findFirst()
                        .orElse(null);
        return Doc.of()
                .put("Bridge", "")
                .put("SandboxID", container.status().alive() ? container.id().value() : "")
                .put(
                        "SandboxKey",
                        container.pid() > 0 ? "/proc/" + container.pid() + "/ns/net" : "")
                .put("Ports", ports(container))
                .put("HairpinMode", false)
                .put("LinkLocalIPv6Address", "")
                .put("LinkLocalIPv6PrefixLen", 0)
                .put("SecondaryIPAddresses", null)
                .put("SecondaryIPv6Addresses", null)
                .put("EndpointID", bridge == null ? "" : bridge.endpointId())
                .put("Gateway", bridge == null ? "" : bridge.gateway())
                .put("GlobalIPv6Address", "")
                .put("GlobalIPv6PrefixLen", 0)
                .put("IPAddress", bridge == null ? "" : bridge.address())
                .put("IPPrefixLen", bridge == null ? 0 : bridge.prefixLength())
                .put("IPv6Gateway", "")
                .put("MacAddress", bridge == null ? "" : bridge.macAddress())
                .put("Networks", networks(container));
    }

    /// What is exposed and what is published, while it runs.
    private static Map<String, @Nullable Object> ports(Container container) {
        Map<String, @Nullable Object> ports = new TreeMap<>();
        if (!container.status().alive()) {
            return ports;
        }
        container.spec().network().exposedPorts().forEach(port -> ports.put(port, null));
        container.endpoints().forEach(e -> ports.putAll(HostConfigDoc.portBindings(e.ports())));
        return ports;
    }

    /// `default` is the bridge.
    static String mode(Container container) {
        String mode = container.spec().network().mode();
        return mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
    }

    static Map<String, Doc> networks(Container container) {
        Map<String, Doc> networks = new TreeMap<>();
        container.endpoints().forEach(e -> networks.put(e.network(), endpoint(e)));
        String name = mode(container);
        if (networks.isEmpty() && !name.startsWith("container:")) {
            networks.put(
                    name,
                    endpoint(new EndpointView(name, "", "", "", 0, "", "", List.of(), Map.of())));
        }
        return networks;
    }

    private static Doc endpoint(EndpointView endpoint) {
        return Doc.of()
                .put("IPAMConfig", null)
                .put("Links", null)
                .putOrNull("Aliases", endpoint.aliases())
                .put("MacAddress", endpoint.macAddress())
                .put("DriverOpts", null)
                .put("GwPriority", 0)
                .put("NetworkID", endpoint.networkId())
                .put("EndpointID", endpoint.endpointId())
                .put("Gateway", endpoint.gateway())
                .put("IPAddress", endpoint.address())
                .put("IPPrefixLen", endpoint.prefixLength())
                .put("IPv6Gateway", "")
                .put("GlobalIPv6Address", "")
                .put("GlobalIPv6PrefixLen", 0)
                .put("DNSNames", null);
    }

    /// `Ports` of the list: one entry per published place, one for what is only exposed.
    static List<Doc> summary(Container container) {
        List<Doc> result = new ArrayList<>();
        if (!container.status().alive()) {
            return result;
        }
        Map<String, List<PortBinding>> published = new TreeMap<>();
        container.endpoints().forEach(e -> published.putAll(e.ports()));
        for (String port : container.spec().network().exposedPorts()) {
            published.putIfAbsent(port, List.of());
        }
        published.forEach((port, places) -> {
            if (places.isEmpty()) {
                result.add(port(port));
            }
            for (PortBinding place : places) {
                result.add(
                        Doc.of()
                                .put(
                                        "IP",
                                        place.hostAddress().isEmpty()
                                                ? "0.0.0.0"
                                                : place.hostAddress())
                                .put("PrivatePort", number(port))
                                .put("PublicPort", number(place.hostPort()))
                                .put("Type", protocol(port)));
            }
        });
        return result;
    }

    private static Doc port(String port) {
        return Doc.of().put("PrivatePort", number(port)).put("Type", protocol(port));
    }

    private static int number(String port) {
        int slash = port.indexOf('/');
        String digits = slash < 0 ? port : port.substring(0, slash);
        return digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    }

    private static String protocol(String port) {
        int slash = port.indexOf('/');
        return slash < 0 ? "tcp" : port.substring(slash + 1);
    }
}
