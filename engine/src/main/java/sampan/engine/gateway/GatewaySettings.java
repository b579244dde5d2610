package sampan.engine.gateway;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the daemon is told of its gateway.
///
/// @param listeners HOST:PORT at which it listens, besides those of the file
/// @param file the gateway's own configuration: with it a gateway runs without any labelled
///   container
/// @param metrics HOST:PORT of /metrics and /ready
public record GatewaySettings(
        List<String> listeners, Optional<Path> file, Optional<String> metrics) {
    /// Where it listens unless told.
    public static final List<String> DEFAULT_LISTENERS = List.of("0.0.0.0:80");
}
