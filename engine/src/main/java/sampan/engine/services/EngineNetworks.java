package sampan.engine.services;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.engine.containers.Container;
import sampan.engine.containers.Containers;
import sampan.engine.filters.Filters;
import sampan.engine.networks.Network;
import sampan.engine.networks.NetworkCatalog;
import sampan.errors.SampanException;

/// Networks as they are kept, with the containers that run in them.
public final class EngineNetworks implements NetworkService {
    private static final Set<String> FILTERS =
            Set.of("dangling", "driver", "id", "label", "name", "scope", "type");

    private final NetworkCatalog catalog;
    private final Containers containers;

    public EngineNetworks(NetworkCatalog catalog, Containers containers) {
        this.catalog = catalog;
        this.containers = containers;
    }

    @Override
    public List<NetworkView> list(Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, FILTERS);
        var dangling = wanted.truth("dangling");
        for (String type : wanted.values("type")) {
            if (!type.equals("builtin") && !type.equals("custom")) {
                throw SampanException.invalid("invalid filter: 'type'='" + type + "'");
            }
        }
        return catalog.list().stream()
                .filter(n -> wanted.exact("driver", n.driver()))
                .filter(n -> wanted.prefix("id", n.id()))
                .filter(n -> wanted.labels("label", n.labels()))
                .filter(n -> wanted.matches("name", n.name()))
                .filter(_ -> wanted.exact("scope", "local"))
                .filter(_ -> wanted.exact("type", "builtin"))
                // The built-in networks never count as unused.
                .filter(_ -> dangling.isEmpty() || !dangling.get())
                .map(this::view)
                .toList();
    }

    @Override
    public NetworkView inspect(String reference) {
        return view(catalog.find(reference));
    }

    private NetworkView view(Network network) {
        Map<String, Attachment> attached = new LinkedHashMap<>();
        for (Container container : containers.views()) {
            if (container.status().alive()) {
                attach(attached, network, container);
            }
        }
        Map<String, String> options = new LinkedHashMap<>();
        network.bridged()
                .ifPresent(bridged -> {
                    options.put("com.docker.network.bridge.default_bridge", "true");
                    options.put("com.docker.network.bridge.enable_icc", "true");
                    options.put("com.docker.network.bridge.enable_ip_masquerade", "true");
                    options.put("com.docker.network.bridge.host_binding_ipv4", "0.0.0.0");
                    options.put("com.docker.network.bridge.name", bridged.bridge());
                    options.put("com.docker.network.driver.mtu", Integer.toString(bridged.mtu()));
                });
        return new NetworkView(
                network.name(),
                network.id(),
                network.created(),
                network.driver(),
                network.bridged().map(b -> b.subnet().toString()).orElse(""),
                network.bridged().map(b -> b.gateway().getHostAddress()).orElse(""),
                options,
                attached);
    }

    private static void attach(
            Map<String, Attachment> attached, Network network, Container container) {
        container.endpoints().stream()
                .filter(endpoint -> endpoint.networkId().equals(network.id()))
                .forEach(endpoint ->
                        attached.put(
                                container.id().value(),
                                new Attachment(
                                        container.name(),
                                        endpoint.endpointId(),
                                        endpoint.macAddress(),
                                        endpoint.address().isEmpty()
                                                ? ""
                                                : endpoint.address()
                                                        + "/"
                                                        + endpoint.prefixLength())));
    }
}
