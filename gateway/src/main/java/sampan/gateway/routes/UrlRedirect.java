package sampan.gateway.routes;

import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// Sends clients elsewhere whose address, `http://host/path?query`, has a match of an expression:
/// every match is replaced. Others pass, and so does who would be sent to where it is.
public final class UrlRedirect implements Filter {
    private static final int BYTES_MAX = 8 << 10;
    private static final int URI_TOO_LONG = 414;
    private static final byte[] HTTP = Octets.ascii("http://");
    private static final byte[] HTTPS = Octets.ascii("https://");

    /// One for each loop's thread, as long as the process lives: the address, and the next one.
    private static final ThreadLocal<Long> ROOM =
            ThreadLocal.withInitial(() -> Memory.allocate(2L * BYTES_MAX));

    private final BoundedPattern pattern;
    private final Replacement to;
    private final int status;

    private UrlRedirect(BoundedPattern pattern, Replacement to, int status) {
        this.pattern = pattern;
        this.to = to;
        this.status = status;
    }

    /// @param field for the message
    /// @param to with `$1`, `${1}` or `${name}` for what a group has matched, `$$` for a dollar
    public static UrlRedirect of(BoundedPattern pattern, String field, String to, int status) {
        Replacement by = Replacement.of(pattern, field, to, Replacement.Kind.ADDRESS);
        return new UrlRedirect(pattern, by, status);
    }

    @Override
    public int check(RequestView view, long now) {
        RequestHead head = view.head();
        byte[] scheme = view.isSecure() ? HTTPS : HTTP;
        long host = head.authorityEnd() - head.authorityAt();
        long path = view.pathEnd() - view.pathAt();
        long query = head.queryEnd() - head.pathEnd();
        long length = scheme.length + host + path + query;
        if (length > BYTES_MAX) {
            return tooLong(view);
        }
        long room = ROOM.get();
        Memory.copy(scheme, room);
        Memory.copy(head.authorityAt(), room + scheme.length, host);
        Memory.copy(view.pathAt(), room + scheme.length + host, path);
        Memory.copy(head.pathEnd(), room + scheme.length + host + path, query);
        long next = room + BYTES_MAX;
        int made = pattern.replace(room, room + length, to, next, BYTES_MAX);
        if (made == BoundedPattern.NO_MATCH) {
            return PASS;
        }
        if (made < 0) {
            return tooLong(view);
        }
        byte[] location = Memory.bytes(next, made);
        if (made == length && Octets.same(room, room + length, location)) {
            return PASS;
        }
        String text = Octets.text(next, next + made);
        return view.reply(Reply.of(status, "see " + text, "Location: " + text + "\r\n"));
    }

    private static int tooLong(RequestView view) {
        view.reason("the address cannot be rewritten");
        return URI_TOO_LONG;
    }

    @Override
    public String toString() {
        return "redirect ~" + pattern + " to " + to;
    }
}
