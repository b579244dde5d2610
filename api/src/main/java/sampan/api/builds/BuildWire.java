package sampan.api.builds;

import java.util.List;
import sampan.http.Transport;

/// BuildKit's gRPC on connections that were taken out of HTTP. Thread-safe.
public interface BuildWire {
    /// Serves BuildKit's control services; returns when the connection ends.
    void control(Transport connection);

    /// Calls what the client offers on this connection whenever a build of its session asks for it;
    /// returns when the connection ends.
    ///
    /// @throws sampan.errors.SampanException where the session cannot be taken
    void session(Transport connection, Offer offer);

    /// What a client's session offers.
    ///
    /// @param id chosen by the client, known to its builds
    /// @param name for people
    /// @param methods `/package.Service/Method`
    record Offer(String id, String name, String sharedKey, List<String> methods) {
        public Offer {
            methods = List.copyOf(methods);
        }
    }

    /// Ends a build that was given this id; nothing happens where none runs.
    void cancel(String id);
}
