package sampan.engine.gateway;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.gateway.labels.Problem;
import sampan.engine.gateway.process.GatewayProgram;

/// What is told of the gateway, as events and in the log. Thread-safe.
final class News {
    private static final System.Logger LOG = System.getLogger("sampan.gateway");

    private final EventLog events;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    News(EventLog events) {
        this.events = events;
    }

    void publish(String action, Map<String, String> attributes) {
        events.publish(
                new Event("gateway", action, GatewayProgram.USER, attributes, Instant.now()));
    }

    /// Each thing that is wrong is told once, until it is mended.
    ///
    /// @param all that is wrong now
    void report(List<Problem> all) {
        Set<String> current = new HashSet<>();
        for (Problem problem : all) {
            String words = problem.kind() + " " + problem.name() + ": " + problem.message();
            current.add(words);
            if (reported.add(words)) {
                LOG.log(Level.WARNING, "gateway: " + words);
                Map<String, String> attributes = new LinkedHashMap<>();
                attributes.put("severity", problem.severity());
                attributes.put(problem.kind(), problem.name());
                attributes.put("message", problem.message());
                publish("problem", attributes);
            }
        }
        reported.retainAll(current);
    }
}
