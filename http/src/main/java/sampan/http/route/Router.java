package sampan.http.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the handler of a request. Routes are tried in the order in which they were added; only
/// those whose method and first segment fit are looked at. Immutable once built, thread-safe.
///
/// @param <H> what a route leads to
public final class Router<H> {
    /// Most segments of a path.
    private static final int SEGMENTS_MAX = 64;

    private record Route<H>(List<String> segments, H handler) {}

    /// Where a request leads.
    ///
    /// @param parameters what the pattern's placeholders stand for, decoded
    public record Match<H>(H handler, Map<String, String> parameters) {}

    private final Map<String, List<Route<H>>> routes;

    private Router(Map<String, List<Route<H>>> routes) {
        this.routes = routes;
    }

    public static <H> Builder<H> builder() {
        return new Builder<>();
    }

    /// Collects routes.
    public static final class Builder<H> {
        private final Map<String, List<Route<H>>> routes = new HashMap<>();

        private Builder() {}

        /// @param pattern begins with a slash and a literal segment
        public Builder<H> add(String method, String pattern, H handler) {
            List<String> segments = List.of(pattern.substring(1).split("/", -1));
            routes.computeIfAbsent(key(method, segments.getFirst()), k -> new ArrayList<>())
                    .add(new Route<>(segments, handler));
            return this;
        }

        public Router<H> build() {
            return new Router<>(Map.copyOf(routes));
        }
    }

    /// @param path still percent-encoded, without a query
    public Optional<Match<H>> match(String method, String path) {
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        String[] segments = path.substring(1).split("/", SEGMENTS_MAX);
        for (int i = 0; i < segments.length; i++) {
            Optional<String> decoded = Percent.decode(segments[i], false);
            if (decoded.isEmpty()) {
                return Optional.empty();
            }
            segments[i] = decoded.get();
        }
        for (Route<H> route : routes.getOrDefault(key(method, segments[0]), List.of())) {
            Optional<Map<String, String>> parameters = fit(route.segments(), segments);
            if (parameters.isPresent()) {
                return Optional.of(new Match<>(route.handler(), parameters.get()));
            }
        }
        return Optional.empty();
    }

    private static String key(String method, String first) {
        return method + " " + first;
    }

    private static Optional<Map<String, String>> fit(List<String> pattern, String[] segments) {
        int surplus = segments.length - pattern.size();
        if (surplus < 0) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>(4);
        int at = 0;
        for (String part : pattern) {
            if (part.startsWith("{") && part.endsWith("...}")) {
                StringBuilder value = new StringBuilder(segments[at++]);
                for (; surplus > 0; surplus--) {
                    value.append('/').append(segments[at++]);
                }
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                parameters.put(part.substring(1, part.length() - 4), value.toString());
            } else if (part.startsWith("{")) {
                if (segments[at].isEmpty()) {
                    return Optional.empty();
                }
                parameters.put(part.substring(1, part.length() - 1), segments[at++]);
            } else if (!part.equals(segments[at++])) {
                return Optional.empty();
            }
        }
        return surplus == 0 ? Optional.of(parameters) : Optional.empty();
    }
}
