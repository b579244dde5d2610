package sampan.gateway.wire;

import sampan.linux.net.Memory;

/// Paths as routes see them. What the gateway matches must be what the server behind reads, or a
/// rule could be walked around: dot segments are refused, whatever their clothes, and letters,
/// digits and `-._~` that came percent-encoded are decoded.
public final class Paths {
    private Paths() {}

    /// Neither dot segments nor percent-encoding that is none, nor an encoded NUL. An encoded slash
    /// ends a segment here, as it does for servers that decode before they resolve.
    public static boolean isSound(long from, long to) {
        int dots = 0;
        boolean onlyDots = true;
        for (long at = from; at < to; at++) {
            int c = Memory.get(at);
            if (c == '%') {
                c = at + 2 < to ? decoded(at) : -1;
                if (c <= 0) {
                    return false;
                }
                at += 2;
            }
            if (c == '/' || c == '\\' || c == ';') {
                if (onlyDots && (dots == 1 || dots == 2)) {
                    return false;
                }
                // what follows ';' are parameters: ..;/ is a dot segment to some servers
                onlyDots = c != ';';
                dots = 0;
            } else if (c == '.' && onlyDots) {
                dots++;
            } else {
                onlyDots = false;
            }
        }
        return !(onlyDots && (dots == 1 || dots == 2));
    }

    private static int decoded(long at) {
        int high = Octets.hex(Memory.get(at + 1));
        int low = Octets.hex(Memory.get(at + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /// Whether [#normalize] would change it.
    public static boolean isNormal(long from, long to) {
        byte before = 0;
        for (long at = from; at < to; at++) {
            byte c = Memory.get(at);
            if (c == '%' || c == '/' && before == '/') {
                return false;
            }
            before = c;
        }
        return true;
    }

    /// Writes the path with runs of slashes as one and unreserved characters decoded; never longer
    /// than the path. Returns the address behind it.
    public static long normalize(long from, long to, long into) {
        long p = into;
        byte before = 0;
        for (long at = from; at < to; at++) {
            byte c = Memory.get(at);
            if (c == '%') {
                int d = decoded(at);
                if (isUnreserved(d)) {
                    Memory.put(p++, (byte) d);
                    at += 2;
                    before = (byte) d;
                    continue;
                }
            }
            if (c != '/' || before != '/') {
                Memory.put(p++, c);
            }
            before = c;
        }
        return p;
    }

    private static boolean isUnreserved(int c) {
        return c >= 0
                && (Octets.isDigit((byte) c)
                        || (c | 0x20) >= 'a' && (c | 0x20) <= 'z'
                        || c == '-'
                        || c == '.'
                        || c == '_'
                        || c == '~');
    }
}
