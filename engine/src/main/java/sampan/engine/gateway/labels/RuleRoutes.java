package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// What a rule wants, as fields of routes: one route for each product, those that differ in their
/// hosts alone as one.
final class RuleRoutes {
    // `^[^.]+\.example\.com$` and the like: all below a domain.
    private static final Pattern BELOW =
            Pattern.compile(
                    "\\^?(?:\\.\\+|\\[[^\\]]+\\][+*]|\\{[^}]+\\})(\\\\?\\.[A-Za-z0-9\\\\.-]+?)\\$?");

    private enum Kind {
        EXACT,
        PREFIX,
        REGEX
    }

    private record PathPart(Kind kind, String text) {}

    // Names, and expressions as `{regex: …}`.
    private final Set<Object> hosts = new LinkedHashSet<>();
    private final Set<String> methods = new LinkedHashSet<>();
    private final Map<String, Object> headers = new LinkedHashMap<>();
    private final Map<String, Object> query = new LinkedHashMap<>();
    private final Set<String> clients = new LinkedHashSet<>();
    private final List<Object> not = new ArrayList<>();
    private Optional<PathPart> path = Optional.empty();

    private RuleRoutes() {}

    /// The matching fields of routes, at least one.
    static List<Map<String, Object>> of(String rule) {
        Map<Map<String, Object>, Set<Object>> byRest = new LinkedHashMap<>();
        for (List<Rule.Atom> term : Rule.parse(rule)) {
            RuleRoutes fields = new RuleRoutes();
            term.forEach(fields::add);
            Map<String, Object> rest = fields.rest();
            Set<Object> known = byRest.get(rest);
            if (known == null) {
                byRest.put(rest, new LinkedHashSet<>(fields.hosts));
            } else if (known.isEmpty() || fields.hosts.isEmpty()) {
                known.clear(); // one of them takes every host
            } else {
                known.addAll(fields.hosts);
            }
        }
        List<Map<String, Object>> routes = new ArrayList<>();
        byRest.forEach((rest, all) -> {
            Map<String, Object> route = new LinkedHashMap<>();
            if (!all.isEmpty()) {
                route.put("hosts", List.copyOf(all));
            }
            route.putAll(rest);
            routes.add(route);
        });
        return routes;
    }

    private Map<String, Object> rest() {
        Map<String, Object> rest = new LinkedHashMap<>();
        path.ifPresent(part -> rest.put("path", path(part)));
        if (!methods.isEmpty()) {
            rest.put("methods", List.copyOf(methods));
        }
        if (!headers.isEmpty()) {
            rest.put("headers", headers);
        }
        if (!query.isEmpty()) {
            rest.put("query", query);
        }
        if (!clients.isEmpty()) {
            rest.put("clients", List.copyOf(clients));
        }
        if (!not.isEmpty()) {
            rest.put("not", not);
        }
        return rest;
    }

    private static Map<String, Object> path(PathPart part) {
        return Map.of(part.kind.name().toLowerCase(Locale.ROOT), part.text);
    }

    private void add(Rule.Atom atom) {
        if (atom.negated()) {
            RuleRoutes inner = new RuleRoutes();
            inner.add(atom.not());
            Map<String, Object> what = new LinkedHashMap<>();
            if (!inner.hosts.isEmpty()) {
                what.put("hosts", List.copyOf(inner.hosts));
            }
            what.putAll(inner.rest());
            not.add(what);
            return;
        }
        List<String> values = atom.values();
        switch (atom.name()) {
            case "host" ->
                    hosts(values.stream().map(v -> (Object) v.toLowerCase(Locale.ROOT)).toList());
            case "hostregexp" -> hosts(values.stream().map(RuleRoutes::below).toList());
            case "path" -> both(new PathPart(Kind.EXACT, one(atom)));
            case "pathprefix" -> both(new PathPart(Kind.PREFIX, one(atom)));
            case "pathregexp" -> both(new PathPart(Kind.REGEX, Middlewares.anywhere(one(atom))));
            case "method" -> methods(values);
            case "header", "headers" -> pair(headers, atom);
            case "query" -> pair(query, atom);
            case "headerregexp", "headersregexp" -> matching(headers, atom);
            case "queryregexp" -> matching(query, atom);
            case "clientip" -> clients(values);
            default ->
                    throw SampanException.invalid(
                            "rule: matcher "
                                    + atom.name()
                                    + " is not known here: use Host, Path, PathPrefix, PathRegexp,"
                                    + " HostRegexp, Method, Header, HeaderRegexp, Query,"
                                    + " QueryRegexp or ClientIP");
        }
    }

    private static String one(Rule.Atom atom) {
        if (atom.values().size() != 1) {
            throw SampanException.invalid(
                    "rule: " + atom.name() + " takes one value here: join several with ||");
        }
        return atom.values().getFirst();
    }

    private void clients(List<String> values) {
        if (!clients.isEmpty() && !clients.equals(new LinkedHashSet<>(values))) {
            throw SampanException.invalid("rule: ClientIP stands twice: name all blocks in one");
        }
        clients.addAll(values);
    }

    private void hosts(List<Object> values) {
        if (hosts.isEmpty()) {
            hosts.addAll(values);
        } else {
            hosts.retainAll(values);
            if (hosts.isEmpty()) {
                throw SampanException.invalid("rule: no request has two hosts: join them with ||");
            }
        }
    }

    private static Object below(String expression) {
        Matcher matcher = BELOW.matcher(expression);
        if (!matcher.matches()) {
            return Map.of("regex", Middlewares.anywhere(expression));
        }
        return "*" + Objects.requireNonNull(matcher.group(1)).replace("\\", "");
    }

    private void methods(List<String> values) {
        List<String> upper = values.stream().map(v -> v.toUpperCase(Locale.ROOT)).toList();
        if (!methods.isEmpty() && !methods.equals(Set.copyOf(upper))) {
            throw SampanException.invalid("rule: no request has two methods: join them with ||");
        }
        methods.addAll(upper);
    }

    private static void matching(Map<String, Object> into, Rule.Atom atom) {
        if (atom.values().size() != 2) {
            throw SampanException.invalid("rule: " + atom.name() + " takes a name and a value");
        }
        Object value = Map.of("regex", Middlewares.anywhere(atom.values().get(1)));
        Object before = into.put(atom.values().getFirst(), value);
        if (before != null && !before.equals(value)) {
            throw SampanException.invalid(
                    "rule: " + atom.values().getFirst() + " cannot be matched twice at once");
        }
    }

    private static void pair(Map<String, Object> into, Rule.Atom atom) {
        List<String> values = atom.values();
        String name = values.getFirst();
        String value = values.size() > 1 ? values.get(1) : "";
        int equals = name.indexOf('=');
        if (values.size() == 1 && atom.name().equals("query") && equals > 0) {
            value = name.substring(equals + 1);
            name = name.substring(0, equals);
        }
        if (values.size() > 2) {
            throw SampanException.invalid("rule: " + atom.name() + " takes a name and a value");
        }
        Object before = into.put(name, value);
        if (before != null && !before.equals(value)) {
            throw SampanException.invalid("rule: " + name + " cannot have two values at once");
        }
    }

    /// Of two that must both hold, the one that says more.
    private void both(PathPart next) {
        if (path.isEmpty()) {
            path = Optional.of(next);
            return;
        }
        PathPart known = path.get();
        if (isBelow(next, known)) {
            path = Optional.of(next);
        } else if (!isBelow(known, next)) {
            throw SampanException.invalid("rule: no request has two paths: join them with ||");
        }
    }

    private static boolean isBelow(PathPart one, PathPart other) {
        return other.kind == Kind.PREFIX
                        && one.kind != Kind.REGEX
                        && (one.text.equals(other.text)
                                || one.text.startsWith(
                                        other.text.endsWith("/") ? other.text : other.text + "/"))
                || one.equals(other);
    }
}
