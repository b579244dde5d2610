package sampan.app.cli.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Rows;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.engine.gateway.labels.Problem;
import tools.jackson.databind.JsonNode;

/// `sampan gateway routes|targets|breakers|limits`: one table of what the gateway has.
@Command(description = "Show what the gateway has and does")
public final class GatewayListCommand implements Callable<Integer> {
    /// Columns by field.
    private record Listing(
            String show,
            Map<String, String> columns,
            Function<GatewayListCommand, List<Map<String, Object>>> rows) {}

    private final CommandContext context;
    private final Listing listing;

    @Option(names = "--format", description = "table, json, or a template for each row")
    private String format = "";

    private GatewayListCommand(CommandContext context, Listing listing) {
        this.context = context;
        this.listing = listing;
    }

    public static GatewayListCommand routes(CommandContext context) {
        return new GatewayListCommand(
                context,
                new Listing(
                        "routes",
                        columns(
                                "Name NAME",
                                "Hosts HOSTS",
                                "Path PATH",
                                "Methods METHODS",
                                "To TO",
                                "With WITH",
                                "Requests REQUESTS",
                                "Errors 5XX",
                                "P50 P50MS",
                                "P99 P99MS",
                                "Status STATUS"),
                        GatewayListCommand::routeRows));
    }

    public static GatewayListCommand targets(CommandContext context) {
        return new GatewayListCommand(
                context,
                new Listing(
                        "services",
                        columns(
                                "Service SERVICE",
                                "Address ADDRESS",
                                "Container CONTAINER",
                                "State STATE",
                                "Active ACTIVE",
                                "Requests REQUESTS",
                                "Failures FAILURES"),
                        GatewayListCommand::targetRows));
    }

    public static GatewayListCommand breakers(CommandContext context) {
        return new GatewayListCommand(
                context,
                new Listing(
                        "services",
                        columns(
                                "Service SERVICE",
                                "Breaker BREAKER",
                                "Opened OPENED",
                                "Refused REFUSED",
                                "Repeated REPEATED",
                                "Active ACTIVE",
                                "Max MAX",
                                "Ready READY",
                                "Targets TARGETS"),
                        GatewayListCommand::breakerRows));
    }

    public static GatewayListCommand limits(CommandContext context) {
        return new GatewayListCommand(
                context,
                new Listing(
                        "routes",
                        columns(
                                "Route ROUTE",
                                "Rate RATE/S",
                                "Burst BURST",
                                "By BY",
                                "Kept KEPT",
                                "Refused REFUSED",
                                "Unshared UNSHARED",
                                "Requests REQUESTS"),
                        GatewayListCommand::limitRows));
    }

    private static Map<String, String> columns(String... words) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String word : words) {
            int blank = word.indexOf(' ');
            columns.put(word.substring(0, blank), word.substring(blank + 1));
        }
        return columns;
    }

    @Override
    public Integer call() {
        Rows rows = new Rows(listing.columns);
        listing.rows.apply(this).forEach(rows::add);
        rows.print(context, format, List.copyOf(listing.columns.keySet()));
        List<Problem> problems = context.engine().gateway().problems();
        if (format.isEmpty() || format.equals("table")) {
            for (Problem problem : problems) {
                boolean error = problem.severity().equals("error");
                String mark =
                        error
                                ? context.style().red("error:   ")
                                : context.style().yellow("warning: ");
                context.err()
                        .println(
                                mark
                                        + problem.kind()
                                        + " "
                                        + problem.name()
                                        + ": "
                                        + problem.message());
            }
        }
        return 0;
    }

    private JsonNode shown() {
        return context.engine().gateway().show(listing.show);
    }

    private static String joined(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asString("")));
        return String.join(",", texts);
    }

    private List<Map<String, Object>> routeRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (JsonNode route : shown().path("routes")) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("Name", route.path("name").asString(""));
            String hosts = joined(route.path("hosts"));
            row.put("Hosts", hosts.isEmpty() ? "*" : hosts);
            int conditions = route.path("conditions").asInt(0);
            row.put(
                    "Path",
                    route.path("path").asString("") + (conditions == 0 ? "" : " +" + conditions));
            String methods = joined(route.path("methods"));
            row.put("Methods", methods.isEmpty() ? "*" : methods);
            List<String> services = new ArrayList<>();
            for (JsonNode service : route.path("services")) {
                services.add(service.path("name").asString(""));
            }
            row.put(
                    "To",
                    services.isEmpty()
                            ? route.path("action").asString("")
                            : String.join(",", services));
            row.put("With", joined(route.path("with")));
            row.put("Requests", route.path("requests").asLong(0));
            row.put("Errors", route.path("answers").path("5xx").asLong(0));
            row.put("P50", route.path("p50Millis").asDouble(0));
            row.put("P99", route.path("p99Millis").asDouble(0));
            row.put("Status", status(route.path("name").asString("")));
            rows.add(row);
        }
        for (Problem problem : context.engine().gateway().problems()) {
            if (problem.kind().equals("route")
                    && problem.severity().equals("error")
                    && rows.stream().noneMatch(r -> problem.name().equals(r.get("Name")))) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("Name", problem.name());
                row.put("Status", "error");
                rows.add(row);
            }
        }
        return rows;
    }

    private String status(String route) {
        return context.engine().gateway().problems().stream()
                .filter(p -> p.kind().equals("route") && p.name().equals(route))
                .map(Problem::severity)
                .sorted()
                .findFirst()
                .orElse("ok");
    }

    private List<Map<String, Object>> targetRows() {
        Map<String, List<Member>> members = context.engine().gateway().discovered().members();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (JsonNode service : shown().path("services")) {
            String name = service.path("name").asString("");
            List<Member> left = new ArrayList<>(members.getOrDefault(name, List.of()));
            for (JsonNode target : service.path("targets")) {
                String address = target.path("address").asString("");
                String container =
                        left.stream()
                                .filter(member -> member.address().equals(address))
                                .map(Member::name)
                                .findFirst()
                                .orElse("");
                left.removeIf(member -> member.address().equals(address));
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("Service", name);
                row.put("Address", address);
                row.put("Container", container);
                row.put("State", target.path("state").asString(""));
                row.put("Active", target.path("active").asLong(0));
                row.put("Requests", target.path("requests").asLong(0));
                row.put("Failures", target.path("failures").asLong(0));
                rows.add(row);
            }
            for (Member member : left) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("Service", name);
                row.put("Address", member.address());
                row.put("Container", member.name());
                row.put("State", "out");
                rows.add(row);
            }
        }
        return rows;
    }

    private List<Map<String, Object>> breakerRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (JsonNode service : shown().path("services")) {
            long ready = 0;
            for (JsonNode target : service.path("targets")) {
                ready += target.path("state").asString("").equals("ready") ? 1 : 0;
            }
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("Service", service.path("name").asString(""));
            row.put("Breaker", service.path("breaker").asString("none"));
            row.put("Opened", service.path("breakerOpened").asLong(0));
            row.put("Refused", service.path("breakerRefused").asLong(0));
            row.put("Active", service.path("active").asLong(0));
            row.put("Repeated", service.path("repeated").asLong(0));
            long max = service.path("requestsMax").asLong(0);
            row.put("Max", Math.min(max, service.path("adaptiveMax").asLong(max)));
            row.put("Ready", ready);
            row.put("Targets", service.path("targets").size());
            rows.add(row);
        }
        return rows;
    }

    private List<Map<String, Object>> limitRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (JsonNode route : shown().path("routes")) {
            for (JsonNode limit : route.path("limits")) {
                String key = limit.path("key").asString("");
                String by = key.substring(key.lastIndexOf(' ') + 1);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("Route", route.path("name").asString(""));
                row.put("Rate", limit.path("perSecond").asDouble(0));
                row.put("Burst", limit.path("burst").asLong(0));
                row.put("By", by.isEmpty() ? "all" : by);
                row.put("Kept", limit.path("kept").asString("local"));
                row.put("Refused", limit.path("refused").asLong(0));
                row.put("Unshared", limit.path("unshared").asLong(0));
                row.put("Requests", route.path("requests").asLong(0));
                rows.add(row);
            }
            for (JsonNode bulkhead : route.path("concurrency")) {
                String key = bulkhead.path("key").asString("");
                String by = key.substring(key.lastIndexOf(' ') + 1);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("Route", route.path("name").asString(""));
                row.put("Rate", bulkhead.path("active").asLong(0) + " under way");
                row.put("Burst", bulkhead.path("max").asLong(0));
                row.put("By", by.isEmpty() ? "all" : by);
                row.put("Kept", "concurrent");
                row.put("Refused", bulkhead.path("refused").asLong(0));
                row.put("Unshared", 0);
                row.put("Requests", route.path("requests").asLong(0));
                rows.add(row);
            }
        }
        return rows;
    }
}
