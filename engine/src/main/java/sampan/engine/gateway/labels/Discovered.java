package sampan.engine.gateway.labels;

import java.util.List;
import java.util.Map;

/// What containers say: documents as the gateway reads them, and what belongs to them.
///
/// @param services by name, without targets
/// @param members by service, those that run and those that do not
/// @param routes in the order in which they are tried
public record Discovered(
        Map<String, Map<String, Object>> services,
        Map<String, List<Member>> members,
        List<Map<String, Object>> routes,
        List<Problem> problems) {
    public static final Discovered NOTHING =
            new Discovered(Map.of(), Map.of(), List.of(), List.of());

    /// A container of a service.
    ///
    /// @param address HOST:PORT, empty while it has none
    /// @param drainMillis how long requests under way may take to end when it is stopped
    /// @param sleepMillis after how long without a request it is stopped, 0 for never
    public record Member(
            String container,
            String name,
            String address,
            int weight,
            int drainMillis,
            int sleepMillis,
            boolean ready) {}
}
