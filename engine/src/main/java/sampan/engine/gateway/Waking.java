package sampan.engine.gateway;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.engine.gateway.process.GatewayLink;

/// Starts stopped containers that requests wait for, one a service at a time.
final class Waking implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan.gateway");
    private static final long AGAIN_NANOS = 1_000_000_000L;

    private final Supplier<Discovered> discovered;
    private final Consumer<String> start;
    private final Runnable changed;
    private final Map<String, Long> tried = new ConcurrentHashMap<>();
    private volatile Optional<GatewayLink> hears = Optional.empty();

    /// @param changed called when the gateway's file has changed
    Waking(Supplier<Discovered> discovered, Consumer<String> start, Runnable changed) {
        this.changed = changed;
        this.discovered = discovered;
        this.start = start;
    }

    /// Hears until the gateway is gone, which fails.
    void hear(GatewayLink link) {
        hears = Optional.of(link);
        link.begin("wakes");
        while (true) {
            GatewayLink.Answer answer = link.next();
            String service = answer.json().path("wake").asString("");
            if (!service.isEmpty()) {
                wake(service);
            } else if (answer.json().has("wake")) {
                changed.run();
            }
        }
    }

    private void wake(String service) {
        List<Member> members = discovered.get().members().getOrDefault(service, List.of());
        if (members.stream().anyMatch(Member::ready)) {
            return;
        }
        long now = System.nanoTime();
        Long last = tried.get(service);
        if (last != null && now - last < AGAIN_NANOS || members.isEmpty()) {
            return;
        }
        tried.put(service, now);
        Member first = members.getFirst();
        Thread.ofVirtual()
                .name("gateway wake")
                .start(() -> {
                    try {
                        start.accept(first.container());
                    } catch (RuntimeException e) {
                        LOG.log(
                                Level.WARNING,
                                "gateway: service "
                                        + service
                                        + " waits for container "
                                        + first.name()
                                        + ": "
                                        + e.getMessage());
                    }
                });
    }

    @Override
    public void close() {
        hears.ifPresent(GatewayLink::close);
    }
}
