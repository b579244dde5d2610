package sampan.gateway.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Condition;
import sampan.gateway.routes.Mirror;
import sampan.gateway.routes.PathMatch;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;

/// What a gateway has and does, for people and programs.
public final class Views {
    private static final double MILLIS = 1e3;
    private static final double HALF = 0.5;
    private static final double MOST = 0.99;

    private Views() {}

    /// All routes with what they answered, in the order of the configuration.
    public static List<Object> routes(RoutingTable table) {
        List<Object> routes = new ArrayList<>();
        for (Route route : table.routes()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("name", route.name());
            view.put("hosts", hosts(route.match()));
            view.put("path", path(route.match().path()));
            view.put("methods", route.match().methods().stream().map(Enum::name).toList());
            view.put("conditions", route.match().conditions().size());
            view.put("action", action(route.action()));
            view.put("services", services(route.action()));
            view.put("with", Features.of(route));
            Mirror mirror = route.mirror();
            if (mirror != null) {
                view.put("mirrored", mirror.counts().answered());
                view.put("mirrorLost", mirror.counts().lost());
            }
            view.put("limits", LimitViews.of(route));
            LimitViews.route(view, route);
            stats(view, route.stats());
            routes.add(view);
        }
        return routes;
    }

    private static List<String> hosts(Route.Match match) {
        return match.conditions().stream()
                .filter(Condition.Hosts.class::isInstance)
                .findFirst()
                .map(condition -> ((Condition.Hosts) condition).described())
                .orElse(match.hosts());
    }

    static String path(PathMatch match) {
        return switch (match) {
            case PathMatch.Exact(String path) -> "=" + path;
            case PathMatch.Prefix(String path) -> path + "/*";
            case PathMatch.Regex(var pattern) -> "~" + pattern;
        };
    }

    static String action(Route.Action action) {
        return switch (action) {
            case Route.Forward _ -> "forward";
            case Route.Redirect redirect ->
                    "redirect " + redirect.status() + " " + redirect.location();
            case Route.Respond respond -> "respond " + respond.status();
        };
    }

    private static List<Object> services(Route.Action action) {
        List<Object> services = new ArrayList<>();
        if (action instanceof Route.Forward forward) {
            for (Route.Weighted share : forward.services()) {
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("name", share.service().name());
                view.put("weight", share.weight());
                services.add(view);
            }
        }
        return services;
    }

    private static void stats(Map<String, Object> view, RouteStats stats) {
        long sum = 0;
        Map<String, Object> answers = new LinkedHashMap<>();
        for (int i = 0; i <= 5; i++) {
            sum += stats.answers(i);
            answers.put(i == 0 ? "none" : i + "xx", stats.answers(i));
        }
        view.put("requests", sum);
        view.put("answers", answers);
        view.put("bytesIn", stats.bytesIn());
        view.put("bytesOut", stats.bytesOut());
        view.put("p50Millis", quantile(stats, HALF));
        view.put("p99Millis", quantile(stats, MOST));
    }

    /// The upper bound of the bucket in which that share of the requests is reached, -1 for the
    /// last.
    private static double quantile(RouteStats stats, double share) {
        long all = 0;
        for (int i = 0; i < stats.buckets(); i++) {
            all += stats.inBucket(i);
        }
        long sum = 0;
        for (int i = 0; i < stats.buckets() && all > 0; i++) {
            sum += stats.inBucket(i);
            if (sum >= all * share) {
                double bound = stats.bound(i);
                return Double.isInfinite(bound) ? -1 : bound * MILLIS;
            }
        }
        return 0;
    }

    /// All services that a route names, by name, with their targets and breakers.
    public static List<Object> services(RoutingTable table, GatewayConfig config, long now) {
        Map<String, Boolean> checked = new LinkedHashMap<>();
        config.services().forEach(s -> checked.put(s.name(), s.health().isPresent()));
        List<Object> views = new ArrayList<>();
        new TreeMap<>(table.services())
                .forEach((name, service) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("name", name);
                    view.put("active", service.state().concurrency().active());
                    view.put("requestsMax", service.settings().requestsMax());
                    view.put("checked", checked.getOrDefault(name, false));
                    LimitViews.service(view, service);
                    view.put("targets", targets(service, now));
                    views.add(view);
                });
        return views;
    }

    private static List<Object> targets(Service service, long now) {
        List<Object> targets = new ArrayList<>();
        for (Target target : service.targets()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("address", target.name());
            view.put(
                    "state",
                    !target.isReady() ? "unhealthy" : target.isEjected(now) ? "ejected" : "ready");
            view.put("active", target.active());
            view.put("requests", target.requests());
            view.put("failures", target.failures());
            view.put("ejections", target.ejections());
            targets.add(view);
        }
        return targets;
    }
}
