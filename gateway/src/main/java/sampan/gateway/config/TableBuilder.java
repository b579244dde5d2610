package sampan.gateway.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import sampan.gateway.config.GatewayConfig.ForwardDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.gateway.config.GatewayConfig.ServiceDefinition;
import sampan.gateway.health.HealthChecks;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Concurrency;
import sampan.gateway.limits.Guards;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Dialing;
import sampan.gateway.routes.FieldTemplates;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Mirror;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.linux.tls.TlsClient;

/// Makes routing tables of definitions, one after the other. What has the same name in the next
/// table keeps its state: targets their connections and health, services their breaker, routes
/// their counters and buckets. Not thread-safe; resolving names blocks.
public final class TableBuilder implements AutoCloseable {
    /// A table and what it no longer names.
    ///
    /// @param checked targets whose health is asked for
    /// @param unchecked the others
    public record Built(
            RoutingTable table,
            Set<Target> gone,
            Map<Target, HealthChecks.Subject> checked,
            Set<Target> unchecked) {}

    private final int loops;
    private final Map<GatewayConfig.DialingDefinition, Dialing> dialings = new HashMap<>();
    private Map<String, Target> targets = new HashMap<>();
    private Map<String, Service.State> states = new HashMap<>();
    private Map<String, RouteStats> stats = new HashMap<>();
    private final Map<String, Mirror.Counts> mirrored = new HashMap<>();
    private final LimitBuilder limits = new LimitBuilder();
    private Map<Target, HealthChecks.Subject> subjects = new HashMap<>();
    private final TargetNames names;
    private final SecurityBuilder security;
    private SecurityDefinition secured = SecurityDefinition.NONE;
    private List<RouteDefinition> open = List.of();

    public TableBuilder(int loops) {
        this(loops, new TargetNames());
    }

    TableBuilder(int loops, TargetNames names) {
        this.loops = loops;
        this.names = names;
        security = new SecurityBuilder(loops);
    }

    /// What the names of targets mean.
    public TargetNames names() {
        return names;
    }

    /// Counters of the consumers that the configuration names.
    public List<RouteStats> consumers() {
        return security.stats();
    }

    /// Routes of the gateway's own that nobody needs an identity for, in front of those of what is
    /// built from now on.
    public void open(List<RouteDefinition> routes) {
        open = List.copyOf(routes);
    }

    /// Where it fails, what was built before stays as it is.
    public Built build(GatewayConfig config) {
        subjects = new HashMap<>();
        Map<String, Target> nextTargets = new LinkedHashMap<>();
        Map<String, Service.State> nextStates = new HashMap<>();
        Map<String, RouteStats> nextStats = new HashMap<>();
        limits.begin(config);
        Map<String, Service> services = new HashMap<>();
        for (ServiceDefinition definition : config.services()) {
            services.put(definition.name(), service(definition, nextTargets, nextStates));
        }
        security.take(config.security());
        secured = config.security();
        List<Route> routes = new ArrayList<>();
        for (RouteDefinition definition : open) {
            routes.add(route(definition, services, nextStats));
        }
        for (RouteDefinition definition : config.routes()) {
            routes.add(route(definition, services, nextStats));
        }
        RoutingTable table = new RoutingTable(routes);
        Set<Target> gone = new LinkedHashSet<>(targets.values());
        gone.removeAll(nextTargets.values());
        nextTargets.values().forEach(target -> target.retire(false));
        names.keep(hosts(config));
        targets = nextTargets;
        states = nextStates;
        stats = nextStats;
        limits.end();
        Map<Target, HealthChecks.Subject> checked = subjects;
        subjects = new HashMap<>();
        mirrored.keySet().retainAll(nextStats.keySet());
        security.retain(nextStats.keySet());
        Set<Target> unchecked = new LinkedHashSet<>(nextTargets.values());
        unchecked.removeAll(checked.keySet());
        return new Built(table, gone, checked, unchecked);
    }

    private static Set<String> hosts(GatewayConfig config) {
        return config.services().stream()
                .flatMap(service -> service.targets().stream())
                .map(target -> target.address().host())
                .collect(Collectors.toSet());
    }

    private void check(Target target, HealthChecks.Subject subject, boolean made) {
        subjects.put(target, subject);
        if (made) {
            target.ready(false);
        }
    }

    private Service service(
            ServiceDefinition definition,
            Map<String, Target> nextTargets,
            Map<String, Service.State> nextStates) {
        List<Service.Share> shares = new ArrayList<>();
        for (GatewayConfig.TargetDefinition target : definition.targets()) {
            for (InetAddress host : names.addresses(target.address().host())) {
                Target made = target(definition, host, target.address().port(), nextTargets);
                shares.add(new Service.Share(made, target.weight()));
            }
        }
        Service.State state = state(definition);
        nextStates.put(definition.name(), state);
        return new Service(
                definition.name(), definition.settings(), state, definition.balancing(), shares);
    }

    private Target target(
            ServiceDefinition service, InetAddress host, int port, Map<String, Target> next) {
        String key =
                service.name() + " " + host.getHostAddress() + " " + port + " " + service.dialing();
        Target known = targets.get(key);
        Target made =
                next.computeIfAbsent(
                        key,
                        _ ->
                                known != null
                                        ? known
                                        : new Target(
                                                host, port, loops, dialing(service.dialing())));
        service.health()
                .ifPresent(health ->
                        check(made, new HealthChecks.Subject(host, port, health), known == null));
        return made;
    }

    /// The same definition has the same trust for as long as the gateway runs.
    private Dialing dialing(GatewayConfig.DialingDefinition definition) {
        return dialings.computeIfAbsent(
                definition,
                d -> new Dialing(d.protocol(), d.tls().map(TlsClient::new), d.proxyHeader()));
    }

    private Service.State state(ServiceDefinition definition) {
        Service.State known = states.get(definition.name());
        Optional<Breaker> breaker =
                definition
                        .breaker()
                        .map(settings -> {
                            Optional<Breaker> old =
                                    known == null ? Optional.empty() : known.breaker();
                            old.ifPresent(b -> b.configure(settings));
                            return old.orElseGet(() -> new Breaker(settings));
                        });
        Guards guards =
                Guards.of(
                        definition.settings().resilience(),
                        known == null ? Guards.NONE : known.guards());
        return known == null
                ? new Service.State(new AtomicInteger(), new Concurrency(), breaker, guards)
                : new Service.State(known.turn(), known.concurrency(), breaker, guards);
    }

    private Route route(
            RouteDefinition definition,
            Map<String, Service> services,
            Map<String, RouteStats> nextStats) {
        RouteStats counters =
                nextStats.computeIfAbsent(
                        definition.name(),
                        name -> {
                            RouteStats known = stats.get(name);
                            return known != null ? known : new RouteStats(name, loops);
                        });
        List<Filter> filters = new ArrayList<>();
        definition.edits().cors().ifPresent(filters::add);
        definition.edits().rewrite().ifPresent(filters::add);
        limits.shedding(definition).ifPresent(filters::add);
        filters.addAll(definition.own());
        // What a client does without an identity is counted before it is asked for one.
        List<Filter> after = new ArrayList<>();
        for (GatewayConfig.LimitDefinition limit : definition.limits()) {
            int index = filters.size() + after.size();
            (limit.by().isOfConnection() ? filters : after)
                    .add(limits.filter(definition.name(), index, limit));
        }
        if (!open.contains(definition)) {
            definition
                    .basic()
                    .map(basic -> security.filter(secured, definition.name(), basic))
                    .or(() ->
                            security.filter(secured, definition.name(), definition.authenticate()))
                    .ifPresent(filters::add);
        }
        filters.addAll(after);
        filters.addAll(limits.bulkheads(definition));
        FieldTemplates.of(definition.edits().request(), definition.edits().response())
                .ifPresent(filters::add);
        return new Route(
                counters,
                definition.match(),
                action(definition, services),
                definition.edits(),
                definition.bounds(),
                filters);
    }

    /// Lets go of what tables share with other gateways.
    @Override
    public void close() {
        names.close();
        limits.close();
    }

    private Route.Action action(RouteDefinition definition, Map<String, Service> services) {
        return switch (definition.action()) {
            case GatewayConfig.FixedDefinition fixed -> fixed.action();
            case ForwardDefinition forward -> {
                List<Route.Weighted> shares = new ArrayList<>();
                for (GatewayConfig.ShareDefinition share : forward.shares()) {
                    Service service =
                            java.util.Objects.requireNonNull(services.get(share.service()));
                    shares.add(new Route.Weighted(service, share.weight()));
                }
                yield new Route.Forward(
                        shares, forward.mirror().map(m -> mirror(definition.name(), m, services)));
            }
        };
    }

    private Mirror mirror(
            String route, GatewayConfig.MirrorDefinition mirror, Map<String, Service> services) {
        return new Mirror(
                java.util.Objects.requireNonNull(services.get(mirror.service())),
                mirror.percent(),
                mirror.bodyBytesMax(),
                mirror.shadowHost(),
                Mirror.mark(route),
                mirrored.computeIfAbsent(route, _ -> new Mirror.Counts()));
    }
}
