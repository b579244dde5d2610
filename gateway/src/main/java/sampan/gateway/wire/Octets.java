package sampan.gateway.wire;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import sampan.linux.net.Memory;

/// Classes of octets and searches over native memory, eight at a time where that helps.
public final class Octets {
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long LINE_FEEDS = 0x0A * ONES;
    private static final long DELETES = 0x7F * ONES;
    private static final byte TOKEN = 1;
    private static final byte TARGET = 2;
    private static final byte HOST = 4;
    private static final byte VALUE = 8;
    private static final byte[] CLASS = classes();

    private Octets() {}

    private static byte[] classes() {
        byte[] classes = new byte[256];
        String punctuation = "!#$%&'*+-.^_`|~";
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric =
                    c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            int bits = 0;
            if (alphanumeric || c < 128 && punctuation.indexOf(c) >= 0) {
                bits |= TOKEN;
            }
            // RFC 3986 and what browsers send unescaped in queries; never '#', controls, quotes.
            if (alphanumeric || c < 128 && "-._~:/?[]@!$&'()*+,;=%|{}^`".indexOf(c) >= 0) {
                bits |= TARGET;
            }
            if (alphanumeric || c < 128 && "-._~!$&'()*+,;=%[]:".indexOf(c) >= 0) {
                bits |= HOST;
            }
            if (c >= 0x20 && c != 0x7F || c == '\t') {
                bits |= VALUE;
            }
            classes[c] = (byte) bits;
        }
        return classes;
    }

    /// RFC 9110 section 5.6.2.
    public static boolean isToken(byte c) {
        return (CLASS[c & 0xFF] & TOKEN) != 0;
    }

    public static boolean isTarget(byte c) {
        return (CLASS[c & 0xFF] & TARGET) != 0;
    }

    public static boolean isHost(byte c) {
        return (CLASS[c & 0xFF] & HOST) != 0;
    }

    /// Neither a control character nor DEL; tab, space and octets above 127 may stand in values.
    public static boolean isValue(byte c) {
        return (CLASS[c & 0xFF] & VALUE) != 0;
    }

    public static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    /// 0 to 15, or -1.
    public static int hex(byte c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    public static byte lower(byte c) {
        return c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
    }

    /// The address of the first LF in `[from, to)`, or -1.
    public static long lineFeed(long from, long to) {
        long at = from;
        for (; at + 8 <= to; at += 8) {
            long v = Memory.getLong(at) ^ LINE_FEEDS;
            long zero = (v - ONES) & ~v & HIGHS;
            if (zero != 0) {
                return at + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (Memory.get(at) == '\n') {
                return at;
            }
        }
        return -1;
    }

    /// Whether every octet in `[from, to)` may stand in a field value.
    public static boolean areValue(long from, long to) {
        long at = from;
        for (; at + 8 <= to; at += 8) {
            long v = Memory.getLong(at);
            long below = (v - 0x20 * ONES) & ~v & HIGHS;
            long d = v ^ DELETES;
            long delete = (d - ONES) & ~d & HIGHS;
            if ((below | delete) != 0 && !areValueEach(at, at + 8)) {
                return false;
            }
        }
        return areValueEach(at, to);
    }

    private static boolean areValueEach(long from, long to) {
        for (long at = from; at < to; at++) {
            if (!isValue(Memory.get(at))) {
                return false;
            }
        }
        return true;
    }

    /// ASCII without regard to case.
    ///
    /// @param lower in lower case
    public static boolean sameIgnoringCase(long from, long to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (lower(Memory.get(from + i)) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    public static boolean same(long from, long to, byte[] bytes) {
        if (to - from != bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (Memory.get(from + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// A text as a field's value can have it: `%` and what is not visible ASCII or a blank become
    /// octets of UTF-8, percent-encoded.
    public static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7F && b != '%' || b == ' ') {
                encoded.append((char) b);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
            }
        }
        return encoded.toString();
    }

    public static String text(long from, long to) {
        return new String(Memory.bytes(from, (int) (to - from)), StandardCharsets.ISO_8859_1);
    }

    /// Writes a non-negative number in decimal; returns the address behind it.
    public static long decimal(long value, long to) {
        long p = to;
        long unit = 1;
        while (value / unit >= 10) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            Memory.put(p++, (byte) ('0' + value / unit % 10));
        }
        return p;
    }
}
