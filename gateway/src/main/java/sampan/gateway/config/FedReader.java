package sampan.gateway.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.ForwardDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.gateway.config.GatewayConfig.ServiceDefinition;
import sampan.gateway.config.GatewayConfig.TargetDefinition;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Resilience;
import sampan.gateway.routes.Balancing;
import sampan.gateway.routes.Outlier;
import sampan.gateway.routes.Service;
import sampan.linux.net.InternetAddress;

/// Reads services and routes that somebody feeds, entry by entry: what is wrong with one is told of
/// that one and concerns no other.
public final class FedReader {
    /// @param kind service or route
    public record Problem(String kind, String name, String message) {}

    /// What was fed and could be read.
    public record Fed(
            Map<String, ServiceDefinition> services,
            Map<String, RouteDefinition> routes,
            List<Problem> problems) {
        public static final Fed NOTHING = new Fed(Map.of(), Map.of(), List.of());
    }

    private static final String LABEL = "fed";
    private static final Service.Settings PLAIN =
            new Service.Settings(
                    2_000_000_000L,
                    60_000_000_000L,
                    2,
                    1_000_000,
                    Outlier.of(5, 10_000_000_000L),
                    0,
                    Resilience.NONE);

    private FedReader() {}

    /// Reads a document with `services` and `routes`, as a file has them.
    ///
    /// @param before what was fed last: where an entry is wrong now, what it was stays
    public static Fed read(String text, Fed before) {
        YamlSection root = YamlSection.parse(LABEL, text);
        Map<String, ServiceDefinition> services = new LinkedHashMap<>();
        Map<String, RouteDefinition> routes = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        root.sections("services")
                .forEach((name, section) -> {
                    try {
                        services.put(name, ConfigReader.service(name, section));
                    } catch (SampanException e) {
                        problems.add(problem("service", name, e));
                        Optional.ofNullable(before.services.get(name))
                                .ifPresent(old -> services.put(name, old));
                    }
                });
        int index = 0;
        for (YamlSection section : root.list("routes", "")) {
            String name = section.text("name").orElse("route-" + index);
            try {
                RouteDefinition route = RouteReader.route(section, index);
                if (routes.putIfAbsent(name, route) != null) {
                    problems.add(new Problem("route", name, "two have this name: the first holds"));
                }
            } catch (SampanException e) {
                problems.add(problem("route", name, e));
                Optional.ofNullable(before.routes.get(name))
                        .ifPresent(old -> routes.putIfAbsent(name, old));
            }
            index++;
        }
        root.end();
        return new Fed(services, routes, problems);
    }

    /// The same with other targets of a service.
    ///
    /// @param text a document with `targets`
    public static Fed targets(Fed fed, String service, String text) {
        YamlSection root = YamlSection.parse(LABEL, text);
        ServiceDefinition found = fed.services.get(service);
        if (found == null) {
            throw SampanException.notFound("service \"" + service + "\" was not fed");
        }
        List<TargetDefinition> targets = ConfigReader.targets(root);
        root.end();
        Map<String, ServiceDefinition> services = new LinkedHashMap<>(fed.services);
        services.put(service, found.withTargets(targets));
        return new Fed(services, fed.routes, fed.problems);
    }

    private static Problem problem(String kind, String name, SampanException e) {
        String message = String.valueOf(e.getMessage());
        return new Problem(
                kind,
                name,
                message.startsWith(LABEL) ? message.replaceFirst("^fed[^ ]*: ", "") : message);
    }

    /// A file's configuration and what was fed, as one: where both name the same, the file's holds.
    /// A service that is named but not there has no target, so that its routes answer 503.
    ///
    /// @param problems gets what is in conflict
    public static GatewayConfig merge(GatewayConfig file, Fed fed, List<Problem> problems) {
        Map<String, ServiceDefinition> services = new LinkedHashMap<>();
        file.services().forEach(service -> services.put(service.name(), service));
        fed.services.forEach((name, service) -> {
            if (services.putIfAbsent(name, service) != null) {
                problems.add(
                        new Problem("service", name, "the file has one of this name: it holds"));
            }
        });
        Map<String, RouteDefinition> routes = new LinkedHashMap<>();
        file.routes().forEach(route -> routes.put(route.name(), route));
        Set<String> methods = file.security().authentication().methods().keySet();
        fed.routes.forEach((name, route) -> {
            Optional<String> unknown =
                    route.authenticate().orElse(List.of()).stream()
                            .filter(method -> !methods.contains(method))
                            .findFirst();
            if (unknown.isPresent()) {
                String remedy = "is no method of the gateway's file: it is left out";
                problems.add(
                        new Problem(
                                "route", name, "authenticate \"" + unknown.get() + "\" " + remedy));
            } else if (routes.putIfAbsent(name, route) != null) {
                problems.add(new Problem("route", name, "the file has one of this name: it holds"));
            }
        });
        Set<String> named = new LinkedHashSet<>();
        routes.values().forEach(route -> named(route).forEach(named::add));
        named.forEach(name -> services.computeIfAbsent(name, FedReader::without));
        return file.with(List.copyOf(services.values()), List.copyOf(routes.values()));
    }

    private static List<String> named(RouteDefinition route) {
        return route.action() instanceof ForwardDefinition forward ? forward.services() : List.of();
    }

    private static ServiceDefinition without(String name) {
        return new ServiceDefinition(
                name,
                List.of(),
                Balancing.PLAIN,
                PLAIN,
                Optional.<Breaker.Settings>empty(),
                Optional.empty(),
                GatewayConfig.DialingDefinition.PLAIN);
    }

    /// Reads addresses that somebody feeds.
    public static InternetAddress address(String text) {
        return InternetAddress.parse("listener", text);
    }
}
