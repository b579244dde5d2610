package sampan.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.config.GatewayConfig.ActionDefinition;
import sampan.gateway.config.GatewayConfig.FixedDefinition;
import sampan.gateway.config.GatewayConfig.ForwardDefinition;
import sampan.gateway.config.GatewayConfig.LimitDefinition;
import sampan.gateway.config.GatewayConfig.MirrorDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.gateway.config.GatewayConfig.ShareDefinition;
import sampan.gateway.limits.SharedLimit;
import sampan.gateway.routes.AddressRange;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.BoundedPattern;
import sampan.gateway.routes.ClientFilter;
import sampan.gateway.routes.FieldEdits;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.PathRewrite;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Template;
import sampan.gateway.routes.UrlRedirect;

/// The part of [ConfigReader] that reads routes.
final class RouteReader {
    private static final int WEIGHT_MAX = 1000;
    private static final int BURST_MAX = 1_000_000;
    private static final int MIRROR_BODY_BYTES = 64 << 10;
    private static final long BODY_BYTES = 1L << 30;
    private static final int TEMPORARY = 307;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private RouteReader() {}

    static List<RouteDefinition> read(YamlSection root) {
        List<RouteDefinition> routes = new ArrayList<>();
        for (YamlSection section : root.list("routes", "")) {
            routes.add(route(section, routes.size()));
        }
        if (routes.size() > ConfigReader.ENTRIES_MAX) {
            throw root.wrong("routes", "over " + ConfigReader.ENTRIES_MAX + ": use fewer");
        }
        return routes;
    }

    static RouteDefinition route(YamlSection section, int index) {
        String name = section.text("name").orElse("route-" + index);
        Route.Match match = ConditionReader.match(section);
        List<Filter> own = own(section);
        ActionDefinition action = action(section);
        if (section.has("rewrite") && !(action instanceof ForwardDefinition)) {
            throw section.wrong("rewrite", "it goes with a service only");
        }
        Optional<YamlSection> rewrite = section.sectionOr("rewrite", "path");
        Route.Edits edits =
                new Route.Edits(
                        rewrite.flatMap(by -> by.read("path", Values::path)),
                        rewrite.flatMap(RouteReader::rewrite),
                        edits(section, "request"),
                        edits(section, "response"),
                        CorsReader.read(section),
                        CompressionReader.read(section));
        Route.Bounds bounds =
                new Route.Bounds(
                        section.nanos("timeout", 0),
                        section.read("bodyMax", Values::bytes).orElse(BODY_BYTES),
                        section.read("responseMax", Values::bytes).orElse(Long.MAX_VALUE),
                        section.flag("upgrades", true));
        List<LimitDefinition> limits = limits(section);
        GatewayConfig.GuardDefinition guards = ResilienceReader.guards(section);
        Optional<List<String>> authenticate = authenticate(section);
        Optional<BasicReader.BasicDefinition> basic = BasicReader.read(section);
        if (basic.isPresent() && authenticate.isPresent()) {
            throw section.wrong("basic", "it goes without authenticate: write one of both");
        }
        section.end();
        return new RouteDefinition(
                name, match, own, action, edits, bounds, limits, guards, authenticate, basic);
    }

    private static Optional<PathRewrite> rewrite(YamlSection section) {
        Optional<BoundedPattern> regex = section.read("regex", BoundedPattern::compile);
        if (regex.isPresent() == section.has("path")) {
            throw section.wrong("regex", "write regex and to, or a path");
        }
        if (regex.isEmpty()) {
            section.end();
            return Optional.empty();
        }
        if (!section.has("to")) {
            throw section.wrong("to", "it is missing: write the new path");
        }
        Optional<PathRewrite> made =
                section.read("to", (field, to) -> PathRewrite.of(regex.get(), field, to));
        section.end();
        return made;
    }

    private static Optional<List<String>> authenticate(YamlSection section) {
        List<String> methods = section.texts("authenticate", (_, text) -> text);
        if (!section.has("authenticate")) {
            return Optional.empty();
        }
        return Optional.of(methods.equals(List.of("none")) ? List.of() : methods);
    }

    /// Filters that need nothing but themselves.
    private static List<Filter> own(YamlSection section) {
        List<Filter> own = new ArrayList<>();
        List<AddressRange> allowed = ConditionReader.ranges(section, "allow");
        if (!allowed.isEmpty()) {
            own.add(new ClientFilter(allowed));
        }
        for (YamlSection each : section.list("redirects", "")) {
            BoundedPattern regex =
                    each.read("regex", BoundedPattern::compile)
                            .orElseThrow(() -> each.wrong("regex", "write an expression"));
            int status = redirectStatus(each);
            own.add(
                    each.read("to", (field, to) -> UrlRedirect.of(regex, field, to, status))
                            .orElseThrow(() -> each.wrong("to", "write for instance https://$1")));
            each.end();
        }
        return own;
    }

    private static ActionDefinition action(YamlSection section) {
        List<ActionDefinition> actions = new ArrayList<>();
        Optional<MirrorDefinition> mirror =
                section.sectionOr("mirror", "service").map(m -> mirror(m));
        section.text("service")
                .ifPresent(name ->
                        actions.add(
                                new ForwardDefinition(
                                        List.of(new ShareDefinition(name, 1)), mirror)));
        List<ShareDefinition> shares = new ArrayList<>();
        for (YamlSection share : section.list("services", "name")) {
            String name =
                    share.text("name")
                            .orElseThrow(() -> share.wrong("name", "write a service's name"));
            shares.add(new ShareDefinition(name, share.number("weight", 1, 0, WEIGHT_MAX)));
            share.end();
        }
        if (!shares.isEmpty()) {
            if (shares.stream().allMatch(share -> share.weight() == 0)) {
                throw section.wrong("services", "give at least one a weight above 0");
            }
            actions.add(new ForwardDefinition(shares, mirror));
        }
        section.sectionOr("redirect", "to").ifPresent(r -> actions.add(redirect(r)));
        section.section("respond").ifPresent(r -> actions.add(respond(r)));
        if (actions.size() != 1) {
            throw section.wrong(
                    actions.isEmpty() ? "service" : "services",
                    "write one of service, services, redirect and respond");
        }
        if (mirror.isPresent() && !(actions.getFirst() instanceof ForwardDefinition)) {
            throw section.wrong("mirror", "it goes with a service only");
        }
        return actions.getFirst();
    }

    private static MirrorDefinition mirror(YamlSection section) {
        String service =
                section.text("service")
                        .orElseThrow(() -> section.wrong("service", "write a service's name"));
        long body = section.read("bodyMax", Values::bytes).orElse((long) MIRROR_BODY_BYTES);
        if (body > MIRROR_BODY_BYTES) {
            throw section.wrong("bodyMax", "write at most " + MIRROR_BODY_BYTES);
        }
        MirrorDefinition mirror =
                new MirrorDefinition(
                        service,
                        section.number("percent", 100, 1, 100),
                        (int) body,
                        section.flag("shadowHost", false));
        section.end();
        return mirror;
    }

    private static ActionDefinition redirect(YamlSection section) {
        Template to =
                section.read("to", RouteReader::template)
                        .orElseThrow(() ->
                                section.wrong("to", "write for instance https://{host}{path}"));
        int status = redirectStatus(section);
        section.end();
        return new FixedDefinition(new Route.Redirect(status, to));
    }

    private static int redirectStatus(YamlSection section) {
        int status = section.read("status", Values::status).orElse(TEMPORARY);
        if (!REDIRECTS.contains(status)) {
            throw section.wrong("status", "write 301, 302, 303, 307 or 308");
        }
        return status;
    }

    private static ActionDefinition respond(YamlSection section) {
        int status = section.read("status", Values::status).orElse(200);
        String text = section.text("text").orElse("");
        section.end();
        return new FixedDefinition(new Route.Respond(status, text));
    }

    private static FieldEdits edits(YamlSection route, String key) {
        Optional<YamlSection> found = route.section(key);
        if (found.isEmpty()) {
            return FieldEdits.NONE;
        }
        YamlSection section = found.get();
        List<String> removed = new ArrayList<>(section.texts("remove", Values::fieldName));
        List<FieldEdits.Line> added = new ArrayList<>();
        lines(section, "set")
                .forEach(line -> {
                    removed.add(line.name());
                    added.add(line);
                });
        added.addAll(lines(section, "add"));
        section.end();
        int bytes =
                added.stream()
                        .mapToInt(l -> l.name().length() + l.value().text().length() + 4)
                        .sum();
        if (bytes > FieldEdits.ADDED_BYTES_MAX) {
            throw route.wrong(key, "over " + FieldEdits.ADDED_BYTES_MAX + " bytes: add less");
        }
        for (String name : removed) {
            framesTheMessage(route, key, name);
        }
        added.forEach(line -> framesTheMessage(route, key, line.name()));
        return new FieldEdits(removed, added);
    }

    private static void framesTheMessage(YamlSection route, String key, String name) {
        switch (name.toLowerCase(java.util.Locale.ROOT)) {
            case "content-length", "transfer-encoding", "connection", "upgrade", "trailer" ->
                    throw route.wrong(
                            key, "header " + name + " frames the message: leave it to the gateway");
            default -> {}
        }
    }

    private static List<FieldEdits.Line> lines(YamlSection section, String key) {
        List<FieldEdits.Line> lines = new ArrayList<>();
        section.pairs(key)
                .forEach((name, value) ->
                        lines.add(
                                new FieldEdits.Line(
                                        Values.fieldName(key, name),
                                        template(key + "." + name, value.orElse("")))));
        return lines;
    }

    private static Template template(String field, String text) {
        return Template.of(field, Values.fieldValue(field, text));
    }

    private static List<LimitDefinition> limits(YamlSection route) {
        List<LimitDefinition> limits = new ArrayList<>();
        for (YamlSection section : route.list("limits", "rate")) {
            double rate =
                    section.read("rate", Values::rate)
                            .orElseThrow(() -> section.wrong("rate", "write for instance 10/s"));
            int burst =
                    section.number(
                            "burst", (int) Math.max(1, Math.min(BURST_MAX, rate)), 1, BURST_MAX);
            String by = section.text("by").orElse("");
            Attribute attribute = section.read("by", Attribute::parse).orElse(Attribute.NONE);
            boolean shared = section.flag("shared", false);
            if (shared && rate > SharedLimit.RATE_MAX) {
                throw section.wrong("rate", "a shared one has at most 1000000/s");
            }
            Optional<SharedLimit.OnFailure> onFailure =
                    section.read("onFailure", RedisReader::onFailure);
            if (onFailure.isPresent() && !shared) {
                throw section.wrong("onFailure", "it goes with shared: true only");
            }
            section.end();
            String key = rate + " " + burst + " " + by;
            limits.add(new LimitDefinition(rate, burst, attribute, key, shared, onFailure));
        }
        return limits;
    }
}
