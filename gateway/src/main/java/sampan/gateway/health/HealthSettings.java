package sampan.gateway.health;

import java.util.Optional;
import java.util.OptionalInt;

/// How targets of a service are checked.
///
/// @param path is asked for by GET and must answer 200 to 399; none: a connection is enough
/// @param port another than the one that gets the requests
/// @param healthy successes in a row after which a target is ready
/// @param unhealthy failures in a row after which it is not
/// @param once no more checks once it has been ready
public record HealthSettings(
        Optional<String> path,
        OptionalInt port,
        long intervalNanos,
        long timeoutNanos,
        int healthy,
        int unhealthy,
        boolean once) {}
