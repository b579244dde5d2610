package sampan.gateway.routes;

import java.util.Optional;

/// How a service chooses among its targets.
///
/// @param hashBy what [Balance#CONSISTENT_HASH] goes by
/// @param sticky brings a client back to the target that it had
/// @param slowStartNanos over which the share of a target that has joined grows to the whole, 0 for
///   the whole at once
public record Balancing(
        Balance balance, Attribute hashBy, Optional<StickyCookie> sticky, long slowStartNanos) {
    /// Round robin, and nothing more.
    public static final Balancing PLAIN = of(Balance.ROUND_ROBIN);

    public static Balancing of(Balance balance) {
        return new Balancing(balance, Attribute.ADDRESS, Optional.empty(), 0);
    }
}
