package sampan.gateway.routes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.linux.net.Memory;

/// The routes of one host: exact paths first, then expressions in their order, then the longest
/// prefix. Of one path, who asks for more goes first, then who stands first.
final class PathTable {
    /// Segments of a path that are looked at for prefixes; deeper ones match by these.
    static final int SEGMENTS_MAX = 64;

    private final ByteMap<Route[]> exact;
    private final ByteMap<Route[]> prefixes;
    private final Route[] expressions;
    private final BoundedPattern[] patterns;
    private final boolean deep;

    PathTable(List<Route> routes) {
        Map<String, List<Route>> exactly = new LinkedHashMap<>();
        Map<String, List<Route>> below = new LinkedHashMap<>();
        List<Route> byExpression = new ArrayList<>();
        List<BoundedPattern> compiled = new ArrayList<>();
        for (Route route : routes) {
            switch (route.match().path()) {
                case PathMatch.Exact(String path) ->
                        exactly.computeIfAbsent(path, _ -> new ArrayList<>()).add(route);
                case PathMatch.Prefix(String path) ->
                        below.computeIfAbsent(path, _ -> new ArrayList<>()).add(route);
                case PathMatch.Regex(BoundedPattern pattern) -> {
                    byExpression.add(route);
                    compiled.add(pattern);
                }
            }
        }
        exact = new ByteMap<>(exactly, PathTable::ordered);
        prefixes = new ByteMap<>(below, PathTable::ordered);
        expressions = byExpression.toArray(Route[]::new);
        patterns = compiled.toArray(BoundedPattern[]::new);
        deep = below.keySet().stream().anyMatch(prefix -> !prefix.isEmpty());
    }

    private static Route[] ordered(List<Route> routes) {
        return routes.stream()
                .sorted(Comparator.comparingInt((Route route) -> -route.exactness()))
                .toArray(Route[]::new);
    }

    @Nullable Route find(RequestView view, int[] hashes, int[] ends) {
        long from = view.pathAt();
        long to = view.pathEnd();
        if (!exact.isEmpty()) {
            Route found = first(exact.get(from, to), view);
            if (found != null) {
                return found;
            }
        }
        for (int i = 0; i < expressions.length; i++) {
            if (expressions[i].holds(view) && patterns[i].matches(from, to)) {
                return expressions[i];
            }
        }
        int count = deep ? segments(from, to, hashes, ends) : 0;
        for (int i = count - 1; i >= 0; i--) {
            Route found = first(prefixes.get(from, from + ends[i], hashes[i]), view);
            if (found != null) {
                return found;
            }
        }
        return first(prefixes.get(from, from, 0), view);
    }

    private static @Nullable Route first(Route @Nullable [] routes, RequestView view) {
        if (routes != null) {
            for (Route route : routes) {
                if (route.holds(view)) {
                    return route;
                }
            }
        }
        return null;
    }

    /// Where segments end, and the hash of all before.
    private static int segments(long from, long to, int[] hashes, int[] ends) {
        int count = 0;
        int h = 0;
        int length = (int) (to - from);
        for (int i = 0; i <= length && count < SEGMENTS_MAX; i++) {
            byte c = i < length ? Memory.get(from + i) : (byte) '/';
            if (c == '/' && i > 0) {
                hashes[count] = h;
                ends[count++] = i;
            }
            h = ByteMap.step(h, c);
        }
        return count;
    }
}
