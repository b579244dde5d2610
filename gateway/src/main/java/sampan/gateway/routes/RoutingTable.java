package sampan.gateway.routes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// All routes. A request's host is looked for as it is, then below ever shorter wildcards, then
/// among the routes without a host; where one of these has no route for it, the next is asked.
public final class RoutingTable {
    /// Room that a search needs; one per loop.
    public static final class Room {
        private static final int HOST_BYTES_MAX = 256;

        private final int[] hashes = new int[PathTable.SEGMENTS_MAX];
        private final int[] ends = new int[PathTable.SEGMENTS_MAX];
        private final long host = Memory.allocate(HOST_BYTES_MAX);
    }

    private final List<Route> routes;
    private final ByteMap<PathTable> hosts;
    private final ByteMap<PathTable> wildcards;
    private final PathTable others;
    private final Map<String, Service> services;

    public RoutingTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Map<String, List<Route>> exact = new LinkedHashMap<>();
        Map<String, List<Route>> below = new LinkedHashMap<>();
        List<Route> any = new ArrayList<>();
        for (Route route : routes) {
            if (route.match().hosts().isEmpty()) {
                any.add(route);
            }
            for (String host : route.match().hosts()) {
                if (host.startsWith("*.")) {
                    below.computeIfAbsent(host.substring(1), _ -> new ArrayList<>()).add(route);
                } else {
                    exact.computeIfAbsent(host, _ -> new ArrayList<>()).add(route);
                }
            }
        }
        hosts = new ByteMap<>(exact, PathTable::new);
        wildcards = new ByteMap<>(below, PathTable::new);
        others = new PathTable(any);
        services = services(this.routes);
    }

    /// In the order of the configuration.
    public List<Route> routes() {
        return routes;
    }

    /// All services that a route names, by name.
    public Map<String, Service> services() {
        return services;
    }

    /// The service of that name, null where no route names one.
    public @Nullable Service service(String name) {
        return services.get(name);
    }

    private static Map<String, Service> services(List<Route> routes) {
        Map<String, Service> services = new HashMap<>();
        for (Route route : routes) {
            if (route.action() instanceof Route.Forward forward) {
                forward.services().forEach(w -> services.put(w.service().name(), w.service()));
                forward.mirror().ifPresent(m -> services.put(m.service().name(), m.service()));
            }
        }
        return Map.copyOf(services);
    }

    public @Nullable Route find(RequestView view, Room room) {
        if (!hosts.isEmpty() || !wildcards.isEmpty()) {
            RequestHead head = view.head();
            int length = lowerHost(head.authorityAt(), head.hostEnd(), room.host);
            Route found = byHost(view, room, length);
            if (found != null) {
                return found;
            }
        }
        return others.find(view, room.hashes, room.ends);
    }

    private @Nullable Route byHost(RequestView view, Room room, int length) {
        long host = room.host;
        PathTable table = hosts.get(host, host + length);
        Route found = table == null ? null : table.find(view, room.hashes, room.ends);
        for (int i = 1; found == null && !wildcards.isEmpty() && i < length; i++) {
            if (Memory.get(host + i) == '.') {
                table = wildcards.get(host + i, host + length);
                found = table == null ? null : table.find(view, room.hashes, room.ends);
            }
        }
        return found;
    }

    /// Names are compared in lower case and without the dot that may end them.
    private static int lowerHost(long from, long to, long into) {
        int length = (int) Math.min(to - from, Room.HOST_BYTES_MAX);
        for (int i = 0; i < length; i++) {
            Memory.put(into + i, Octets.lower(Memory.get(from + i)));
        }
        return length > 1 && Memory.get(into + length - 1) == '.' ? length - 1 : length;
    }
}
