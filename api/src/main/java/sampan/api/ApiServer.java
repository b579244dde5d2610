package sampan.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import sampan.api.builds.BuildWire;
import sampan.api.call.ApiVersion;
import sampan.api.call.Problem;
import sampan.api.system.Product;
import sampan.engine.services.Engine;
import sampan.http.HttpServer;
import sampan.http.Limits;

/// The Docker Engine API on a unix socket. Thread-safe.
///
/// Life cycle: [#open] listens and answers `_ping` and `version` at once; everything else waits for
/// the engine. [#close] stops listening, lets running requests end within a grace, and removes the
/// socket.
public final class ApiServer implements AutoCloseable {
    private final ApiSocket socket;
    private final HttpServer server;

    /// Where and for whom it listens.
    ///
    /// @param groups names of groups of which the first that exists may use the socket
    public record Settings(Path socket, List<String> groups, Product product, Limits limits) {
        public Settings {
            groups = List.copyOf(groups);
        }

        /// For the groups `sampan` and `docker`, with the limits of a local socket.
        public static Settings of(Path socket, Product product) {
            return new Settings(socket, List.of("sampan", "docker"), product, Limits.local());
        }
    }

    private ApiServer(ApiSocket socket, HttpServer server) {
        this.socket = socket;
        this.server = server;
    }

    /// @param engine gives the engine, blocking until it is ready; what it throws is answered 500
    /// @param buildWire makes what serves BuildKit's clients, when the first of them comes
    /// @throws sampan.errors.SampanException CONFLICT where another daemon serves the socket
    public static ApiServer open(
            Settings settings, Supplier<Engine> engine, Function<Engine, BuildWire> buildWire) {
        ApiSocket socket = ApiSocket.bind(settings.socket(), settings.groups());
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Api-Version", ApiVersion.NEWEST.toString());
        fields.put("Docker-Experimental", "false");
        fields.put("Ostype", "linux");
        fields.put("Server", Product.NAME + "/" + settings.product().version() + " (linux)");
        HttpServer server =
                new HttpServer(
                        socket.channel(),
                        new HttpServer.Settings(
                                settings.limits(),
                                fields,
                                Problem.refusal(),
                                new Dispatcher(engine, settings.product(), buildWire)));
        server.start();
        return new ApiServer(socket, server);
    }

    /// Connections at present.
    public int connections() {
        return server.connections();
    }

    /// Stops, waiting for running requests up to `grace`; then cuts them.
    public void close(Duration grace) {
        server.close(grace);
        socket.close();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
