package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.errors.SampanException;

/// Makes of all containers what the gateway is told.
public final class Translation {
    /// How long requests under way may take to end when a container is stopped, unless it says.
    static final int DRAIN_MILLIS = 5_000;

    static final int DRAIN_MILLIS_MAX = 60_000;
    static final int SLEEP_MILLIS_MIN = 1_000;
    static final int SLEEP_MILLIS_MAX = 7 * 24 * 3_600_000;

    private static final int PORT_MAX = 65_535;
    private static final String SERVICE = "service";
    private static final String ROUTE = "route";
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

    private final Map<String, Map<String, Object>> services = new LinkedHashMap<>();
    private final Map<String, String> settledBy = new LinkedHashMap<>();
    private final Map<String, List<Member>> members = new TreeMap<>();
    private final Map<String, Said.Ranked> routes = new LinkedHashMap<>();
    private final Map<String, String> routedBy = new LinkedHashMap<>();
    private final Set<Problem> problems = new LinkedHashSet<>();

    private Translation() {}

    /// Whether it has labels that concern the gateway.
    public static boolean concerns(Map<String, String> labels) {
        if (labels.getOrDefault("sampan.gateway.enable", "").equals("false")
                || labels.getOrDefault("traefik.enable", "").equals("false")) {
            return false;
        }
        return labels.keySet().stream()
                .anyMatch(label ->
                        label.startsWith(SampanLabels.PREFIX)
                                || label.startsWith(TraefikLabels.PREFIX));
    }

    /// @param candidates oldest first: where two say different things of one service or route, the
    ///   older holds
    public static Discovered of(List<Candidate> candidates) {
        Translation translation = new Translation();
        for (Candidate candidate : candidates) {
            if (concerns(candidate.labels())) {
                Said said = new Said(candidate);
                SampanLabels.read(said);
                TraefikLabels.read(said);
                translation.take(said);
            } else if (candidate.isOfProject() && candidate.ports().size() == 1) {
                // For routes of the file: a project's service has a name without any label.
                Said said = new Said(candidate);
                said.service(candidate.service());
                translation.take(said);
            }
        }
        return translation.finish();
    }

    private void take(Said said) {
        problems.addAll(said.problems);
        said.services.forEach((name, settings) -> {
            Map<String, Object> known = services.putIfAbsent(name, settings);
            settledBy.putIfAbsent(name, said.of.name());
            if (known != null && !known.equals(settings)) {
                problems.add(
                        Problem.warning(
                                SERVICE,
                                name,
                                "container "
                                        + said.of.name()
                                        + " says other things of it than "
                                        + settledBy.get(name)
                                        + ", which holds"));
            }
            member(said, name)
                    .ifPresent(member ->
                            members.computeIfAbsent(name, _ -> new ArrayList<>()).add(member));
        });
        for (Said.Ranked route : said.routes) {
            Said.Ranked known = routes.putIfAbsent(route.name(), route);
            routedBy.putIfAbsent(route.name(), said.of.name());
            if (known != null && !known.equals(route)) {
                problems.add(
                        Problem.error(
                                ROUTE,
                                route.name(),
                                "container "
                                        + said.of.name()
                                        + " means another route by this name than "
                                        + routedBy.get(route.name())
                                        + ", which holds: rename one"));
            }
        }
    }

    private Optional<Member> member(Said said, String service) {
        Candidate of = said.of;
        Optional<Integer> port = Optional.ofNullable(said.ports.get(service));
        if (port.isEmpty() && of.ports().size() == 1) {
            port = Optional.of(of.ports().getFirst());
        }
        if (port.isEmpty()) {
            problems.add(
                    Problem.error(
                            SERVICE,
                            service,
                            "container "
                                    + of.name()
                                    + (of.ports().isEmpty()
                                            ? " exposes no port"
                                            : " exposes several ports")
                                    + ": add the label sampan.gateway.port"));
            return Optional.empty();
        }
        String host = address(said, service);
        return Optional.of(
                new Member(
                        of.id(),
                        of.name(),
                        host.isEmpty() ? "" : host + ":" + port.get(),
                        said.weight,
                        said.drainMillis,
                        said.sleepMillis,
                        of.ready() && !host.isEmpty()));
    }

    private String address(Said said, String service) {
        Map<String, String> addresses = said.of.addresses();
        if (!said.network.isEmpty()) {
            String found = addresses.getOrDefault(said.network, "");
            if (found.isEmpty() && said.of.ready()) {
                problems.add(
                        Problem.error(
                                SERVICE,
                                service,
                                "container "
                                        + said.of.name()
                                        + " is not on network "
                                        + said.network
                                        + ": it has "
                                        + String.join(", ", addresses.keySet())));
            }
            return found;
        }
        return addresses.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .min(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .orElse("");
    }

    private Discovered finish() {
        List<Said.Ranked> ordered = new ArrayList<>(routes.values());
        ordered.sort(
                Comparator.comparingInt((Said.Ranked route) -> -route.rank())
                        .thenComparing(Said.Ranked::name));
        Map<Object, String> matches = new LinkedHashMap<>();
        for (Said.Ranked route : ordered) {
            Map<String, Object> match = new LinkedHashMap<>(route.route());
            match.keySet()
                    .retainAll(
                            Set.of(
                                    "hosts", "path", "methods", "headers", "query", "clients",
                                    "not"));
            String first = matches.putIfAbsent(match, route.name());
            if (first != null) {
                problems.add(
                        Problem.error(
                                ROUTE,
                                route.name(),
                                "it asks for the same requests as route "
                                        + first
                                        + ", which gets them: change one, or its priority"));
            }
        }
        services.values().forEach(settings -> settings.putIfAbsent("health", "connect"));
        services.keySet().forEach(name -> members.putIfAbsent(name, List.of()));
        return new Discovered(
                services,
                members,
                ordered.stream().map(Said.Ranked::route).toList(),
                List.copyOf(problems));
    }

    /// One route for each of the matches, named NAME, NAME#2, …
    static List<Map<String, Object>> expand(
            String name, List<Map<String, Object>> matches, Map<String, Object> fields) {
        List<Map<String, Object>> routes = new ArrayList<>();
        for (Map<String, Object> match : matches) {
            Map<String, Object> route = new LinkedHashMap<>();
            route.put("name", routes.isEmpty() ? name : name + "#" + (routes.size() + 1));
            route.putAll(match);
            fields.forEach((field, value) -> {
                if (route.putIfAbsent(field, value) != null) {
                    throw SampanException.invalid(
                            field + " is told twice, by the rule and by itself: keep one");
                }
            });
            routes.add(route);
        }
        return routes;
    }

    static int port(String name, String value) {
        return number(name, value, 1, PORT_MAX);
    }

    static int number(String name, String value, int min, int max) {
        if (value.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        throw SampanException.invalid(
                name + " \"" + value + "\": write a number from " + min + " to " + max);
    }

    static int millis(String name, String value, int min, int max) {
        Matcher matcher = DURATION.matcher(value);
        if (matcher.matches()) {
            long unit =
                    switch (String.valueOf(matcher.group(2))) {
                        case "ms" -> 1;
                        case "s" -> 1_000;
                        case "m" -> 60_000;
                        default -> 3_600_000;
                    };
            long millis = Long.parseLong(String.valueOf(matcher.group(1))) * unit;
            if (millis >= min && millis <= max) {
                return (int) millis;
            }
        }
        throw SampanException.invalid(
                name
                        + " \""
                        + value
                        + "\": write a duration such as 500ms or 10s, from "
                        + min
                        + "ms to "
                        + max / 1_000
                        + "s");
    }
}
