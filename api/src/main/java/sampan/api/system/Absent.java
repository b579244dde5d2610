package sampan.api.system;

import java.io.IOException;
import java.util.List;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Route;
import sampan.api.call.Routes;
import sampan.errors.SampanException;

/// Parts of Docker's API with nothing behind them: each answers what clients can act on.
public final class Absent {
    private static final String NO_MANAGER =
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
                    + " connect this node to swarm and try again.";
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE");
    private static final List<String> SWARM =
            List.of("swarm", "nodes", "services", "tasks", "secrets", "configs");

    private Absent() {}

    public static void register(Routes routes) {
        routes.add("POST", "/swarm/leave", Absent::noMember);
        for (String method : METHODS) {
            for (String concept : SWARM) {
                routes.add(method, "/" + concept, Absent::noManager)
                        .add(method, "/" + concept + "/{rest...}", Absent::noManager);
            }
        }
        plugins(routes);
    }

    private static void plugins(Routes routes) {
        routes.add("GET", "/plugins", call -> call.answer(200, List.of()))
                .add("GET", "/plugins/{name...}/json", Absent::noPlugin)
                .add("DELETE", "/plugins/{name...}", Absent::noPlugin)
                .add("GET", "/plugins/privileges", later("installing plugins"))
                .add("POST", "/plugins/pull", later("installing plugins"))
                .add("POST", "/plugins/create", later("installing plugins"))
                .add("POST", "/plugins/{name...}/{action}", Absent::noPlugin);
    }

    private static void noMember(Call call) {
        throw Problem.unavailable("This node is not part of a swarm");
    }

    private static void noManager(Call call) {
        throw Problem.unavailable(NO_MANAGER);
    }

    private static void noPlugin(Call call) throws IOException {
        throw SampanException.notFound("plugin \"" + call.path("name") + "\" not found");
    }

    private static Route later(String what) {
        return call -> {
            throw Problem.unsupported(what + " is not supported yet");
        };
    }
}
