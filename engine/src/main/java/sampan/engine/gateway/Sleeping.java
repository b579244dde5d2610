package sampan.engine.gateway;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.engine.gateway.process.GatewayLink;
import tools.jackson.databind.JsonNode;

/// Stops containers that no request has come to for as long as their labels say. It looks at the
/// gateway's counts, ten times within the shortest of those times, and only while there are any. A
/// new daemon and a new gateway count from their own beginning.
final class Sleeping implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan.gateway");
    private static final int LOOKS = 10;
    private static final int LOOK_MILLIS_MAX = 10_000;
    private static final long NANOS = 1_000_000;

    private final Supplier<Discovered> discovered;
    private final Path socket;
    private final Consumer<String> stop;
    private final Map<String, Use> uses = new HashMap<>();
    private boolean looking;
    private boolean closed;

    /// @param requests that a container has had
    /// @param since when it had that many and none under way, by the monotonic clock
    private record Use(long requests, long since) {}

    /// @param socket the gateway's
    /// @param stop stops a container of that id; may take as long as its requests do
    Sleeping(Supplier<Discovered> discovered, Path socket, Consumer<String> stop) {
        this.discovered = discovered;
        this.socket = socket;
        this.stop = stop;
    }

    /// Looks from now on, where one of these may sleep.
    synchronized void follow(Discovered now) {
        if (!looking && !closed && pauseMillis(now) > 0) {
            looking = true;
            Thread.ofPlatform().daemon().name("gateway sleep").start(this::look);
        }
    }

    private void look() {
        try {
            for (int pause = next(); pause > 0; pause = next()) {
                Thread.sleep(pause);
                List<String> idle;
                try {
                    idle = idle(discovered.get(), services(), System.nanoTime());
                } catch (RuntimeException e) {
                    LOG.log(Level.DEBUG, "gateway: nobody is put to sleep: " + e.getMessage());
                    continue;
                }
                idle.forEach(this::stop);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Milliseconds until the next look; 0 where there is none.
    private synchronized int next() {
        int pause = closed ? 0 : pauseMillis(discovered.get());
        looking = pause > 0;
        return pause;
    }

    private static int pauseMillis(Discovered now) {
        return now.members().values().stream()
                .flatMap(List::stream)
                .mapToInt(Member::sleepMillis)
                .filter(millis -> millis > 0)
                .map(millis -> Math.min(LOOK_MILLIS_MAX, millis / LOOKS))
                .min()
                .orElse(0);
    }

    private JsonNode services() {
        GatewayLink link = GatewayLink.open(socket);
        try {
            return link.order("show services").path("services");
        } finally {
            link.release();
        }
    }

    private void stop(String container) {
        Thread.ofVirtual()
                .name("gateway sleep")
                .start(() -> {
                    try {
                        stop.accept(container);
                        LOG.log(Level.INFO, "gateway: container " + container + " sleeps");
                    } catch (RuntimeException e) {
                        LOG.log(
                                Level.WARNING,
                                "gateway: container "
                                        + container
                                        + " does not sleep: "
                                        + e.getMessage());
                    }
                });
    }

    /// Ids of the containers that have been without requests for long enough; each is told once.
    ///
    /// @param services as the gateway shows them
    List<String> idle(Discovered now, JsonNode services, long nanos) {
        Map<String, Member> sleepers = new HashMap<>();
        Map<String, Long> requests = new HashMap<>();
        Set<String> busy = new HashSet<>();
        now.members()
                .forEach((service, members) -> {
                    for (Member member : members) {
                        if (member.ready() && member.sleepMillis() > 0) {
                            JsonNode target = target(services, service, member.address());
                            String id = member.container();
                            sleepers.put(id, member);
                            requests.merge(id, target.path("requests").asLong(0), Long::sum);
                            if (target.path("active").asInt(0) > 0) {
                                busy.add(id);
                            }
                        }
                    }
                });
        uses.keySet().retainAll(sleepers.keySet());
        List<String> idle = new ArrayList<>();
        sleepers.forEach((id, member) -> {
            Use use = uses.get(id);
            if (use == null
                    || busy.contains(id)
                    || use.requests() != requests.getOrDefault(id, 0L)) {
                uses.put(id, new Use(requests.getOrDefault(id, 0L), nanos));
            } else if (nanos - use.since() >= member.sleepMillis() * NANOS) {
                uses.put(id, new Use(use.requests(), nanos));
                idle.add(id);
            }
        });
        return idle;
    }

    private static JsonNode target(JsonNode services, String service, String address) {
        for (JsonNode of : services) {
            if (of.path("name").asString("").equals(service)) {
                for (JsonNode target : of.path("targets")) {
                    if (target.path("address").asString("").equals(address)) {
                        return target;
                    }
                }
            }
        }
        return services.path("none");
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
