package sampan.gateway.traces;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.PathMatch;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;

/// One request's place in its trace. Used again for each request of a connection; of its loop's
/// thread only. A request that is not recorded allocates nothing.
public final class Trace {
    private static final byte[] USER_AGENT = Octets.ascii("user-agent");
    private static final String METHOD = "http.request.method";

    private final TraceContext context = new TraceContext();
    private @Nullable Tracer tracer;
    private @Nullable Span server;
    private String method = "";
    private String path = "";
    private long span;
    private long attempt;
    private int attempts;
    private boolean carried;

    /// Takes a request whose head the view shows.
    ///
    /// @param route none where none was found
    /// @param http2 whether it came as a stream
    public void begin(
            Tracer by, RequestView view, @Nullable Route route, long startNanos, boolean http2) {
        tracer = by;
        attempts = 0;
        carried = false;
        context.clear();
        by.read(view.head(), context);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (!context.isNamed()) {
            context.name(random.nextLong(), random.nextLong() | 1);
        }
        boolean recorded = by.records(context, route);
        context.sampled(recorded);
        span = random.nextLong() | 1;
        attempt = random.nextLong() | 1;
        server = recorded ? server(by, view, route, startNanos, http2) : null;
    }

    private Span server(
            Tracer by, RequestView view, @Nullable Route route, long startNanos, boolean http2) {
        RequestHead head = view.head();
        String template = route == null ? "" : template(route.match().path());
        String word = Octets.text(head.methodAt(), head.methodEnd());
        boolean known = head.method() != Method.OTHER;
        method = known ? word : "_OTHER";
        path = Octets.text(head.pathAt(), head.pathEnd());
        String name = (known ? word : "HTTP") + (template.isEmpty() ? "" : " " + template);
        Span begun =
                new Span(by, place(span, context.parent()), Span.Kind.SERVER, name, startNanos);
        begun.set(METHOD, method);
        if (!known) {
            begun.set("http.request.method_original", word);
        }
        begun.set("url.path", path.isEmpty() ? "/" : path);
        begun.set("url.scheme", view.isSecure() ? "https" : "http");
        begun.set("http.route", template);
        begun.set("sampan.route", route == null ? "" : route.name());
        begun.set("network.protocol.name", "http");
        begun.set("network.protocol.version", http2 ? "2" : "1." + head.minorVersion());
        begun.set(
                "client.address",
                Octets.text(view.clientAt(), view.clientAt() + view.clientLength()));
        int host = head.first(Field.HOST);
        long at = head.authorityAt();
        if (host >= 0 || head.authorityEnd() > at) {
            begun.set("server.address", Octets.text(at, head.hostEnd()));
            port(begun, head);
        }
        int agent = head.find(USER_AGENT, 0);
        if (agent >= 0) {
            begun.set(
                    "user_agent.original", Octets.text(head.valueAt(agent), head.valueEnd(agent)));
        }
        return begun;
    }

    private static void port(Span begun, RequestHead head) {
        String digits = Octets.text(head.hostEnd(), head.authorityEnd());
        if (digits.matches(":[0-9]{1,5}")) {
            begun.set("server.port", Long.parseLong(digits.substring(1)));
        }
    }

    private Span.Place place(long id, long parent) {
        return new Span.Place(context.high(), context.low(), id, parent, context.flags());
    }

    private static String template(PathMatch match) {
        return switch (match) {
            case PathMatch.Exact(String exact) -> exact;
            case PathMatch.Prefix(String prefix) -> prefix + "/*";
            case PathMatch.Regex(var pattern) -> pattern.toString();
        };
    }

    /// Whether it goes with a request.
    public boolean isOn() {
        return tracer != null;
    }

    /// Writes the identifier of the trace, 32 digits; returns the address behind them.
    public long id(long to) {
        return ContextWriter.hex(context.low(), ContextWriter.hex(context.high(), to));
    }

    /// Has the server told, before its head is composed.
    public void tell(RequestView view, ContextWriter writer) {
        Tracer by = tracer;
        if (by != null) {
            writer.tell(view, by.settings(), context, span, attempt);
        }
    }

    /// A connection to that target is to carry the request; null where that is not recorded.
    public @Nullable Span attempt(Target target, long nowNanos) {
        Tracer by = tracer;
        if (by == null || server == null) {
            return null;
        }
        if (carried) {
            attempt = ThreadLocalRandom.current().nextLong() | 1;
        }
        carried = true;
        return client(by, attempt, target, nowNanos);
    }

    /// A target took no connection.
    public void refused(Target target, long nowNanos) {
        Tracer by = tracer;
        if (by != null && server != null) {
            long id = ThreadLocalRandom.current().nextLong() | 1;
            Span refused = client(by, id, target, nowNanos);
            refused.blame("connection_refused");
            refused.end(nowNanos);
        }
    }

    private Span client(Tracer by, long id, Target target, long nowNanos) {
        Span begun = new Span(by, place(id, span), Span.Kind.CLIENT, method, nowNanos);
        boolean http2 = target.dialing().isShared();
        String address = target.name();
        int colon = address.lastIndexOf(':');
        begun.set(METHOD, method);
        begun.set("url.path", path);
        begun.set("server.address", address.substring(0, colon));
        begun.set("server.port", Long.parseLong(address.substring(colon + 1)));
        begun.set("url.scheme", target.dialing().tls().isPresent() ? "https" : "http");
        begun.set("network.protocol.name", "http");
        begun.set("network.protocol.version", http2 ? "2" : "1.1");
        if (attempts > 0) {
            begun.set("http.request.resend_count", attempts);
        }
        attempts++;
        return begun;
    }

    /// A head that was composed for one attempt goes with another.
    public void renew(long head, int length) {
        if (server != null) {
            ContextWriter.renew(head, length, attempt);
        }
    }

    /// The client does not get all of an answer.
    public void abort() {
        if (server != null) {
            server.blame("canceled");
        }
    }

    /// The request is over.
    ///
    /// @param status 0 where there was no answer
    public void end(int status, @Nullable Identity identity, long nowNanos) {
        Span recorded = server;
        tracer = null;
        server = null;
        if (recorded == null) {
            return;
        }
        recorded.answered(status);
        if (status > 0) {
            recorded.complete();
        }
        if (identity != null) {
            recorded.set("sampan.consumer", identity.name());
        }
        recorded.end(nowNanos);
    }
}
