package sampan.gateway.auth;

import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Takes single cookies out of a head.
final class Cookies {
    private static final byte[] NAME = Octets.ascii("Cookie: ");
    private static final byte[] BETWEEN = Octets.ascii("; ");
    private static final byte[] LINE_END = Octets.ascii("\r\n");

    private Cookies() {}

    /// Leaves all cookies but those whose names begin so.
    static void strip(RequestView view, byte[] prefix) {
        Head head = view.head();
        int first = head.first(Field.COOKIE);
        for (int i = first; i >= 0 && i < head.count(); i++) {
            if (head.field(i) == Field.COOKIE
                    && !head.isDropped(i)
                    && has(head.valueAt(i), head.valueEnd(i), prefix)) {
                head.drop(i);
                rest(view, head.valueAt(i), head.valueEnd(i), prefix);
            }
        }
    }

    private static boolean has(long from, long end, byte[] prefix) {
        for (long at = from; at < end; at = next(at, end)) {
            if (begins(at, end, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(long at, long end, byte[] prefix) {
        return end - at >= prefix.length && Octets.same(at, at + prefix.length, prefix);
    }

    private static long ending(long from, long end) {
        long at = from;
        while (at < end && Memory.get(at) != ';') {
            at++;
        }
        return at;
    }

    private static long next(long from, long end) {
        long at = ending(from, end) + 1;
        while (at < end && Memory.get(at) == ' ') {
            at++;
        }
        return at;
    }

    private static void rest(RequestView view, long from, long end, byte[] prefix) {
        boolean any = false;
        for (long at = from; at < end; at = next(at, end)) {
            if (begins(at, end, prefix)) {
                continue;
            }
            view.add(any ? BETWEEN : NAME);
            view.add(at, ending(at, end));
            any = true;
        }
        if (any) {
            view.add(LINE_END);
        }
    }
}
