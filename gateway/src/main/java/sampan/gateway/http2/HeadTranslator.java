package sampan.gateway.http2;

import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Writes a field block out as a head of HTTP/1.1, or as trailer lines. It checks what would mean
/// something else there (RFC 9113 section 8.2 and 8.3); the rest is left to who reads the head.
///
/// One per thread, used again for each block.
public final class HeadTranslator implements FieldSink {
    /// What a block is of.
    public enum Kind {
        REQUEST,
        RESPONSE,
        TRAILERS
    }

    private static final int LINE_BYTES_MAX = 16 << 10;
    private static final int PSEUDO_BYTES_MAX = 12 << 10;
    private static final int STATUS_DIGITS = 3;
    private static final byte[] HTTP = Octets.ascii(" HTTP/1.1\r\nHost: ");
    private static final byte[] HTTP_NO_HOST = Octets.ascii(" HTTP/1.1\r\n");
    private static final byte[] STATUS_LINE = Octets.ascii("HTTP/1.1 ");
    private static final byte[] CHUNKED = Octets.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] EMPTY = Octets.ascii("content-length: 0\r\n");
    private static final byte[] COOKIE = Octets.ascii("cookie: ");
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final byte[] TRAILERS = Octets.ascii("trailers");
    private static final byte[][] FORBIDDEN = {
        Octets.ascii("connection"),
        Octets.ascii("keep-alive"),
        Octets.ascii("proxy-connection"),
        Octets.ascii("transfer-encoding"),
        Octets.ascii("upgrade"),
    };
    private static final byte[] NAME_TE = Octets.ascii("te");
    private static final byte[] NAME_HOST = Octets.ascii("host");
    private static final byte[] NAME_COOKIE = Octets.ascii("cookie");
    private static final byte[] NAME_LENGTH = Octets.ascii("content-length");
    private static final byte[][] PSEUDO = {
        Octets.ascii(":method"),
        Octets.ascii(":path"),
        Octets.ascii(":authority"),
        Octets.ascii(":scheme"),
        Octets.ascii(":status"),
    };
    private static final int METHOD = 0;
    private static final int PATH = 1;
    private static final int AUTHORITY = 2;
    private static final int SCHEME = 3;
    private static final int STATUS = 4;
    private static final int HOST = 5;
    private static final byte[] HEAD = Octets.ascii("HEAD");
    private static final byte[] CONNECT = Octets.ascii("CONNECT");

    // The start line is written before the fields once all pseudo-fields are known.
    private final long area;
    private final long fields;
    private final long cookies;
    private final long pseudo = Memory.allocate(6L * PSEUDO_BYTES_MAX);
    private final int[] pseudoLength = new int[6];
    private final int bytesMax;
    private long at;
    private long cookieAt;
    private Kind kind = Kind.REQUEST;
    private boolean malformed;
    private boolean tooLarge;
    private boolean regular;
    private long contentLength;
    private int used;
    private int usedMax;

    /// @param bytesMax what a head may be at most, by any limit
    public HeadTranslator(int bytesMax) {
        this.bytesMax = bytesMax;
        area = Memory.allocate(LINE_BYTES_MAX + 2L * bytesMax + 1024);
        fields = area + LINE_BYTES_MAX;
        cookies = Memory.allocate(bytesMax + 64L);
    }

    /// @param headBytesMax what names and values may be together
    public void begin(Kind kind, int headBytesMax) {
        this.kind = kind;
        usedMax = Math.min(headBytesMax, bytesMax);
        at = fields;
        cookieAt = cookies;
        malformed = false;
        tooLarge = false;
        regular = false;
        contentLength = -1;
        used = 0;
        java.util.Arrays.fill(pseudoLength, -1);
    }

    @Override
    public void field(long name, int nameLength, long value, int valueLength) {
        used += nameLength + valueLength + 4;
        if (malformed || tooLarge || used > usedMax) {
            tooLarge |= used > usedMax;
            return;
        }
        if (nameLength == 0 || !isValue(value, valueLength)) {
            malformed = true;
        } else if (Memory.get(name) == ':') {
            malformed |= !pseudo(name, nameLength, value, valueLength);
        } else {
            regular = true;
            malformed |= !regular(name, nameLength, value, valueLength);
        }
    }

    private static boolean isValue(long at, int length) {
        if (length > 0 && (isBlank(Memory.get(at)) || isBlank(Memory.get(at + length - 1)))) {
            return false;
        }
        return Octets.areValue(at, at + length);
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }

    private boolean pseudo(long name, int nameLength, long value, int valueLength) {
        int which = -1;
        for (int i = 0; i < PSEUDO.length; i++) {
            if (Octets.same(name, name + nameLength, PSEUDO[i])) {
                which = i;
            }
        }
        boolean fits =
                kind == Kind.REQUEST && which >= 0 && which < STATUS
                        || kind == Kind.RESPONSE && which == STATUS;
        if (!fits || regular || pseudoLength[which] >= 0) {
            return false;
        }
        return remember(which, value, valueLength);
    }

    private boolean remember(int which, long value, int valueLength) {
        if (valueLength > PSEUDO_BYTES_MAX) {
            tooLarge = true;
            return true;
        }
        Memory.copy(value, place(which), valueLength);
        pseudoLength[which] = valueLength;
        return true;
    }

    private long place(int which) {
        return pseudo + (long) which * PSEUDO_BYTES_MAX;
    }

    private boolean regular(long name, int nameLength, long value, int valueLength) {
        for (int i = 0; i < nameLength; i++) {
            byte c = Memory.get(name + i);
            if (!Octets.isToken(c) || c >= 'A' && c <= 'Z') {
                return false;
            }
        }
        long nameEnd = name + nameLength;
        for (byte[] forbidden : FORBIDDEN) {
            if (Octets.same(name, nameEnd, forbidden)) {
                return false;
            }
        }
        if (Octets.same(name, nameEnd, NAME_TE)) {
            return Octets.sameIgnoringCase(value, value + valueLength, TRAILERS);
        }
        if (kind == Kind.REQUEST) {
            if (Octets.same(name, nameEnd, NAME_HOST)) {
                return pseudoLength[HOST] < 0 && remember(HOST, value, valueLength);
            }
            if (Octets.same(name, nameEnd, NAME_COOKIE)) {
                cookie(value, valueLength);
                return true;
            }
        }
        if (Octets.same(name, nameEnd, NAME_LENGTH)) {
            contentLength = contentLength >= 0 ? -2 : length(value, valueLength);
            if (contentLength < 0) {
                return false;
            }
        }
        put(name, nameLength);
        Memory.put(at++, (byte) ':');
        Memory.put(at++, (byte) ' ');
        put(value, valueLength);
        put(LINE_END);
        return true;
    }

    /// Crumbs of cookies are one field in HTTP/1.1 (RFC 9113 section 8.2.3).
    private void cookie(long value, int valueLength) {
        if (cookieAt > cookies) {
            Memory.put(cookieAt++, (byte) ';');
            Memory.put(cookieAt++, (byte) ' ');
        }
        Memory.copy(value, cookieAt, valueLength);
        cookieAt += valueLength;
    }

    private static long length(long value, int valueLength) {
        if (valueLength == 0 || valueLength > 18) {
            return -2;
        }
        long length = 0;
        for (int i = 0; i < valueLength; i++) {
            byte c = Memory.get(value + i);
            if (!Octets.isDigit(c)) {
                return -2;
            }
            length = length * 10 + c - '0';
        }
        return length;
    }

    private void put(long from, int length) {
        Memory.copy(from, at, length);
        at += length;
    }

    private void put(byte[] bytes) {
        Memory.copy(bytes, at);
        at += bytes.length;
    }

    public boolean isMalformed() {
        return malformed;
    }

    public boolean isTooLarge() {
        return tooLarge;
    }

    /// What the sender declares, -1 for nothing.
    public long contentLength() {
        return contentLength;
    }

    /// Completes a request's head.
    ///
    /// @param ended whether nothing follows
    /// @return where it begins, 0 where it is none; it ends at [#end]
    public long request(boolean ended) {
        boolean authority = pseudoLength[AUTHORITY] >= 0;
        if (malformed
                || tooLarge
                || pseudoLength[METHOD] <= 0
                || pseudoLength[PATH] <= 0
                || pseudoLength[SCHEME] <= 0
                || is(METHOD, CONNECT)
                || ended && contentLength > 0
                || authority && pseudoLength[HOST] >= 0 && !sameHost()
                || !isPath()) {
            return 0;
        }
        if (cookieAt > cookies) {
            put(COOKIE);
            put(cookies, (int) (cookieAt - cookies));
            put(LINE_END);
        }
        if (!ended && contentLength < 0) {
            put(CHUNKED);
        }
        put(LINE_END);
        return startLine(authority ? AUTHORITY : HOST);
    }

    private long startLine(int host) {
        boolean named = pseudoLength[host] >= 0;
        byte[] version = named ? HTTP : HTTP_NO_HOST;
        int length = pseudoLength[METHOD] + 1 + pseudoLength[PATH] + version.length;
        if (named) {
            length += pseudoLength[host] + LINE_END.length;
        }
        if (length > LINE_BYTES_MAX) {
            tooLarge = true;
            return 0;
        }
        long start = fields - length;
        long p = start;
        Memory.copy(place(METHOD), p, pseudoLength[METHOD]);
        p += pseudoLength[METHOD];
        Memory.put(p++, (byte) ' ');
        Memory.copy(place(PATH), p, pseudoLength[PATH]);
        p += pseudoLength[PATH];
        Memory.copy(version, p);
        p += version.length;
        if (named) {
            Memory.copy(place(host), p, pseudoLength[host]);
            Memory.copy(LINE_END, p + pseudoLength[host]);
        }
        return start;
    }

    private boolean is(int which, byte[] wanted) {
        return Octets.same(place(which), place(which) + pseudoLength[which], wanted);
    }

    /// Whether a request is one whose answer has no body.
    public boolean isHead() {
        return is(METHOD, HEAD);
    }

    private boolean sameHost() {
        if (pseudoLength[HOST] != pseudoLength[AUTHORITY]) {
            return false;
        }
        for (int i = 0; i < pseudoLength[HOST]; i++) {
            if (Octets.lower(Memory.get(place(HOST) + i))
                    != Octets.lower(Memory.get(place(AUTHORITY) + i))) {
                return false;
            }
        }
        return true;
    }

    /// No absolute target: its host would stand for that of :authority.
    private boolean isPath() {
        byte first = Memory.get(place(PATH));
        return first == '/' || first == '*' && pseudoLength[PATH] == 1;
    }

    /// The status of an answer, -1 where it has none.
    public int status() {
        if (pseudoLength[STATUS] != STATUS_DIGITS) {
            return -1;
        }
        int status = (int) length(place(STATUS), STATUS_DIGITS);
        return status >= 100 && status <= 599 && status != 101 ? status : -1;
    }

    /// Completes an answer's head.
    ///
    /// @param ended whether nothing follows
    /// @param bodiless whether that is so by its kind
    /// @return as [#request]
    public long response(boolean ended, boolean bodiless) {
        if (malformed || tooLarge || status() < 0) {
            return 0;
        }
        if (!bodiless && contentLength < 0) {
            put(ended ? EMPTY : CHUNKED);
        }
        put(LINE_END);
        long start = fields - STATUS_LINE.length - STATUS_DIGITS - 1 - LINE_END.length;
        Memory.copy(STATUS_LINE, start);
        long p = start + STATUS_LINE.length;
        Memory.copy(place(STATUS), p, STATUS_DIGITS);
        Memory.put(p + STATUS_DIGITS, (byte) ' ');
        Memory.copy(LINE_END, p + STATUS_DIGITS + 1);
        return start;
    }

    /// Completes trailer lines, without the blank line.
    ///
    /// @return as [#request]
    public long trailers() {
        return malformed || tooLarge ? 0 : fields;
    }

    /// Behind the last octet.
    public long end() {
        return at;
    }
}
