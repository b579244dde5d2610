package sampan.engine.events;

import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.engine.filters.Filters;

/// Which events a subscriber wants: Docker's filters of GET /events.
public final class EventFilter {
    private static final Set<String> KNOWN =
            Set.of(
                    "config",
                    "container",
                    "daemon",
                    "event",
                    "image",
                    "label",
                    "network",
                    "node",
                    "plugin",
                    "scope",
                    "secret",
                    "service",
                    "type",
                    "volume");

    /// The objects that a filter of the same name picks by id or name.
    private static final List<String> OBJECTS =
            List.of(
                    "container",
                    "daemon",
                    "network",
                    "plugin",
                    "volume",
                    "service",
                    "node",
                    "secret",
                    "config");

    private final Filters filters;

    private EventFilter(Filters filters) {
        this.filters = filters;
    }

    /// INVALID for a filter that no engine knows.
    public static EventFilter of(Map<String, List<String>> filters) {
        return new EventFilter(Filters.of(filters, KNOWN));
    }

    public boolean accepts(Event event) {
        return action(event)
                && filters.exact("type", event.type())
                && filters.exact("scope", "local")
                && OBJECTS.stream().allMatch(kind -> object(kind, event))
                && image(event)
                && filters.labels("label", event.attributes());
    }

    // `exec_create: sh -c x` and `health_status: healthy` are asked for by what stands before the
    // colon, or in full.
    private boolean action(Event event) {
        int colon = event.action().indexOf(':');
        return filters.exact("event", event.action())
                || (colon > 0 && filters.exact("event", event.action().substring(0, colon)));
    }

    private boolean object(String kind, Event event) {
        if (!filters.has(kind)) {
            return true;
        }
        return filters.prefix(kind, event.actor())
                || filters.prefix(kind, event.attributes().getOrDefault("name", ""));
    }

    private boolean image(Event event) {
        if (!filters.has("image")) {
            return true;
        }
        String key = event.type().equals("image") ? "name" : "image";
        String name = event.attributes().getOrDefault(key, "");
        int colon = name.lastIndexOf(':');
        String bare = colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
        return filters.exact("image", event.actor())
                || filters.exact("image", name)
                || filters.exact("image", bare);
    }
}
