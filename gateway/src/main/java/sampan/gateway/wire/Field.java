package sampan.gateway.wire;

/// The fields that the gateway itself reads or writes, as small numbers.
public final class Field {
    public static final int OTHER = 0;
    public static final int HOST = 1;
    public static final int CONNECTION = 2;
    public static final int CONTENT_LENGTH = 3;
    public static final int TRANSFER_ENCODING = 4;
    public static final int EXPECT = 5;
    public static final int UPGRADE = 6;
    public static final int KEEP_ALIVE = 7;
    public static final int PROXY_CONNECTION = 8;
    public static final int TE = 9;
    public static final int TRAILER = 10;
    public static final int X_FORWARDED_FOR = 11;
    public static final int X_FORWARDED_PROTO = 12;
    public static final int X_FORWARDED_HOST = 13;
    public static final int FORWARDED = 14;
    public static final int VIA = 15;
    public static final int COOKIE = 16;
    public static final int AUTHORIZATION = 17;
    public static final int PROXY_AUTHORIZATION = 18;
    public static final int X_FORWARDED_PORT = 19;
    public static final int X_REAL_IP = 20;

    /// One more than the highest number.
    public static final int COUNT = 21;

    private static final byte[][] NAMES = {
        {},
        Octets.ascii("host"),
        Octets.ascii("connection"),
        Octets.ascii("content-length"),
        Octets.ascii("transfer-encoding"),
        Octets.ascii("expect"),
        Octets.ascii("upgrade"),
        Octets.ascii("keep-alive"),
        Octets.ascii("proxy-connection"),
        Octets.ascii("te"),
        Octets.ascii("trailer"),
        Octets.ascii("x-forwarded-for"),
        Octets.ascii("x-forwarded-proto"),
        Octets.ascii("x-forwarded-host"),
        Octets.ascii("forwarded"),
        Octets.ascii("via"),
        Octets.ascii("cookie"),
        Octets.ascii("authorization"),
        Octets.ascii("proxy-authorization"),
        Octets.ascii("x-forwarded-port"),
        Octets.ascii("x-real-ip"),
    };
    private static final int LENGTH_MAX = 19;
    // By length: few share one.
    private static final int[][] BY_LENGTH = byLength();

    private Field() {}

    private static int[][] byLength() {
        int[][] table = new int[LENGTH_MAX + 1][];
        for (int length = 0; length <= LENGTH_MAX; length++) {
            int wanted = length;
            table[length] =
                    java.util.stream.IntStream.range(1, COUNT)
                            .filter(i -> NAMES[i].length == wanted)
                            .toArray();
        }
        return table;
    }

    /// The number of a name, [#OTHER] where it has none.
    public static int of(long from, long to) {
        int length = (int) (to - from);
        if (length > LENGTH_MAX) {
            return OTHER;
        }
        for (int candidate : BY_LENGTH[length]) {
            if (Octets.sameIgnoringCase(from, to, NAMES[candidate])) {
                return candidate;
            }
        }
        return OTHER;
    }

    /// As [#of(long, long)], of a name that is in lower case.
    static int of(byte[] lower, int length) {
        if (length <= LENGTH_MAX) {
            for (int candidate : BY_LENGTH[length]) {
                if (java.util.Arrays.equals(
                        lower, 0, length, NAMES[candidate], 0, NAMES[candidate].length)) {
                    return candidate;
                }
            }
        }
        return OTHER;
    }

    /// Fields of one connection only (RFC 9110 section 7.6.1), never passed on. What frames the
    /// body is passed on: bodies go through as they are framed.
    static boolean isHopByHop(int field) {
        return switch (field) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, UPGRADE, PROXY_AUTHORIZATION -> true;
            default -> false;
        };
    }

    /// Fields without which a message means another one: a Connection that names them is an attack.
    static boolean isVital(int field) {
        return switch (field) {
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, AUTHORIZATION, COOKIE -> true;
            default -> false;
        };
    }

    /// May not come behind a body (RFC 9110 section 6.5.1).
    static boolean isForbiddenTrailer(int field) {
        return field != OTHER;
    }
}
