package sampan.engine.gateway.labels;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.errors.SampanException;

/// Reads `sampan.gateway.*`: the fields of the gateway's file under dotted names.
///
/// | label | what |
/// |---|---|
/// | `host`, `path`, `methods`, `rule`, … | the container's one route, named as its service |
/// | `routes.NAME.…` | further routes |
/// | `service` | the service's name; `service.…` its settings |
/// | `port`, `network`, `weight`, `drain`, `wake`, `sleep`, `enable` | of this container |
final class SampanLabels {
    static final String PREFIX = "sampan.gateway.";

    private static final int PRIORITY_MAX = 1_000_000_000;

    private final Said said;
    private final LabelTree route = new LabelTree();
    private final LabelTree routes = new LabelTree();
    private final LabelTree settings = new LabelTree();
    private boolean hasRoute;
    private boolean hasRoutes;
    private String service;

    private SampanLabels(Said said) {
        this.said = said;
        service = said.of.service();
    }

    static void read(Said said) {
        SampanLabels labels = new SampanLabels(said);
        boolean[] any = {false};
        said.of
                .labels()
                .forEach((label, value) -> {
                    if (label.startsWith(PREFIX)) {
                        any[0] = true;
                        labels.label(label.substring(PREFIX.length()), value);
                    }
                });
        if (any[0]) {
            labels.finish();
        }
    }

    private void label(String name, String value) {
        try {
            switch (name) {
                case "enable" -> {}
                case "service" -> service = value;
                case "port" -> said.ports.put("", Translation.port(name, value));
                case "network" -> said.network = value;
                case "weight" -> said.weight = Translation.number(name, value, 1, 100);
                case "drain" ->
                        said.drainMillis =
                                Translation.millis(name, value, 0, Translation.DRAIN_MILLIS_MAX);
                case "sleep" ->
                        said.sleepMillis =
                                Translation.millis(
                                        name,
                                        value,
                                        Translation.SLEEP_MILLIS_MIN,
                                        Translation.SLEEP_MILLIS_MAX);
                case "wake" -> settings.put("wake", value);
                case "host" -> {
                    route.put("hosts", value);
                    hasRoute = true;
                }
                default -> dotted(name, value);
            }
        } catch (SampanException e) {
            said.error("container", said.of.name(), PREFIX + e.getMessage());
        }
    }

    private void dotted(String name, String value) {
        if (name.startsWith("service.")) {
            settings.put(name.substring("service.".length()), value);
        } else if (name.startsWith("routes.")) {
            routes.put(name.substring("routes.".length()), value);
            hasRoutes = true;
        } else {
            route.put(name, value);
            hasRoute = true;
        }
    }

    private void finish() {
        Map<String, Object> own = said.service(service);
        own.putAll(settings.document());
        if (said.sleepMillis > 0 && !own.containsKey("wake")) {
            said.sleepMillis = 0;
            said.error(
                    "container",
                    said.of.name(),
                    PREFIX + "sleep: no request would start it again: add " + PREFIX + "wake=10s");
        }
        Integer port = said.ports.remove("");
        if (port != null) {
            said.ports.put(service, port);
        }
        if (hasRoute) {
            add(service, route.document());
        }
        if (hasRoutes) {
            routes.document()
                    .forEach((name, fields) -> {
                        if (fields instanceof Map<?, ?> map) {
                            Map<String, Object> copy = new LinkedHashMap<>();
                            map.forEach((field, value) -> copy.put(String.valueOf(field), value));
                            add(name, copy);
                        } else {
                            said.error(
                                    "route",
                                    name,
                                    PREFIX + "routes." + name + ": write routes.NAME.FIELD");
                        }
                    });
        }
    }

    private static final Set<String> OWN_ACTIONS =
            Set.of("service", "services", "redirect", "respond");

    private void add(String name, Map<String, Object> fields) {
        try {
            Object host = fields.remove("host");
            if (host instanceof String text) {
                fields.put("hosts", LabelTree.list(text));
            }
            Object priority = fields.remove("priority");
            int rank =
                    priority == null
                            ? 0
                            : Translation.number(
                                    "priority", String.valueOf(priority), 1, PRIORITY_MAX);
            Object rule = fields.remove("rule");
            if (rule == null && !fields.containsKey("hosts") && !fields.containsKey("path")) {
                throw SampanException.invalid(
                        "it names no host, path or rule: add " + PREFIX + "host=NAME");
            }
            List<Map<String, Object>> matches =
                    rule == null ? List.of(Map.of()) : RuleRoutes.of(String.valueOf(rule));
            if (fields.keySet().stream().noneMatch(OWN_ACTIONS::contains)) {
                fields.put("service", service);
            }
            Translation.expand(name, matches, fields)
                    .forEach(route -> said.routes.add(new Said.Ranked(rank, route)));
        } catch (SampanException e) {
            said.error("route", name, String.valueOf(e.getMessage()));
        }
    }
}
