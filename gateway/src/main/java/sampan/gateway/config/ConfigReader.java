package sampan.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.ServiceDefinition;
import sampan.gateway.config.GatewayConfig.TargetDefinition;
import sampan.gateway.health.HealthSettings;
import sampan.gateway.limits.Breaker;
import sampan.gateway.proxy.ProxyLimits;
import sampan.gateway.routes.Balancing;
import sampan.gateway.routes.Service;
import sampan.linux.net.InternetAddress;

/// Reads a configuration file. A failure names file, line, field, value and remedy.
public final class ConfigReader {
    /// Most services, and most routes.
    public static final int ENTRIES_MAX = 100_000;

    private static final int LOOPS_MAX = 256;
    private static final int WEIGHT_MAX = 100;
    private static final int COUNT_MAX = 1_000_000;
    private static final long SECOND = 1_000_000_000L;
    private static final long SHEDDING_NANOS = SECOND / 50;

    private ConfigReader() {}

    /// @param file its name, for messages
    public static GatewayConfig read(String file, String text) {
        YamlSection root = YamlSection.parse(file, text);
        GatewayConfig config = parse(root);
        if (config.listeners().isEmpty()) {
            throw root.wrong("listeners", "none is named: write for instance 0.0.0.0:8080");
        }
        references(root, config);
        LimitBuilder.unsharable(config)
                .ifPresent(route -> {
                    throw root.wrong("redis", LimitBuilder.why(route));
                });
        return config;
    }

    /// The same for a gateway that is fed: where it listens and which services there are may be
    /// told by others.
    public static GatewayConfig readFed(String file, String text) {
        YamlSection root = YamlSection.parse(file, text);
        GatewayConfig config = parse(root);
        methods(root, config);
        return config;
    }

    private static GatewayConfig parse(YamlSection root) {
        Optional<AcmeDefinition> acme = AcmeReader.read(root);
        List<GatewayConfig.ListenerDefinition> listeners = ListenerReader.read(root, acme);
        int loops = root.number("loops", 0, 1, LOOPS_MAX);
        GatewayConfig config =
                new GatewayConfig(
                        listeners,
                        root.read("admin", InternetAddress::parse),
                        loops == 0 ? Optional.empty() : Optional.of(loops),
                        root.text("accessLog"),
                        limits(root),
                        services(root),
                        RouteReader.read(root),
                        SecurityReader.read(root),
                        TraceReader.read(root),
                        RedisReader.read(root),
                        acme,
                        shedding(root));
        root.end();
        return config;
    }

    private static Optional<Long> shedding(YamlSection root) {
        return root.sectionOr("shedding", "lateness")
                .map(section -> {
                    long lateness = section.nanos("lateness", SHEDDING_NANOS);
                    section.end();
                    return lateness;
                });
    }

    private static void methods(YamlSection root, GatewayConfig config) {
        Set<String> methods = config.security().authentication().methods().keySet();
        for (GatewayConfig.RouteDefinition route : config.routes()) {
            route.authenticate()
                    .ifPresent(named -> SecurityReader.known(root, "routes", named, methods));
        }
    }

    private static void rules(YamlSection root, GatewayConfig config) {
        Set<String> names = new TreeSet<>();
        config.routes().forEach(route -> names.add(route.name()));
        SecurityBuilder.unknownRoute(config.security(), names)
                .ifPresent(route -> {
                    throw root.wrong(
                            "authorization",
                            "a rule names route \"" + route + "\": there is none of that name");
                });
    }

    private static ProxyLimits limits(YamlSection root) {
        ProxyLimits defaults = ProxyLimits.defaults();
        ProxyLimits.Forwarded forwarded =
                root.read("forwarded", ConfigReader::forwarded).orElse(defaults.forwarded());
        Optional<String> via = root.read("via", Values::fieldName);
        Optional<YamlSection> found = root.section("limits");
        YamlSection limits = found.orElse(root);
        if (found.isEmpty()) {
            return with(defaults, forwarded, via);
        }
        ProxyLimits read =
                new ProxyLimits(
                        limits.number(
                                "headBytes",
                                defaults.headBytesMax(),
                                1024,
                                ProxyLimits.HEAD_BYTES_LIMIT),
                        limits.nanos("headTimeout", defaults.headNanos()),
                        limits.nanos("idleTimeout", defaults.idleNanos()),
                        limits.nanos("stallTimeout", defaults.stallNanos()),
                        limits.number(
                                "bytesPerSecondMin", defaults.bytesPerSecondMin(), 0, COUNT_MAX),
                        limits.nanos("tunnelIdleTimeout", defaults.tunnelIdleNanos()),
                        limits.number("connections", defaults.connectionsMax(), 1, COUNT_MAX),
                        limits.number("idleUpstreams", defaults.idleUpstreamsMax(), 0, COUNT_MAX),
                        limits.nanos("idleUpstreamTimeout", defaults.upstreamIdleNanos()),
                        limits.read("buffers", Values::bytes).orElse(defaults.bufferBytesMax()),
                        forwarded,
                        via);
        limits.end();
        return read;
    }

    private static ProxyLimits with(
            ProxyLimits l, ProxyLimits.Forwarded forwarded, Optional<String> via) {
        return new ProxyLimits(
                l.headBytesMax(),
                l.headNanos(),
                l.idleNanos(),
                l.stallNanos(),
                l.bytesPerSecondMin(),
                l.tunnelIdleNanos(),
                l.connectionsMax(),
                l.idleUpstreamsMax(),
                l.upstreamIdleNanos(),
                l.bufferBytesMax(),
                forwarded,
                via);
    }

    private static ProxyLimits.Forwarded forwarded(String field, String text) {
        return switch (text) {
            case "replace" -> ProxyLimits.Forwarded.REPLACE;
            case "append" -> ProxyLimits.Forwarded.APPEND;
            case "off" -> ProxyLimits.Forwarded.OFF;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write replace, append or off");
        };
    }

    private static List<ServiceDefinition> services(YamlSection root) {
        List<ServiceDefinition> services = new ArrayList<>();
        for (Map.Entry<String, YamlSection> entry : root.sections("services").entrySet()) {
            services.add(service(entry.getKey(), entry.getValue()));
        }
        if (services.size() > ENTRIES_MAX) {
            throw root.wrong("services", "over " + ENTRIES_MAX + ": use fewer");
        }
        return services;
    }

    /// What stands below a service's name.
    static ServiceDefinition service(String name, YamlSection section) {
        List<TargetDefinition> targets = targets(section);
        Balancing balancing = BalancingReader.read(name, section);
        Service.Settings settings =
                new Service.Settings(
                        section.nanos("connectTimeout", 2 * SECOND),
                        section.nanos("responseTimeout", 60 * SECOND),
                        section.number("retries", 2, 0, 10),
                        section.number("requestsMax", COUNT_MAX, 1, COUNT_MAX),
                        BalancingReader.outlier(section),
                        section.nanos("wake", 0),
                        ResilienceReader.read(section));
        Optional<Breaker.Settings> breaker =
                section.section("breaker").map(ResilienceReader::breaker);
        Optional<HealthSettings> health = HealthReader.read(section);
        GatewayConfig.DialingDefinition dialing = DialingReader.read(section);
        section.end();
        return new ServiceDefinition(name, targets, balancing, settings, breaker, health, dialing);
    }

    static List<TargetDefinition> targets(YamlSection section) {
        List<TargetDefinition> targets = new ArrayList<>();
        for (YamlSection target : section.list("targets", "address")) {
            InternetAddress address =
                    target.read("address", InternetAddress::parse)
                            .orElseThrow(() -> target.wrong("address", "write HOST:PORT"));
            targets.add(new TargetDefinition(address, target.number("weight", 1, 1, WEIGHT_MAX)));
            target.end();
        }
        return targets;
    }

    private static void references(YamlSection root, GatewayConfig config) {
        methods(root, config);
        rules(root, config);
        Set<String> services = new TreeSet<>();
        Set<String> introduced = new TreeSet<>();
        for (ServiceDefinition service : config.services()) {
            services.add(service.name());
            if (service.dialing().proxyHeader()) {
                introduced.add(service.name());
            }
        }
        Set<String> names = new TreeSet<>();
        List<String> unknown = new ArrayList<>();
        config.traces().ifPresent(traces -> unknown.addAll(traces.sampling().routes().keySet()));
        for (int i = 0; i < config.routes().size(); i++) {
            GatewayConfig.RouteDefinition route = config.routes().get(i);
            unknown.remove(route.name());
            if (!names.add(route.name())) {
                throw root.wrong(
                        "routes", "two are named \"" + route.name() + "\": name each once");
            }
            if (route.action() instanceof GatewayConfig.ForwardDefinition forward) {
                forward.mirror()
                        .filter(mirror -> introduced.contains(mirror.service()))
                        .ifPresent(mirror -> {
                            throw root.wrong(
                                    "routes",
                                    "mirror \""
                                            + mirror.service()
                                            + "\" has proxyProtocol: a copy is nobody's, it"
                                            + " cannot name a client");
                        });
                for (String service : forward.services()) {
                    if (!services.contains(service)) {
                        throw root.wrong(
                                "routes",
                                String.format(
                                        Locale.ROOT,
                                        "route \"%s\" names service \"%s\", there is %s",
                                        route.name(),
                                        service,
                                        services.isEmpty() ? "none" : String.join(", ", services)));
                    }
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw root.wrong(
                    "traces",
                    "routes names \"" + unknown.getFirst() + "\": there is no route of that name");
        }
    }
}
