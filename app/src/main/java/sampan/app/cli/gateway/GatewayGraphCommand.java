package sampan.app.cli.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// `sampan gateway graph`: from hosts over routes and services to containers, with what passes.
@Command(description = "Show what leads where, and how much: hosts, routes, services, containers")
public final class GatewayGraphCommand implements Callable<Integer> {
    private static final int SECONDS_MAX = 3600;
    private static final double NANOS = 1e9;

    private final CommandContext context;

    @Option(names = "--format", description = "tree, dot (for Graphviz) or json")
    private String format = "tree";

    @Option(names = "--over", description = "Seconds over which rates are taken, 0 for none (1)")
    private int over = 1;

    public GatewayGraphCommand(CommandContext context) {
        this.context = context;
    }

    /// @param requests -1 where nobody counts them
    /// @param perSecond -1 where it was not looked at
    private record Edge(String from, String to, String label, long requests, double perSecond) {
        private Map<String, Object> view() {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("from", from);
            view.put("to", to);
            view.put("label", label);
            if (requests >= 0) {
                view.put("requests", requests);
            }
            if (perSecond >= 0) {
                view.put("perSecond", perSecond);
            }
            return view;
        }

        private String text() {
            String rate = perSecond < 0 ? "" : String.format(Locale.ROOT, ", %.1f/s", perSecond);
            String counted = requests < 0 ? "" : requests + " requests" + rate;
            return label.isEmpty() || counted.isEmpty() ? label + counted : label + ", " + counted;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (over < 0 || over > SECONDS_MAX) {
            throw SampanException.invalid(
                    "--over \"" + over + "\": write seconds, 0 to " + SECONDS_MAX);
        }
        if (!List.of("tree", "dot", "json").contains(format)) {
            throw SampanException.invalid("--format \"" + format + "\": write tree, dot or json");
        }
        List<Edge> edges = edges(rates());
        switch (format) {
            case "dot" -> dot(edges);
            case "json" ->
                    context.out().println(Json.text(edges.stream().map(Edge::view).toList()));
            default -> tree(edges, "", "");
        }
        return 0;
    }

    private Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        for (JsonNode route : context.engine().gateway().show("routes").path("routes")) {
            counts.put(name(route), route.path("requests").asLong(0));
        }
        for (JsonNode service : context.engine().gateway().show("services").path("services")) {
            for (JsonNode target : service.path("targets")) {
                counts.put(name(service, target), target.path("requests").asLong(0));
            }
        }
        return counts;
    }

    private static String name(JsonNode route) {
        return "route " + route.path("name").asString("");
    }

    private static String name(JsonNode service, JsonNode target) {
        return service.path("name").asString("") + " " + target.path("address").asString("");
    }

    /// What passed a second, by name; empty where nobody asks for it.
    private Map<String, Double> rates() throws InterruptedException {
        Map<String, Double> rates = new HashMap<>();
        if (over > 0) {
            Map<String, Long> before = counts();
            long begin = System.nanoTime();
            Thread.sleep(over * 1000L);
            Map<String, Long> after = counts();
            double seconds = (System.nanoTime() - begin) / NANOS;
            after.forEach((name, count) ->
                    rates.put(name, (count - before.getOrDefault(name, 0L)) / seconds));
        }
        return rates;
    }

    private List<Edge> edges(Map<String, Double> rates) {
        List<Edge> edges = new ArrayList<>();
        for (JsonNode route : context.engine().gateway().show("routes").path("routes")) {
            String name = name(route);
            long requests = route.path("requests").asLong(0);
            double rate = rates.getOrDefault(name, -1.0);
            List<String> hosts = new ArrayList<>();
            route.path("hosts").forEach(host -> hosts.add(host.asString("")));
            if (hosts.isEmpty()) {
                hosts.add("*");
            }
            String path = route.path("path").asString("");
            hosts.forEach(host -> edges.add(new Edge("host " + host, name, path, -1, -1)));
            boolean only = route.path("services").size() == 1;
            for (JsonNode service : route.path("services")) {
                String to = "service " + service.path("name").asString("");
                edges.add(
                        only
                                ? new Edge(name, to, "", requests, rate)
                                : new Edge(
                                        name,
                                        to,
                                        "weight " + service.path("weight").asLong(0),
                                        -1,
                                        -1));
            }
        }
        Map<String, List<Member>> members = context.engine().gateway().discovered().members();
        for (JsonNode service : context.engine().gateway().show("services").path("services")) {
            String name = service.path("name").asString("");
            for (JsonNode target : service.path("targets")) {
                edges.add(
                        new Edge(
                                "service " + name,
                                container(members.getOrDefault(name, List.of()), target),
                                target.path("state").asString(""),
                                target.path("requests").asLong(0),
                                rates.getOrDefault(name(service, target), -1.0)));
            }
        }
        return edges;
    }

    private static String container(List<Member> members, JsonNode target) {
        String address = target.path("address").asString("");
        return members.stream()
                .filter(member -> member.address().equals(address))
                .map(member -> "container " + member.name())
                .findFirst()
                .orElse("target " + address);
    }

    /// The edges go from hosts to containers only: the tree ends.
    private void tree(List<Edge> edges, String from, String indent) {
        List<String> seen = new ArrayList<>();
        for (Edge edge : edges) {
            if (from.isEmpty() && edge.from().startsWith("host ") && !seen.contains(edge.from())) {
                seen.add(edge.from());
                context.out().println(context.style().bold(Table.clean(edge.from())));
                tree(edges, edge.from(), "  ");
            } else if (!from.isEmpty() && edge.from().equals(from)) {
                context.out()
                        .println(
                                indent
                                        + Table.clean(edge.to())
                                        + context.style()
                                                .dim(" (" + Table.clean(edge.text()) + ")"));
                tree(edges, edge.to(), indent + "  ");
            }
        }
    }

    private void dot(List<Edge> edges) {
        context.out().println("digraph gateway {\n  rankdir=LR;");
        for (Edge edge : edges) {
            context.out()
                    .println(
                            "  %s -> %s [label=%s];"
                                    .formatted(
                                            Json.text(edge.from()),
                                            Json.text(edge.to()),
                                            Json.text(edge.text())));
        }
        context.out().println("}");
    }
}
