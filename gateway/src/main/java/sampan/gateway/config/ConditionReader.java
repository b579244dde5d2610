package sampan.gateway.config;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sampan.gateway.routes.AddressRange;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.BoundedPattern;
import sampan.gateway.routes.Condition;
import sampan.gateway.routes.PathMatch;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.Method;

/// The part of [RouteReader] that reads which requests a route is for.
final class ConditionReader {
    private static final int RANGES_MAX = 1000;

    private ConditionReader() {}

    static Route.Match match(YamlSection section) {
        Hosts hosts = hosts(section);
        List<Condition> conditions = new ArrayList<>();
        if (!hosts.patterns.isEmpty()) {
            conditions.add(hosts.condition());
        }
        addAll(conditions, section);
        for (YamlSection not : section.list("not", "")) {
            conditions.add(not(not));
        }
        return new Route.Match(
                hosts.patterns.isEmpty() ? hosts.names : List.of(),
                path(section),
                methods(section),
                conditions);
    }

    /// @param patterns of hosts besides those with names
    private record Hosts(List<String> names, List<BoundedPattern> patterns) {
        Condition condition() {
            return new Condition.Hosts(names, patterns);
        }
    }

    private static Hosts hosts(YamlSection section) {
        List<String> names = new ArrayList<>();
        List<BoundedPattern> patterns = new ArrayList<>();
        for (YamlSection host : section.list("hosts", "name")) {
            host.read("name", Values::host).ifPresent(names::add);
            // A host means the same in capitals.
            host.read("regex", (field, text) -> BoundedPattern.ofAnyCase(field, text))
                    .ifPresent(patterns::add);
            if (host.has("name") == host.has("regex")) {
                throw host.wrong("name", "write a host, or {regex: …}");
            }
            host.end();
        }
        return new Hosts(names, patterns);
    }

    /// Refuses what all of this holds for.
    private static Condition not(YamlSection section) {
        List<Condition> inner = new ArrayList<>();
        addAll(inner, section);
        Hosts hosts = hosts(section);
        if (!hosts.names.isEmpty() || !hosts.patterns.isEmpty()) {
            inner.add(hosts.condition());
        }
        Set<Method> methods = methods(section);
        if (!methods.isEmpty()) {
            inner.add(new Condition.Methods(methods));
        }
        if (section.has("path")) {
            inner.add(new Condition.Path(path(section)));
        }
        section.end();
        if (inner.isEmpty()) {
            throw section.wrong("not", "write what it shall not be: hosts, path, methods, headers");
        }
        return new Condition.Not(inner);
    }

    private static void addAll(List<Condition> conditions, YamlSection section) {
        add(conditions, section.sections("headers", "is"), Attribute::header);
        add(conditions, section.sections("query", "is"), Attribute::query);
        add(conditions, section.sections("cookies", "is"), Attribute::cookie);
        List<AddressRange> clients = ranges(section, "clients");
        if (!clients.isEmpty()) {
            conditions.add(new Condition.Clients(clients));
        }
    }

    /// Addresses and blocks of them.
    static List<AddressRange> ranges(YamlSection section, String key) {
        List<AddressRange> ranges = section.texts(key, AddressRange::parse);
        if (ranges.size() > RANGES_MAX) {
            throw section.wrong(key, "over " + RANGES_MAX + ": use larger blocks");
        }
        return ranges;
    }

    private static void add(
            List<Condition> conditions,
            Map<String, YamlSection> parts,
            Function<String, Attribute> attribute) {
        parts.forEach((name, part) -> {
            Optional<String> is = part.text("is");
            Optional<BoundedPattern> regex = part.read("regex", BoundedPattern::compile);
            part.end();
            if (is.isPresent() && regex.isPresent()) {
                throw part.wrong("regex", "write a text or {regex: …}");
            }
            conditions.add(
                    regex.isPresent()
                            ? new Condition.Matched(attribute.apply(name), regex.get())
                            : new Condition.Part(attribute.apply(name), is));
        });
    }

    private static PathMatch path(YamlSection section) {
        Optional<YamlSection> found = section.sectionOr("path", "prefix");
        if (found.isEmpty()) {
            return new PathMatch.Prefix("");
        }
        YamlSection path = found.get();
        List<PathMatch> matches = new ArrayList<>();
        path.read("exact", Values::path).ifPresent(p -> matches.add(new PathMatch.Exact(p)));
        path.read("prefix", Values::path)
                .ifPresent(p -> matches.add(new PathMatch.Prefix(withoutSlash(p))));
        path.read("regex", BoundedPattern::compile)
                .ifPresent(p -> matches.add(new PathMatch.Regex(p)));
        path.end();
        if (matches.size() != 1) {
            throw section.wrong("path", "write one of exact, prefix and regex");
        }
        return matches.getFirst();
    }

    private static String withoutSlash(String path) {
        String prefix = path;
        while (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        return prefix;
    }

    private static Set<Method> methods(YamlSection section) {
        List<Method> methods = section.texts("methods", Method::named);
        return methods.isEmpty() ? Set.of() : EnumSet.copyOf(methods);
    }
}
