package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the labels of one container say. For one thread.
final class Said {
    final Candidate of;

    /// Service settings by service name, in the words of the gateway's file.
    final Map<String, Map<String, Object>> services = new LinkedHashMap<>();

    /// Its port for each service.
    final Map<String, Integer> ports = new LinkedHashMap<>();

    final List<Ranked> routes = new ArrayList<>();
    final List<Problem> problems = new ArrayList<>();
    String network = "";
    int weight = 1;
    int drainMillis = Translation.DRAIN_MILLIS;
    int sleepMillis;

    /// @param rank who has more is tried first
    record Ranked(int rank, Map<String, Object> route) {
        String name() {
            return String.valueOf(route.get("name"));
        }
    }

    Said(Candidate of) {
        this.of = of;
    }

    Map<String, Object> service(String name) {
        return services.computeIfAbsent(name, _ -> new LinkedHashMap<>());
    }

    void error(String kind, String name, String message) {
        problems.add(Problem.error(kind, name, message + " (container " + of.name() + ")"));
    }

    void warning(String kind, String name, String message) {
        problems.add(Problem.warning(kind, name, message + " (container " + of.name() + ")"));
    }
}
