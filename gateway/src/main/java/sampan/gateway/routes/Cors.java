package sampan.gateway.routes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// What pages of other origins may do (the Fetch standard, section CORS protocol). It stands in
/// front of a route's other filters: a preflight has no credentials, and the answer to one that is
/// refused must be readable too. What the service says of the matter itself is dropped.
public final class Cors implements Filter {
    /// Octets of an origin; longer ones are nobody's.
    public static final int ORIGIN_BYTES_MAX = 300;

    /// Stands for all origins.
    public static final String ANY = "*";

    private static final int FORBIDDEN = 403;
    private static final int NO_CONTENT = 204;
    private static final byte[] ORIGIN = Octets.ascii("origin");
    private static final byte[] REQUEST_METHOD = Octets.ascii("access-control-request-method");
    private static final byte[] VARY = Octets.ascii("Vary: Origin\r\n");
    private static final String PREFLIGHT_VARY =
            "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n";
    private static final Reply REFUSED =
            Reply.of(FORBIDDEN, "pages of this origin may not use this", PREFLIGHT_VARY);
    private static final FieldEdits SERVICES_OWN =
            new FieldEdits(
                    List.of(
                            "access-control-allow-origin",
                            "access-control-allow-credentials",
                            "access-control-allow-methods",
                            "access-control-allow-headers",
                            "access-control-expose-headers",
                            "access-control-max-age"),
                    List.of());

    /// An origin that is allowed.
    public sealed interface Origin {
        /// As a browser writes it, in lower case.
        record Exact(String text) implements Origin {}

        /// All below a host.
        ///
        /// @param scheme with `://`
        /// @param rest from the dot on
        record Below(String scheme, String rest) implements Origin {}

        /// The whole origin, by a regular expression.
        record Regex(BoundedPattern pattern) implements Origin {}
    }

    /// What is allowed.
    ///
    /// @param any whether every origin is; without credentials only
    /// @param maxAgeSeconds for which a browser remembers the answer to a preflight, -1 for its own
    public record Rules(
            boolean any,
            List<Origin> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            boolean credentials,
            int maxAgeSeconds) {}

    /// What who comes from an allowed origin is told.
    private record Told(byte[] lines, Reply preflight) {}

    private final Rules rules;
    private final ByteMap<Told> exact;
    private final Origin.Below[] below;
    private final byte[][] schemes;
    private final byte[][] rests;
    private final BoundedPattern[] patterns;
    private final @Nullable Told any;

    public Cors(Rules rules) {
        this.rules = rules;
        Map<String, Told> told = new HashMap<>();
        for (Origin origin : rules.origins()) {
            if (origin instanceof Origin.Exact(String text)) {
                told.put(text, told(text));
            }
        }
        exact = new ByteMap<>(told);
        below = of(Origin.Below.class).toArray(Origin.Below[]::new);
        schemes = new byte[below.length][];
        rests = new byte[below.length][];
        for (int i = 0; i < below.length; i++) {
            schemes[i] = Octets.ascii(below[i].scheme());
            rests[i] = Octets.ascii(below[i].rest());
        }
        patterns =
                of(Origin.Regex.class).stream()
                        .map(Origin.Regex::pattern)
                        .toArray(BoundedPattern[]::new);
        any = rules.any() ? told(ANY) : null;
    }

    private <T extends Origin> List<T> of(Class<T> kind) {
        return rules.origins().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public Rules rules() {
        return rules;
    }

    private Told told(String origin) {
        StringBuilder common = new StringBuilder();
        common.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
        if (rules.credentials()) {
            common.append("Access-Control-Allow-Credentials: true\r\n");
        }
        StringBuilder preflight = new StringBuilder(common);
        list(preflight, "Access-Control-Allow-Methods", rules.methods());
        list(preflight, "Access-Control-Allow-Headers", rules.headers());
        if (rules.maxAgeSeconds() >= 0) {
            preflight
                    .append("Access-Control-Max-Age: ")
                    .append(rules.maxAgeSeconds())
                    .append("\r\n");
        }
        preflight.append(PREFLIGHT_VARY);
        list(common, "Access-Control-Expose-Headers", rules.exposed());
        if (!origin.equals(ANY)) {
            common.append("Vary: Origin\r\n");
        }
        return new Told(
                Octets.ascii(common.toString()),
                new Reply(NO_CONTENT, "", new byte[0], Octets.ascii(preflight.toString())));
    }

    private static void list(StringBuilder lines, String name, List<String> values) {
        if (!values.isEmpty()) {
            lines.append(name)
                    .append(": ")
                    .append(values.stream().collect(Collectors.joining(", ")))
                    .append("\r\n");
        }
    }

    @Override
    public int check(RequestView view, long now) {
        Head head = view.head();
        int line = head.find(ORIGIN, 0);
        if (line < 0) {
            view.tellClient(any == null ? VARY : any.lines());
            return PASS;
        }
        boolean preflight =
                view.head().method() == Method.OPTIONS && head.find(REQUEST_METHOD, 0) >= 0;
        Told told = head.find(ORIGIN, line + 1) >= 0 ? null : allowed(head, line);
        if (told == null) {
            if (preflight) {
                view.reason("its origin may not do this");
                return view.reply(REFUSED);
            }
            view.tellClient(VARY);
            return PASS;
        }
        if (preflight) {
            return view.reply(told.preflight());
        }
        view.tellClient(told.lines());
        return PASS;
    }

    private @Nullable Told allowed(Head head, int line) {
        if (any != null) {
            return any;
        }
        long at = head.valueAt(line);
        long end = head.valueEnd(line);
        if (end - at > ORIGIN_BYTES_MAX) {
            return null;
        }
        Told known = exact.get(at, end);
        if (known != null) {
            return known;
        }
        for (int i = 0; i < below.length; i++) {
            if (isBelow(at, end, schemes[i], rests[i])) {
                return told(Octets.text(at, end));
            }
        }
        for (BoundedPattern pattern : patterns) {
            if (pattern.matches(at, end)) {
                return told(Octets.text(at, end));
            }
        }
        return null;
    }

    private static boolean isBelow(long at, long end, byte[] scheme, byte[] rest) {
        long from = at + scheme.length;
        long to = end - rest.length;
        if (from >= to || !Octets.same(at, from, scheme) || !Octets.same(to, end, rest)) {
            return false;
        }
        for (long i = from; i < to; i++) {
            byte c = Memory.get(i);
            boolean ofName = c >= 'a' && c <= 'z' || Octets.isDigit(c) || c == '-' || c == '.';
            if (!ofName) {
                return false;
            }
        }
        return true;
    }

    /// Whether the request asks on behalf of a page whether it may send one of these methods.
    ///
    /// @param methods bits by [Method#ordinal]
    static boolean asksFor(RequestView view, int methods) {
        Head head = view.head();
        if (view.head().method() != Method.OPTIONS || head.find(ORIGIN, 0) < 0) {
            return false;
        }
        int line = head.find(REQUEST_METHOD, 0);
        return line >= 0
                && (methods & 1 << Method.of(head.valueAt(line), head.valueEnd(line)).ordinal())
                        != 0;
    }

    /// Marks what a service says of the matter, so that it goes.
    public void drop(Head head) {
        SERVICES_OWN.drop(head);
    }
}
