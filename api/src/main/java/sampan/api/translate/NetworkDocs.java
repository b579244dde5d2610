package sampan.api.translate;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.Doc;
import sampan.engine.services.NetworkService.Attachment;
import sampan.engine.services.NetworkService.NetworkView;

/// Networks as inspect and list show them.
public final class NetworkDocs {
    private NetworkDocs() {}

    /// @param containers the list leaves them out, inspect names them
    public static Doc inspect(NetworkView network, boolean containers) {
        Map<String, Doc> attached = new TreeMap<>();
        if (containers) {
            network.containers().forEach((id, a) -> attached.put(id, attachment(a)));
        }
        @Nullable List<Doc> pools =
                network.subnet().isEmpty()
                        ? null
                        : List.of(
                                Doc.of()
                                        .put("Subnet", network.subnet())
                                        .putUnlessEmpty("Gateway", network.gateway()));
        return Doc.of()
                .put("Name", network.name())
                .put("Id", network.id())
                .put("Created", Times.text(network.created()))
                .put("Scope", "local")
                .put("Driver", network.driver())
                .put("EnableIPv4", true)
                .put("EnableIPv6", false)
                .put(
                        "IPAM",
                        Doc.of().put("Driver", "default").put("Options", null).put("Config", pools))
                .put("Internal", false)
                .put("Attachable", false)
                .put("Ingress", false)
                .put("ConfigFrom", Doc.of().put("Network", ""))
                .put("ConfigOnly", false)
                .put("Containers", attached)
                .put("Options", Doc.sorted(network.options()))
                .put("Labels", Map.of());
    }

    private static Doc attachment(Attachment attachment) {
        return Doc.of()
                .put("Name", attachment.name())
                .put("EndpointID", attachment.endpointId())
                .put("MacAddress", attachment.macAddress())
                .put("IPv4Address", attachment.address())
                .put("IPv6Address", "");
    }
}
