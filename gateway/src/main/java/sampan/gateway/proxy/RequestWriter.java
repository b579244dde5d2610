package sampan.gateway.proxy;

import sampan.gateway.routes.PathMatch;
import sampan.gateway.routes.PathRewrite;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;

/// The head that an upstream gets.
final class RequestWriter {
    private static final byte[] FORWARDED_FOR = Octets.ascii("X-Forwarded-For: ");
    private static final byte[] FORWARDED_PROTO = Octets.ascii("\r\nX-Forwarded-Proto: http\r\n");
    private static final byte[] FORWARDED_PROTO_TLS =
            Octets.ascii("\r\nX-Forwarded-Proto: https\r\n");
    private static final byte[] FORWARDED_HOST = Octets.ascii("X-Forwarded-Host: ");
    private static final byte[] CONNECTION_UPGRADE =
            Octets.ascii("Connection: upgrade\r\nUpgrade: ");
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final byte[] VERSION_10 = Octets.ascii(" HTTP/1.0\r\n");
    private static final byte[] VERSION_11 = Octets.ascii(" HTTP/1.1\r\n");

    /// What servers and clients are told of who is between.
    ///
    /// @param via the line, empty for none
    record Told(ProxyLimits.Forwarded forwarded, byte[] via) {
        static Told by(ProxyLimits limits) {
            String line = limits.via().map(name -> "Via: 1.1 " + name + "\r\n").orElse("");
            return new Told(limits.forwarded(), Octets.ascii(line));
        }
    }

    private RequestWriter() {}

    static void write(
            HeadWriter writer, RequestView view, Route route, Told told, boolean upgrade) {
        RequestHead head = view.head();
        Route.Edits edits = route.edits();
        edits.request().drop(head);
        writer.begin();
        startLine(writer, view, route);
        if (told.forwarded() == ProxyLimits.Forwarded.REPLACE) {
            head.dropAll(Field.X_FORWARDED_FOR);
            head.dropAll(Field.X_FORWARDED_PROTO);
            head.dropAll(Field.X_FORWARDED_HOST);
            head.dropAll(Field.X_FORWARDED_PORT);
            head.dropAll(Field.X_REAL_IP);
            head.dropAll(Field.FORWARDED);
        }
        writer.kept(head);
        if (told.forwarded() != ProxyLimits.Forwarded.OFF) {
            forwarded(writer, view, told.forwarded() == ProxyLimits.Forwarded.APPEND);
        }
        writer.put(told.via());
        if (upgrade) {
            int line = head.first(Field.UPGRADE);
            writer.put(CONNECTION_UPGRADE)
                    .put(head.valueAt(line), head.valueEnd(line))
                    .put(LINE_END);
        }
        writer.put(view.added(), view.added() + view.addedLength());
        writer.added(edits.request()).put(LINE_END);
    }

    private static void forwarded(HeadWriter writer, RequestView view, boolean append) {
        RequestHead head = view.head();
        writer.put(FORWARDED_FOR);
        writer.put(view.clientAt(), view.clientAt() + view.clientLength());
        if (append && head.first(Field.X_FORWARDED_PROTO) >= 0) {
            writer.put(LINE_END);
        } else {
            writer.put(view.isSecure() ? FORWARDED_PROTO_TLS : FORWARDED_PROTO);
        }
        boolean told = append && head.first(Field.X_FORWARDED_HOST) >= 0;
        if (!told && head.authorityEnd() > head.authorityAt()) {
            writer.put(FORWARDED_HOST).put(head.authorityAt(), head.authorityEnd()).put(LINE_END);
        }
    }

    private static void startLine(HeadWriter writer, RequestView view, Route route) {
        RequestHead head = view.head();
        byte[] path = route.newPath();
        PathRewrite rewrite = route.rewrite();
        int length = rewrite == null ? PathRewrite.SAME : rewrite.apply(view);
        if (path == null && length == PathRewrite.SAME && !head.isAbsolute()) {
            writer.put(head.base() + head.start(), head.base() + head.fieldsAt());
            return;
        }
        writer.put(head.methodAt(), head.methodEnd()).put(' ');
        if (length > PathRewrite.SAME) {
            writer.put(view.newPathAt(), view.newPathAt() + length);
        } else if (path != null) {
            rewritten(writer, view, route, path);
        } else if (head.pathAt() == head.pathEnd()) {
            writer.put('/');
        } else {
            writer.put(head.pathAt(), head.pathEnd());
        }
        writer.put(head.pathEnd(), head.queryEnd());
        writer.put(head.minorVersion() == 0 ? VERSION_10 : VERSION_11);
    }

    /// The new path; of a prefix match, the rest of the path in its normal form follows.
    private static void rewritten(HeadWriter writer, RequestView view, Route route, byte[] bytes) {
        if (!(route.match().path() instanceof PathMatch.Prefix(String prefix))) {
            writer.put(bytes);
            return;
        }
        long rest = view.pathAt() + prefix.length();
        // "/" in front of "/x" is "/x"; "" is the root.
        int length = bytes.length;
        boolean slash = length > 0 && bytes[length - 1] == '/';
        if (slash && rest < view.pathEnd()) {
            length--;
        }
        writer.put(bytes, length).put(rest, view.pathEnd());
        if (length == 0 && rest == view.pathEnd()) {
            writer.put('/');
        }
    }
}
