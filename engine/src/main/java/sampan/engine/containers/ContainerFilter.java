package sampan.engine.containers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import sampan.engine.filters.Filters;
import sampan.errors.SampanException;

/// Docker's filters of GET /containers/json.
public final class ContainerFilter {
    private static final Set<String> KNOWN =
            Set.of(
                    "ancestor",
                    "before",
                    "exited",
                    "expose",
                    "health",
                    "id",
                    "is-task",
                    "isolation",
                    "label",
                    "name",
                    "network",
                    "publish",
                    "since",
                    "status",
                    "volume");
    private static final Set<String> STATUSES =
            Set.of("created", "restarting", "running", "removing", "paused", "exited", "dead");
    private static final Set<String> HEALTH = Set.of("none", "starting", "healthy", "unhealthy");

    private final Filters filters;
    private final Function<String, Container> resolve;
    private final Function<String, List<String>> ancestors;

    private ContainerFilter(
            Filters filters,
            Function<String, Container> resolve,
            Function<String, List<String>> ancestors) {
        this.filters = filters;
        this.resolve = resolve;
        this.ancestors = ancestors;
    }

    /// INVALID for unknown names and values.
    ///
    /// @param resolve the container of a reference; fails with NOT_FOUND
    /// @param ancestors ids of the images that a reference of the filter `ancestor` stands for,
    ///   with those made of it; empty when there is none
    public static ContainerFilter of(
            Map<String, List<String>> values,
            Function<String, Container> resolve,
            Function<String, List<String>> ancestors) {
        Filters filters = Filters.of(values, KNOWN);
        for (String status : filters.values("status")) {
            if (!STATUSES.contains(status)) {
                throw SampanException.invalid(
                        "invalid filter 'status="
                                + status
                                + "': invalid value for state ("
                                + status
                                + "): must be one of created, running, paused, restarting,"
                                + " removing, exited, dead");
            }
        }
        for (String health : filters.values("health")) {
            if (!HEALTH.contains(health)) {
                throw SampanException.invalid(
                        "invalid filter 'health="
                                + health
                                + "': invalid value for health ("
                                + health
                                + "): must be one of none, starting, healthy, unhealthy");
            }
        }
        for (String code : filters.values("exited")) {
            if (!code.matches("-?[0-9]{1,9}")) {
                throw SampanException.invalid(
                        "invalid filter 'exited="
                                + code
                                + "': strconv.Atoi: parsing \""
                                + code
                                + "\": invalid syntax");
            }
        }
        var _ = filters.truth("is-task");
        for (String name : List.of("publish", "expose")) {
            filters.values(name).forEach(wanted -> checkPorts(name, wanted));
        }
        return new ContainerFilter(filters, resolve, ancestors);
    }

    private static void checkPorts(String name, String wanted) {
        if (!wanted.matches("[0-9]{1,5}(-[0-9]{1,5})?(/[a-zA-Z]+)?")) {
            throw SampanException.invalid(
                    "invalid filter '" + name + "=" + wanted + "': give PORT[-LAST][/PROTOCOL]");
        }
    }

    /// Whether the filters themselves speak of ended containers, so that `all` is meant.
    public boolean meansAll() {
        return filters.has("status") || filters.has("exited");
    }

    /// Those that pass, in the given order.
    public List<Container> apply(List<Container> containers) {
        List<Container> picked = containers;
        if (filters.has("before")) {
            Container limit = resolve.apply(filters.values("before").getFirst());
            picked = picked.stream().filter(c -> c.created().isBefore(limit.created())).toList();
        }
        if (filters.has("since")) {
            Container limit = resolve.apply(filters.values("since").getFirst());
            picked = picked.stream().filter(c -> c.created().isAfter(limit.created())).toList();
        }
        List<String> images =
                filters.values("ancestor").stream()
                        .flatMap(a -> ancestors.apply(a).stream())
                        .toList();
        return picked.stream().filter(c -> accepts(c, images)).toList();
    }

    private boolean accepts(Container c, List<String> images) {
        return filters.exact("status", c.status().word())
                && filters.matches("id", c.id().value())
                && (filters.matches("name", "/" + c.name()) || filters.matches("name", c.name()))
                && filters.labels("label", c.spec().labels())
                && filters.exact("health", "none")
                && filters.exact("is-task", "false")
                && (!filters.has("ancestor") || images.contains(c.imageId()))
                && exited(c)
                && ports(c)
                && volume(c)
                && network(c);
    }

    private boolean exited(Container c) {
        if (!filters.has("exited")) {
            return true;
        }
        return c.status() == ContainerStatus.EXITED
                && c.finishedAt().isPresent()
                && filters.values("exited").contains(Integer.toString(c.exitCode()));
    }

    private static List<String> published(Container c) {
        return c.endpoints().stream()
                .flatMap(e -> e.ports().entrySet().stream())
                .flatMap(port ->
                        port.getValue().stream().map(b -> b.hostPort() + protocol(port.getKey())))
                .toList();
    }

    private static String protocol(String port) {
        int slash = port.indexOf('/');
        return slash < 0 ? "/tcp" : port.substring(slash);
    }

    // Docker: one of both is enough.
    private boolean ports(Container c) {
        if (!filters.has("publish") && !filters.has("expose")) {
            return true;
        }
        return ports("publish", published(c)) || ports("expose", c.spec().network().exposedPorts());
    }

    // PORT[-LAST][/PROTOCOL]
    private boolean ports(String name, List<String> present) {
        return filters.values(name).stream()
                .anyMatch(wanted -> present.stream().anyMatch(p -> covers(wanted, p)));
    }

    private static boolean covers(String wanted, String port) {
        if (!protocol(wanted).toLowerCase(Locale.ROOT).equals(protocol(port))) {
            return false;
        }
        String[] range = wanted.split("/", -1)[0].split("-", -1);
        int number = Integer.parseInt(port.split("[-/]", -1)[0]);
        return number >= Integer.parseInt(range[0])
                && number <= Integer.parseInt(range[range.length - 1]);
    }

    private boolean volume(Container c) {
        if (!filters.has("volume")) {
            return true;
        }
        return c.mounts().stream()
                .anyMatch(m ->
                        filters.exact("volume", m.destination())
                                || filters.exact(
                                        "volume", m.name().isEmpty() ? m.source() : m.name()));
    }

    private boolean network(Container c) {
        if (!filters.has("network")) {
            return true;
        }
        String mode = c.spec().network().mode();
        String planned = mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
        return filters.exact("network", planned)
                || c.endpoints().stream()
                        .anyMatch(e ->
                                filters.exact("network", e.network())
                                        || filters.prefix("network", e.networkId()));
    }
}
