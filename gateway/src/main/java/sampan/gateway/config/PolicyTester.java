package sampan.gateway.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.gateway.auth.AuthFilter;
import sampan.gateway.auth.Policy;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// Asks a configuration what would become of requests, without sending any: which route takes one,
/// and whether the policy lets it pass. It asks the same code as the gateway does.
public final class PolicyTester {
    /// Requests of one test.
    public static final int CASES_MAX = 100_000;

    private static final Pattern REQUEST =
            Pattern.compile("([A-Z]+) (?:https?://)?([^/ ]+)(/[^ ]*)");
    private static final byte[] CLIENT = Octets.ascii("192.0.2.1");
    private static final String ALLOW = "allow";

    /// What a request came to, beside what was expected.
    ///
    /// @param decision `allow`, or the status that the client gets
    /// @param route empty where there is none
    /// @param rule that allows it, empty for none
    /// @param faults what is not as expected
    public record Result(
            String request,
            String as,
            String decision,
            String route,
            String rule,
            List<String> faults) {}

    private final RoutingTable table;
    private final RequestHead head = new RequestHead();
    private final RequestView view = new RequestView(head);
    private final RoutingTable.Room room = new RoutingTable.Room();
    private final long client = Memory.allocate(CLIENT.length);
    private final long memory = Memory.allocate(64 << 10);

    private PolicyTester(RoutingTable table) {
        this.table = table;
        Memory.copy(CLIENT, client);
    }

    /// @param file the name of the cases, for messages
    /// @param cases a list `cases` of requests
    public static List<Result> run(GatewayConfig config, String file, String cases) {
        // Where services are does not matter, and may not be known here.
        List<GatewayConfig.ServiceDefinition> services =
                config.services().stream().map(s -> s.withTargets(List.of())).toList();
        TableBuilder builder = new TableBuilder(1);
        PolicyTester tester =
                new PolicyTester(builder.build(config.with(services, config.routes())).table());
        YamlSection root = YamlSection.parse(file, cases);
        List<Result> results = new ArrayList<>();
        for (YamlSection section : root.list("cases", "request")) {
            results.add(tester.test(section));
        }
        root.end();
        if (results.isEmpty() || results.size() > CASES_MAX) {
            throw root.wrong("cases", "write from one to " + CASES_MAX);
        }
        return results;
    }

    private Result test(YamlSection section) {
        String request =
                section.text("request")
                        .orElseThrow(() -> section.wrong("request", "write METHOD HOST/PATH"));
        Map<String, String> fields = new LinkedHashMap<>();
        section.pairs("headers")
                .forEach((name, value) ->
                        fields.put(
                                Values.fieldName("headers", name),
                                Values.fieldValue("headers." + name, value.orElse(""))));
        Optional<Identity> as = section.section("as").map(PolicyTester::identity);
        Optional<String> decision = section.text("expect");
        Optional<String> wantedRoute = section.text("route");
        Optional<String> wantedRule = section.text("rule");
        section.end();
        Matcher parts = REQUEST.matcher(request);
        if (!parts.matches() || !read(parts, fields)) {
            throw section.wrong("request", "write METHOD HOST/PATH, for instance GET a.example/x");
        }
        Route route = table.find(view, room);
        Result result = result(request, as.orElse(null), route);
        compare(result, "decision", result.decision(), decision);
        compare(result, "route", result.route(), wantedRoute);
        compare(result, "rule", result.rule(), wantedRule);
        return result;
    }

    private static void compare(Result result, String what, String got, Optional<String> expected) {
        if (expected.isPresent() && !expected.get().equals(got)) {
            result.faults().add(what + " is \"" + got + "\", not \"" + expected.get() + "\"");
        }
    }

    private boolean read(Matcher parts, Map<String, String> fields) {
        StringBuilder text = new StringBuilder();
        text.append(parts.group(1)).append(' ').append(parts.group(3)).append(" HTTP/1.1\r\n");
        text.append("Host: ").append(parts.group(2)).append("\r\n");
        fields.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > 32 << 10) {
            throw SampanException.invalid("request of over 32 KiB: write a shorter one");
        }
        Memory.copy(bytes, memory);
        int end = Head.findEnd(memory, 0, bytes.length);
        if (end != bytes.length || head.read(memory, 0, end) != Refusal.NONE) {
            return false;
        }
        view.begin(client, CLIENT.length);
        return true;
    }

    private Result result(String request, @Nullable Identity as, @Nullable Route route) {
        String who = as == null ? "nobody" : as.name();
        if (route == null) {
            return new Result(request, who, "404", "", "", new ArrayList<>());
        }
        String decision = ALLOW;
        String name = "";
        Optional<AuthFilter> filter = auth(route);
        if (filter.isPresent()) {
            // A route that asks for no identity has none.
            Identity known = filter.get().authenticates() ? as : null;
            Policy.@Nullable Rule rule = filter.get().policy().allowing(head.method(), known);
            name = rule == null ? "" : rule.name();
            if (rule == null) {
                decision = known == null && filter.get().authenticates() ? "401" : "403";
            }
        }
        return new Result(request, who, decision, route.name(), name, new ArrayList<>());
    }

    private static Optional<AuthFilter> auth(Route route) {
        return route.filters().stream()
                .filter(AuthFilter.class::isInstance)
                .map(AuthFilter.class::cast)
                .findFirst();
    }

    private static Identity identity(YamlSection section) {
        Map<String, List<String>> claims = new LinkedHashMap<>();
        section.section("claims")
                .ifPresent(all -> {
                    for (String claim : all.names()) {
                        claims.put(claim, all.texts(claim, (_, text) -> text));
                    }
                });
        Identity identity =
                new Identity(
                        section.text("name").orElse("somebody"),
                        "test",
                        null,
                        new Identity.Grants(
                                new LinkedHashSet<>(section.texts("roles", SecurityReader::word)),
                                new LinkedHashSet<>(section.texts("scopes", SecurityReader::word)),
                                claims));
        section.end();
        return identity;
    }
}
