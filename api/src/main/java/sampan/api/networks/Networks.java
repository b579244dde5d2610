package sampan.api.networks;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.translate.NetworkDocs;
import sampan.api.wire.Doc;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.NetworkService;
import sampan.engine.services.NetworkService.NetworkView;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import tools.jackson.databind.JsonNode;

/// Networks: the predefined ones, shown.
public final class Networks {
    private static final Set<String> PRUNE_FILTERS = Set.of("label", "label!", "until");

    private final NetworkService networks;

    private final ContainerService containers;

    public Networks(Engine engine) {
        this.networks = engine.networks();
        this.containers = engine.containers();
    }

    public void register(Routes routes) {
        routes.add("GET", "/networks", this::list)
                .add("POST", "/networks/create", this::create)
                .add("POST", "/networks/prune", this::prune)
                .add("GET", "/networks/{id}", this::inspect)
                .add("DELETE", "/networks/{id}", this::remove)
                .add("POST", "/networks/{id}/connect", this::connect)
                .add("POST", "/networks/{id}/disconnect", this::connect);
    }

    private void list(Call call) throws IOException {
        List<Doc> docs =
                networks.list(call.filters()).stream()
                        .map(network -> NetworkDocs.inspect(network, false))
                        .toList();
        call.answer(200, docs);
    }

    private void inspect(Call call) throws IOException {
        call.answer(200, NetworkDocs.inspect(networks.inspect(call.path("id")), true));
    }

    private void remove(Call call) {
        NetworkView network = networks.inspect(call.path("id"));
        throw new SampanException(
                ErrorCode.DENIED,
                network.name() + " is a pre-defined network and cannot be removed");
    }

    private void create(Call call) throws IOException {
        var _ = call.body(JsonNode.class);
        throw Problem.unsupported(
                "creating networks is not supported yet: use bridge, host, none or container:ID");
    }

    private void connect(Call call) throws IOException {
        containers.inspect(call.body(JsonNode.class).path("Container").asString(""));
        NetworkView network = networks.inspect(call.path("id"));
        throw Problem.unsupported(
                "connecting containers to network "
                        + network.name()
                        + " after their creation is not supported yet");
    }

    /// There is never a network of the user's own to remove.
    private void prune(Call call) throws IOException {
        for (String name : call.filters().keySet()) {
            if (!PRUNE_FILTERS.contains(name)) {
                throw SampanException.invalid("invalid filter '" + name + "'");
            }
        }
        call.answer(200, Doc.of().put("NetworksDeleted", null));
    }
}
