package sampan.app.cli.gateway;

import java.util.ArrayList;
import java.util.List;
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

/// `sampan gateway graph`: from hosts over routes and services to containers.
@Command(description = "Show what leads where: hosts, routes, services, containers")
public final class GatewayGraphCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--format", description = "tree, dot (for Graphviz) or json")
    private String format = "tree";

    public GatewayGraphCommand(CommandContext context) {
        this.context = context;
    }

    private record Edge(String from, String to, String label) {}

    @Override
    public Integer call() {
        List<Edge> edges = edges();
        switch (format) {
            case "tree" -> tree(edges, "", "");
            case "dot" -> dot(edges);
            case "json" -> context.out().println(Json.text(edges));
            default ->
                    throw SampanException.invalid(
                            "--format \"" + format + "\": write tree, dot or json");
        }
        return 0;
    }

    private List<Edge> edges() {
        List<Edge> edges = new ArrayList<>();
        for (JsonNode route : context.engine().gateway().show("routes").path("routes")) {
            String name = "route " + route.path("name").asString("");
            List<String> hosts = new ArrayList<>();
            route.path("hosts").forEach(host -> hosts.add(host.asString("")));
            if (hosts.isEmpty()) {
                hosts.add("*");
            }
            hosts.forEach(host ->
                    edges.add(new Edge("host " + host, name, route.path("path").asString(""))));
            for (JsonNode service : route.path("services")) {
                String to = service.path("name").asString("");
                edges.add(
                        new Edge(
                                name,
                                "service " + to,
                                route.path("requests").asLong(0) + " requests"));
            }
        }
        Map<String, List<Member>> members = context.engine().gateway().discovered().members();
        for (JsonNode service : context.engine().gateway().show("services").path("services")) {
            String name = service.path("name").asString("");
            for (JsonNode target : service.path("targets")) {
                String address = target.path("address").asString("");
                String container =
                        members.getOrDefault(name, List.of()).stream()
                                .filter(member -> member.address().equals(address))
                                .map(member -> "container " + member.name())
                                .findFirst()
                                .orElse("target " + address);
                edges.add(
                        new Edge("service " + name, container, target.path("state").asString("")));
            }
        }
        return edges;
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
                                                .dim(" (" + Table.clean(edge.label()) + ")"));
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
                                            Json.text(edge.label())));
        }
        context.out().println("}");
    }
}
