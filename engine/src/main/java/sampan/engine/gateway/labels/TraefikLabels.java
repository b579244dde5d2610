package sampan.engine.gateway.labels;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import sampan.errors.SampanException;

/// Reads Traefik's labels: routers, services and middlewares of HTTP, as far as this gateway can do
/// the same. Labels are told apart without regard to case, as Traefik does.
final class TraefikLabels {
    static final String PREFIX = "traefik.";

    private static final int CHAIN_DEPTH_MAX = 8;
    private static final Set<String> ENTRY_POINTS = Set.of("web", "http", "websecure", "https");

    private final Said said;
    private final Map<String, Map<String, String>> routers = new TreeMap<>();
    private final Map<String, Map<String, String>> services = new TreeMap<>();
    private final Map<String, Map<String, String>> middlewares = new TreeMap<>();

    private TraefikLabels(Said said) {
        this.said = said;
    }

    static void read(Said said) {
        TraefikLabels labels = new TraefikLabels(said);
        said.of
                .labels()
                .forEach((label, value) -> {
                    if (label.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
                        labels.label(label, label.toLowerCase(Locale.ROOT), value);
                    }
                });
        labels.finish();
    }

    private void label(String original, String label, String value) {
        String[] parts = label.split("\\.", 5);
        if (label.equals("traefik.enable")) {
            return;
        }
        if (label.equals("traefik.docker.network")) {
            said.network = value;
            return;
        }
        if (parts.length == 5 && parts[1].equals("http")) {
            Map<String, Map<String, String>> into =
                    switch (parts[2]) {
                        case "routers" -> routers;
                        case "services" -> services;
                        case "middlewares" -> middlewares;
                        default -> Map.of();
                    };
            if (parts[2].matches("routers|services|middlewares")) {
                // Names of headers keep their case.
                String field = original.substring(label.length() - parts[4].length());
                into.computeIfAbsent(parts[3], _ -> new TreeMap<>()).put(field, value);
                return;
            }
        }
        said.error("container", said.of.name(), "label " + original + ": not understood here");
    }

    private void finish() {
        services.forEach(this::service);
        routers.forEach(this::router);
        Set<String> used = new java.util.TreeSet<>();
        routers.values().forEach(fields -> used.addAll(middlewareNames(fields)));
        middlewares.values().forEach(fields -> used.addAll(chained(fields)));
        // A middleware that only other containers' routers use cannot be found by them here.
        middlewares.keySet().stream()
                .filter(name -> !used.contains(name))
                .forEach(name ->
                        said.warning(
                                "container",
                                said.of.name(),
                                "middleware " + name + ": no router of this container uses it"));
    }

    private static List<String> middlewareNames(Map<String, String> router) {
        return LabelTree.list(value(router, "middlewares")).stream()
                .map(TraefikLabels::bare)
                .toList();
    }

    private static String value(Map<String, String> fields, String name) {
        for (Map.Entry<String, String> entry : fields.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return "";
    }

    /// Without the provider: `auth@docker` is `auth`.
    private static String bare(String name) {
        int at = name.indexOf('@');
        return (at < 0 ? name : name.substring(0, at)).toLowerCase(Locale.ROOT);
    }

    private void service(String name, Map<String, String> fields) {
        Map<String, Object> settings = said.service(name);
        fields.forEach((field, value) -> {
            try {
                field(name, settings, field.toLowerCase(Locale.ROOT), value);
            } catch (SampanException e) {
                said.error("service", name, String.valueOf(e.getMessage()));
            }
        });
    }

    private void field(String name, Map<String, Object> settings, String field, String value) {
        switch (field) {
            case "loadbalancer.server.port" -> said.ports.put(name, Translation.port(field, value));
            case "loadbalancer.server.weight" ->
                    said.weight = Translation.number(field, value, 1, 100);
            case "loadbalancer.server.scheme" -> only(field, value, "http");
            case "loadbalancer.passhostheader" -> only(field, value, "true");
            case "loadbalancer.strategy" ->
                    settings.put(
                            "balance",
                            switch (value) {
                                case "wrr" -> "roundRobin";
                                case "p2c" -> "powerOfTwo";
                                default ->
                                        throw SampanException.invalid(
                                                field
                                                        + " \""
                                                        + value
                                                        + "\": wrr and p2c are known");
                            });
            case "loadbalancer.sticky", "loadbalancer.sticky.cookie" -> {
                if (!value.equals("false")) {
                    only(field, value, "true");
                    sticky(settings);
                }
            }
            case "loadbalancer.sticky.cookie.name" -> sticky(settings).put("name", value);
            case "loadbalancer.sticky.cookie.path" -> sticky(settings).put("path", value);
            case "loadbalancer.sticky.cookie.domain" -> sticky(settings).put("domain", value);
            case "loadbalancer.sticky.cookie.secure" -> sticky(settings).put("secure", value);
            case "loadbalancer.sticky.cookie.httponly" -> sticky(settings).put("httpOnly", value);
            case "loadbalancer.sticky.cookie.samesite" -> sticky(settings).put("sameSite", value);
            case "loadbalancer.sticky.cookie.maxage" -> {
                if (!value.equals("0")) {
                    sticky(settings).put("maxAge", value);
                }
            }
            case "loadbalancer.healthcheck.path" -> health(settings).put("path", value);
            case "loadbalancer.healthcheck.port" -> health(settings).put("port", value);
            case "loadbalancer.healthcheck.interval" -> health(settings).put("interval", value);
            case "loadbalancer.healthcheck.timeout" -> health(settings).put("timeout", value);
            default ->
                    throw SampanException.invalid(
                            field + " \"" + value + "\": not understood here");
        }
    }

    /// What Traefik leaves out of a cookie unless it is told.
    @SuppressWarnings("unchecked")
    private static Map<String, Object> sticky(Map<String, Object> settings) {
        return (Map<String, Object>)
                settings.computeIfAbsent(
                        "sticky",
                        _ ->
                                new LinkedHashMap<String, Object>(
                                        Map.of("httpOnly", "false", "sameSite", "unset")));
    }

    static void only(String field, String value, String known) {
        if (!value.equals(known)) {
            throw SampanException.invalid(
                    field + " \"" + value + "\": only " + known + " is understood here");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> health(Map<String, Object> settings) {
        return (Map<String, Object>)
                settings.computeIfAbsent("health", _ -> new LinkedHashMap<String, Object>());
    }

    private void router(String name, Map<String, String> fields) {
        try {
            String rule = value(fields, "rule");
            if (rule.isEmpty()) {
                throw SampanException.invalid(
                        "it has no rule: add traefik.http.routers." + name + ".rule");
            }
            int rank = rule.length();
            String service = soleService();
            List<String> uses = List.of();
            for (Map.Entry<String, String> entry : fields.entrySet()) {
                String value = entry.getValue();
                switch (entry.getKey().toLowerCase(Locale.ROOT)) {
                    case "rule" -> {}
                    case "rulesyntax" -> {}
                    case "priority" ->
                            rank = Translation.number("priority", value, 1, Integer.MAX_VALUE);
                    case "service" -> service = bare(value);
                    case "middlewares" -> uses = middlewareNames(fields);
                    case "entrypoints" -> entryPoints(name, value);
                    case "tls", "tls.certresolver", "tls.options" ->
                            said.warning(
                                    "route", name, "tls is a matter of the gateway's listeners");
                    default ->
                            throw SampanException.invalid(
                                    "router field " + entry.getKey() + ": not understood here");
                }
            }
            add(name, new Wanted(rule, rank, service, uses));
        } catch (SampanException e) {
            said.error("route", name, String.valueOf(e.getMessage()));
        }
    }

    private record Wanted(String rule, int rank, String service, List<String> middlewares) {}

    private void add(String name, Wanted wanted) {
        String service = wanted.service;
        said.service(service);
        if (!services.containsKey(service) && services.size() > 1 && service.isEmpty()) {
            throw SampanException.invalid("it names no service, and there are several");
        }
        for (Map<String, Object> match : RuleRoutes.of(wanted.rule)) {
            int before = said.routes.size();
            Middlewares changes = new Middlewares(match, said.service(service));
            wanted.middlewares.forEach(middleware -> apply(changes, middleware, 0));
            Map<String, Object> fields = changes.fields();
            fields.putIfAbsent("service", service);
            if (fields.containsKey("redirect")) {
                fields.remove("service");
            }
            String numbered = unused(name);
            Translation.expand(numbered, List.of(match), fields)
                    .forEach(route -> said.routes.add(new Said.Ranked(wanted.rank, route)));
            if (said.routes.size() == before) {
                throw new IllegalStateException(name);
            }
        }
    }

    /// Applies a middleware; of a chain, its members in their order.
    private void apply(Middlewares changes, String name, int depth) {
        Map<String, String> fields = middlewares.get(name);
        if (fields == null) {
            throw SampanException.invalid(
                    "middleware " + name + ": this container does not define it");
        }
        List<String> members = chained(fields);
        if (members.isEmpty()) {
            changes.apply(name, fields);
            return;
        }
        if (depth >= CHAIN_DEPTH_MAX) {
            throw SampanException.invalid(
                    "middleware " + name + ": chains within chains, too deep: name its members");
        }
        members.forEach(member -> apply(changes, member, depth + 1));
    }

    /// The members of a chain, none where it is another kind of middleware.
    private static List<String> chained(Map<String, String> middleware) {
        return LabelTree.list(value(middleware, "chain.middlewares")).stream()
                .map(TraefikLabels::bare)
                .toList();
    }

    private String unused(String name) {
        String numbered = name;
        for (int i = 2; isUsed(numbered); i++) {
            numbered = name + "#" + i;
        }
        return numbered;
    }

    private boolean isUsed(String name) {
        return said.routes.stream().anyMatch(route -> route.name().equals(name));
    }

    private String soleService() {
        return services.size() == 1 ? services.keySet().iterator().next() : said.of.service();
    }

    private void entryPoints(String name, String value) {
        for (String each : LabelTree.list(value)) {
            if (!ENTRY_POINTS.contains(each)) {
                said.warning(
                        "route",
                        name,
                        "entrypoint " + each + ": a route holds on all listeners here");
            }
        }
    }
}
