package sampan.api.builds;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /// What a client asks to be built that has a session and no connection for control.
    ///
    /// @param id chosen by the client
    /// @param session its session's
    /// @param attributes of BuildKit's Dockerfile frontend
    /// @param cacheFrom images
    record Asked(
            String id,
            String session,
            Map<String, String> attributes,
            List<Output> outputs,
            List<String> cacheFrom,
            Set<String> entitlements) {
        public Asked {
            attributes = Map.copyOf(attributes);
            outputs = List.copyOf(outputs);
            cacheFrom = List.copyOf(cacheFrom);
            entitlements = Set.copyOf(entitlements);
        }
    }

    /// Where a result goes.
    ///
    /// @param type as `--output` has it, or `moby` for an image of the engine
    record Output(String type, Map<String, String> attributes) {
        public Output {
            attributes = Map.copyOf(attributes);
        }
    }

    /// Hears how a build goes.
    interface Watching {
        /// @param status BuildKit's StatusResponse; called by one thread at a time, and not any
        ///   more when the build has returned
        void status(byte[] status) throws IOException;
    }

    /// Builds; ends early where [#cancel] is called.
    ///
    /// @return what BuildKit tells of the result, such as `containerimage.config.digest`
    /// @throws sampan.errors.SampanException as the build fails
    Map<String, String> build(Asked asked, Watching watching) throws InterruptedException;

    /// Ends a build that was given this id; nothing happens where none runs.
    void cancel(String id);
}
