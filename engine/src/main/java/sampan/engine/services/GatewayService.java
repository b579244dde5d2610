package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Problem;
import tools.jackson.databind.JsonNode;

/// The gateway in front of services. UNAVAILABLE where none runs.
public interface GatewayService {
    /// Has a new process take its place, of the program as it is now; no request fails.
    void replace();

    /// What it has: `routes`, `services` or `metrics`.
    JsonNode show(String what);

    /// What would become of a request.
    ///
    /// @param fields `NAME: VALUE`
    JsonNode test(String method, String url, List<String> fields);

    /// The access log from now on.
    Lines tail();

    /// Lines that come; closed by any thread.
    interface Lines extends AutoCloseable {
        /// The next, empty at the end.
        Optional<JsonNode> next();

        @Override
        void close();
    }

    /// Services and routes as containers' labels say.
    Discovered discovered();

    /// What is wrong with labels, listeners and the file.
    List<Problem> problems();
}
