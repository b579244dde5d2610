package sampan.app.cli.demo;

import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.engine.gateway.GatewaySettings;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// `sampan demo shop`: six services point to point and behind the gateway, the same load on both,
/// and what was measured.
@Command(description = "Run a sample in containers and print what was measured")
public final class ShopCommand implements Callable<Integer> {
    private static final double WHOLE = 100;

    private final CommandContext context;

    @Option(names = "--seconds", description = "Of load, healthy and with a service that hangs (5)")
    private int seconds = 5;

    @Option(names = "--format", description = "json")
    private String format = "";

    public ShopCommand(CommandContext context) {
        this.context = context;
    }

    /// What one form came to.
    ///
    /// @param concerns modules of authentication, limits and logs in the services
    /// @param edges pairs of a service and an address that it calls
    /// @param audited share of all calls that one record knows, in percent
    /// @param checkoutFailed share of checkouts that failed while payments hung
    /// @param othersFailed share of the other journeys that did
    private record Measured(
            int concerns,
            int edges,
            double audited,
            long requests,
            double healthyFailed,
            double checkoutFailed,
            double othersFailed) {}

    @Override
    public Integer call() throws InterruptedException {
        Path java = java();
        Path source = source();
        Map<String, Measured> forms = new LinkedHashMap<>();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            forms.put("alone", measure(client, true, java, source));
            forms.put("gateway", measure(client, false, java, source));
        }
        if (format.equals("json")) {
            context.out().println(Json.text(forms));
        } else {
            print(List.copyOf(forms.values()));
        }
        return 0;
    }

    private Measured measure(HttpClient client, boolean alone, Path java, Path source)
            throws InterruptedException {
        context.err()
                .println(
                        alone
                                ? "six services, point to point ..."
                                : "six services, behind the gateway ...");
        try (Shop shop = new Shop(context, client, alone, gateway())) {
            shop.open(java, source);
            ShopLoad load = new ShopLoad(client, shop.url("web"));
            Duration time = Duration.ofSeconds(Math.max(1, seconds));
            Map<String, ShopLoad.Outcome> healthy = load.run(time);
            List<JsonNode> about = shop.about();
            int concerns = 0;
            long answered = 0;
            Set<String> edges = new LinkedHashSet<>();
            for (JsonNode service : about) {
                concerns += service.path("concerns").asInt(0);
                answered += service.path("answered").asLong(0);
                for (String address : service.path("calls").asString("").split(" ", -1)) {
                    if (!address.isEmpty()) {
                        edges.add(service.path("name").asString("") + " " + address);
                    }
                }
            }
            long recorded = shop.recorded();
            shop.hang("payments");
            Map<String, ShopLoad.Outcome> hanging = load.run(time);
            List<ShopLoad.Outcome> checkout = new ArrayList<>();
            List<ShopLoad.Outcome> others = new ArrayList<>();
            hanging.forEach((journey, outcome) ->
                    (journey.equals("checkout") ? checkout : others).add(outcome));
            return new Measured(
                    concerns,
                    edges.size(),
                    Math.min(WHOLE, share(recorded, answered)),
                    healthy.values().stream().mapToLong(ShopLoad.Outcome::sent).sum(),
                    failed(List.copyOf(healthy.values())),
                    failed(checkout),
                    failed(others));
        }
    }

    private static double failed(List<ShopLoad.Outcome> outcomes) {
        return share(
                outcomes.stream().mapToLong(ShopLoad.Outcome::failed).sum(),
                outcomes.stream().mapToLong(ShopLoad.Outcome::sent).sum());
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : WHOLE * part / whole;
    }

    private String gateway() {
        List<String> listeners = context.settings().gateway().listeners();
        String first =
                listeners.isEmpty()
                        ? GatewaySettings.DEFAULT_LISTENERS.getFirst()
                        : listeners.getFirst();
        return first.replace("0.0.0.0:", "127.0.0.1:");
    }

    private Path source() {
        Path home = context.settings().home();
        for (Path place :
                List.of(home.resolve("samples/shop"), home.resolve("../../samples/shop"))) {
            if (Files.exists(place.resolve("Service.java"))) {
                return place.normalize();
            }
        }
        throw SampanException.notFound("samples/shop is not beside the programs: install it anew");
    }

    /// The services are run from their source, which needs a compiler.
    private Path java() {
        List<Path> homes = new ArrayList<>();
        String told = context.caller().environment().getOrDefault("JAVA_HOME", "");
        if (!told.isEmpty()) {
            homes.add(Path.of(told));
        }
        Path machines = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(machines)) {
            try (Stream<Path> entries = Files.list(machines)) {
                entries.sorted(java.util.Comparator.reverseOrder()).forEach(homes::add);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return homes.stream()
                .filter(home -> Files.isExecutable(home.resolve("bin/javac")))
                .map(home -> home.resolve("bin/java"))
                .findFirst()
                .orElseThrow(() ->
                        SampanException.notFound(
                                "no JDK 22 or newer below /usr/lib/jvm or JAVA_HOME: the sample is"
                                        + " run from its source; install one"));
    }

    private void print(List<Measured> forms) {
        Table table = new Table("MEASURED", "POINT TO POINT", "BEHIND THE GATEWAY");
        Measured one = forms.getFirst();
        Measured other = forms.getLast();
        table.row(
                "concern modules in services",
                Integer.toString(one.concerns),
                Integer.toString(other.concerns));
        table.row(
                "edges of the call graph",
                Integer.toString(one.edges),
                Integer.toString(other.edges));
        table.row("calls on one record", percent(one.audited), percent(other.audited));
        table.row("journeys, all well", Long.toString(one.requests), Long.toString(other.requests));
        table.row("failed, all well", percent(one.healthyFailed), percent(other.healthyFailed));
        table.row(
                "failed checkouts, payments hangs",
                percent(one.checkoutFailed),
                percent(other.checkoutFailed));
        table.row(
                "failed other journeys, payments hangs",
                percent(one.othersFailed),
                percent(other.othersFailed));
        table.print(context);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share);
    }
}
