package sampan.gateway.routes;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;

/// A rule: which requests, and what becomes of them.
public final class Route {
    /// Which requests. No host or method means any.
    ///
    /// @param hosts names in lower case, `*.name` for all below one
    public record Match(
            List<String> hosts, PathMatch path, Set<Method> methods, List<Condition> conditions) {}

    /// What becomes of a request that passed the filters.
    public sealed interface Action {}

    /// Goes to one of these, as their weights say.
    ///
    /// @param mirror that gets copies
    public record Forward(List<Weighted> services, Optional<Mirror> mirror) implements Action {
        public Forward(List<Weighted> services) {
            this(services, Optional.empty());
        }
    }

    public record Weighted(Service service, int weight) {}

    public record Redirect(int status, Template location) implements Action {}

    /// Answered here.
    public record Respond(int status, String text) implements Action {}

    /// How the head changes.
    ///
    /// @param path replaces the prefix that matched, or the whole path of other matches
    /// @param rewrite of the path by an expression, in place of `path`
    /// @param cors what pages of other origins may do
    /// @param compression of answers
    public record Edits(
            Optional<String> path,
            Optional<PathRewrite> rewrite,
            FieldEdits request,
            FieldEdits response,
            Optional<Cors> cors,
            Optional<Compression> compression) {
        public Edits(Optional<String> path, FieldEdits request, FieldEdits response) {
            this(path, Optional.empty(), request, response, Optional.empty(), Optional.empty());
        }
    }

    /// @param totalNanos from a request's first byte to its answer's last, 0 for any
    /// @param bodyBytesMax of a request
    /// @param answerBytesMax of the body of its answer
    /// @param upgrades whether connections may change their protocol
    public record Bounds(
            long totalNanos, long bodyBytesMax, long answerBytesMax, boolean upgrades) {
        public Bounds(long totalNanos, long bodyBytesMax, boolean upgrades) {
            this(totalNanos, bodyBytesMax, Long.MAX_VALUE, upgrades);
        }
    }

    private final String name;
    private final byte[] logName;
    private final Match match;
    private final Action action;
    private final Edits edits;
    private final Bounds bounds;
    private final Filter[] filters;
    private final RouteStats stats;
    private final int methods;
    private final Condition[] conditions;
    private final Service[] services;
    private final int[] upTo;
    private final byte @Nullable [] newPath;
    private final @Nullable PathRewrite rewrite;
    private final @Nullable Cors cors;
    private final @Nullable Mirror mirror;
    private final @Nullable Compression compression;

    public Route(
            RouteStats stats,
            Match match,
            Action action,
            Edits edits,
            Bounds bounds,
            List<Filter> filters) {
        this.name = stats.name();
        logName = Octets.ascii(name);
        this.stats = stats;
        this.match = match;
        this.action = action;
        this.edits = edits;
        this.bounds = bounds;
        newPath = edits.path().map(Octets::ascii).orElse(null);
        rewrite = edits.rewrite().orElse(null);
        cors = edits.cors().orElse(null);
        mirror = Mirror.of(action);
        compression = edits.compression().orElse(null);
        this.filters = filters.toArray(Filter[]::new);
        int mask = 0;
        Set<Method> allowed =
                match.methods().isEmpty() ? EnumSet.allOf(Method.class) : match.methods();
        for (Method method : allowed) {
            mask |= 1 << method.ordinal();
        }
        methods = mask;
        conditions = match.conditions().toArray(Condition[]::new);
        List<Weighted> shares = action instanceof Forward forward ? forward.services() : List.of();
        services = shares.stream().map(Weighted::service).toArray(Service[]::new);
        upTo = new int[services.length];
        int sum = 0;
        for (int i = 0; i < upTo.length; i++) {
            sum += shares.get(i).weight();
            upTo[i] = sum;
        }
    }

    boolean holds(RequestView view) {
        if ((methods & 1 << view.head().method().ordinal()) == 0
                && (cors == null || !Cors.asksFor(view, methods))) {
            return false;
        }
        for (Condition condition : conditions) {
            if (!condition.holds(view)) {
                return false;
            }
        }
        return true;
    }

    /// How many things it asks for besides host and path: who asks for more goes first.
    int exactness() {
        return conditions.length + (match.methods().isEmpty() ? 0 : 1);
    }

    public String name() {
        return name;
    }

    /// The name as octets.
    public byte[] logName() {
        return logName;
    }

    public Match match() {
        return match;
    }

    public Action action() {
        return action;
    }

    public Edits edits() {
        return edits;
    }

    public Bounds bounds() {
        return bounds;
    }

    public RouteStats stats() {
        return stats;
    }

    /// What replaces the path or its prefix, null where it stays.
    public byte @Nullable [] newPath() {
        return newPath;
    }

    /// What changes the path, null where nothing does.
    public @Nullable PathRewrite rewrite() {
        return rewrite;
    }

    /// What pages of other origins may do, null where nobody said.
    public @Nullable Cors cors() {
        return cors;
    }

    /// Which of its answers are compressed, null where none are.
    public @Nullable Compression compression() {
        return compression;
    }

    /// What gets copies of its requests, null where nothing does.
    public @Nullable Mirror mirror() {
        return mirror;
    }

    /// In their order.
    public List<Filter> filters() {
        return List.of(filters);
    }

    /// Runs the filters, from the one on at which the view stands; the first that does not let pass
    /// decides.
    public int check(RequestView view, long now) {
        for (int i = view.step(); i < filters.length; i++) {
            view.step(i);
            int status = filters[i].check(view, now);
            if (status != Filter.PASS) {
                return status;
            }
            view.forgetOutcome();
        }
        return Filter.PASS;
    }

    /// One of the services of a [Forward]: the one that has a target which the client had, or as
    /// their weights say.
    public Service service(RequestView view, long now) {
        if (services.length == 1) {
            return services[0];
        }
        for (Service each : services) {
            if (each.isSticky() && each.stuck(view, now) != null) {
                return each;
            }
        }
        int at = ThreadLocalRandom.current().nextInt(upTo[upTo.length - 1]);
        int i = 0;
        while (at >= upTo[i]) {
            i++;
        }
        return services[i];
    }

    @Override
    public String toString() {
        return name;
    }
}
