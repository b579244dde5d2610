package sampan.gateway.wire;

import sampan.linux.net.Memory;

/// A request's head. [#read] says whether it is one; only after [Refusal#NONE] do the others hold.
public final class RequestHead extends Head {
    /// Longest method; longer ones are nobody's.
    public static final int METHOD_BYTES_MAX = 24;

    /// Longest request target.
    public static final int TARGET_BYTES_MAX = 8 << 10;

    private static final byte[] VERSION = Octets.ascii("HTTP/");
    private static final byte[] HTTP = Octets.ascii("http://");
    private static final byte[] HTTPS = Octets.ascii("https://");
    private static final byte[] CONTINUE = Octets.ascii("100-continue");
    private static final byte[] WEBSOCKET = Octets.ascii("websocket");

    private Method method = Method.OTHER;
    private int methodEnd;
    private int targetAt;
    private int targetEnd;
    private int authorityAt;
    private int authorityEnd;
    private int pathAt;
    private int pathEnd;
    private int queryEnd;
    private boolean expectsContinue;

    /// Reads a complete head.
    ///
    /// @param end as [Head#findEnd] told it
    public Refusal read(long base, int start, int end) {
        begin(base, start, end);
        int lineFeed = (int) (Octets.lineFeed(base + start, base + end) - base);
        if (lineFeed == start || Memory.get(base + lineFeed - 1) != '\r') {
            return Refusal.BAD_LINE_END;
        }
        Refusal refusal = readStartLine(lineFeed - 1);
        if (refusal == Refusal.NONE) {
            refusal = readFields(lineFeed + 1);
        }
        if (refusal == Refusal.NONE) {
            refusal = readHost();
        }
        return refusal == Refusal.NONE ? readExpect() : refusal;
    }

    private Refusal readStartLine(int to) {
        int at = start;
        while (at < to && Octets.isToken(Memory.get(base + at))) {
            at++;
        }
        if (at == start || at == to || Memory.get(base + at) != ' ') {
            return Refusal.BAD_METHOD;
        }
        if (at - start > METHOD_BYTES_MAX) {
            return Refusal.METHOD_NOT_SERVED;
        }
        methodEnd = at;
        method = Method.of(base + start, base + methodEnd);
        targetAt = ++at;
        while (at < to && Octets.isTarget(Memory.get(base + at))) {
            at++;
        }
        targetEnd = at;
        if (targetEnd - targetAt > TARGET_BYTES_MAX) {
            return Refusal.TARGET_TOO_LONG;
        }
        if (at == to) {
            return Refusal.BAD_START_LINE;
        }
        if (targetEnd == targetAt || Memory.get(base + at) != ' ') {
            return Refusal.BAD_TARGET;
        }
        Refusal refusal = readVersion(at + 1, to);
        return refusal == Refusal.NONE ? readTarget() : refusal;
    }

    private Refusal readVersion(int at, int to) {
        // HTTP/D.D and nothing else: more than one of a digit is malformed, not a newer version.
        if (to - at != VERSION.length + 3
                || !Octets.same(base + at, base + at + VERSION.length, VERSION)
                || Memory.get(base + at + 6) != '.'
                || !Octets.isDigit(Memory.get(base + at + 5))
                || !Octets.isDigit(Memory.get(base + at + 7))) {
            return Refusal.BAD_START_LINE;
        }
        minorVersion = Memory.get(base + at + 7) - '0';
        return Memory.get(base + at + 5) == '1' && minorVersion <= 1
                ? Refusal.NONE
                : Refusal.BAD_VERSION;
    }

    private Refusal readTarget() {
        authorityAt = 0;
        authorityEnd = 0;
        pathAt = targetAt;
        if (method == Method.CONNECT) {
            return Refusal.METHOD_NOT_SERVED;
        }
        byte c = Memory.get(base + targetAt);
        if (c == '*') {
            pathEnd = targetEnd;
            queryEnd = targetEnd;
            return method == Method.OPTIONS && targetEnd == targetAt + 1
                    ? Refusal.NONE
                    : Refusal.BAD_TARGET;
        }
        if (c != '/') {
            int scheme = schemeLength();
            if (scheme == 0) {
                return Refusal.BAD_TARGET;
            }
            authorityAt = targetAt + scheme;
            int at = authorityAt;
            while (at < targetEnd && !isAuthorityEnd(Memory.get(base + at))) {
                at++;
            }
            authorityEnd = at;
            pathAt = at;
            if (!isAuthority(authorityAt, authorityEnd)) {
                return Refusal.BAD_TARGET;
            }
        }
        int at = pathAt;
        while (at < targetEnd && Memory.get(base + at) != '?') {
            at++;
        }
        pathEnd = at;
        queryEnd = targetEnd;
        return Paths.isSound(base + pathAt, base + pathEnd) ? Refusal.NONE : Refusal.BAD_PATH;
    }

    private static boolean isAuthorityEnd(byte c) {
        return c == '/' || c == '?';
    }

    private int schemeLength() {
        return startsWith(HTTP) ? HTTP.length : startsWith(HTTPS) ? HTTPS.length : 0;
    }

    private boolean startsWith(byte[] scheme) {
        return targetEnd - targetAt > scheme.length
                && Octets.sameIgnoringCase(
                        base + targetAt, base + targetAt + scheme.length, scheme);
    }

    /// host [ ":" port ], without user information; an IPv6 address in brackets.
    private boolean isAuthority(int from, int to) {
        int at = from;
        if (at < to && Memory.get(base + at) == '[') {
            at++;
            while (at < to && isAddressOctet(Memory.get(base + at))) {
                at++;
            }
            if (at == to || Memory.get(base + at) != ']' || at == from + 1) {
                return false;
            }
            at++;
        } else {
            while (at < to && isNameOctet(Memory.get(base + at))) {
                at++;
            }
            if (at == from) {
                return false;
            }
        }
        if (at == to) {
            return true;
        }
        if (Memory.get(base + at) != ':' || to - at > 6) {
            return false;
        }
        for (int i = at + 1; i < to; i++) {
            if (!Octets.isDigit(Memory.get(base + i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAddressOctet(byte c) {
        return Octets.hex(c) >= 0 || c == ':' || c == '.';
    }

    private static boolean isNameOctet(byte c) {
        return c != ':' && c != '[' && c != ']' && Octets.isHost(c);
    }

    private Refusal readHost() {
        int line = first(Field.HOST);
        if (line < 0) {
            return minorVersion == 1 ? Refusal.BAD_HOST : Refusal.NONE;
        }
        int at = (int) (valueAt(line) - base);
        int to = (int) (valueEnd(line) - base);
        if (!isAuthority(at, to)) {
            return Refusal.BAD_HOST;
        }
        if (authorityEnd == 0) {
            authorityAt = at;
            authorityEnd = to;
            return Refusal.NONE;
        }
        if (to - at != authorityEnd - authorityAt) {
            return Refusal.HOST_MISMATCH;
        }
        for (int i = 0; i < to - at; i++) {
            if (Octets.lower(Memory.get(base + at + i))
                    != Octets.lower(Memory.get(base + authorityAt + i))) {
                return Refusal.HOST_MISMATCH;
            }
        }
        return Refusal.NONE;
    }

    private Refusal readExpect() {
        int line = first(Field.EXPECT);
        expectsContinue = line >= 0;
        if (line < 0) {
            return Refusal.NONE;
        }
        return Octets.sameIgnoringCase(valueAt(line), valueEnd(line), CONTINUE)
                ? Refusal.NONE
                : Refusal.BAD_EXPECT;
    }

    public Method method() {
        return method;
    }

    public long methodAt() {
        return base + start;
    }

    public long methodEnd() {
        return base + methodEnd;
    }

    public long targetAt() {
        return base + targetAt;
    }

    public long targetEnd() {
        return base + targetEnd;
    }

    /// Whether the target names scheme and host; servers behind get the path alone.
    public boolean isAbsolute() {
        return pathAt != targetAt;
    }

    /// The host with its port, of the target or else of the Host field; empty where HTTP/1.0 has
    /// none.
    public long authorityAt() {
        return base + authorityAt;
    }

    public long authorityEnd() {
        return base + authorityEnd;
    }

    /// [#authorityEnd] without the port.
    public long hostEnd() {
        for (int i = authorityEnd - 1; i > authorityAt; i--) {
            byte c = Memory.get(base + i);
            if (c == ':') {
                return base + i;
            }
            if (!Octets.isDigit(c)) {
                break;
            }
        }
        return base + authorityEnd;
    }

    /// The path as it came, empty for an absolute target without one.
    public long pathAt() {
        return base + pathAt;
    }

    public long pathEnd() {
        return base + pathEnd;
    }

    /// The end of the query; it begins at [#pathEnd] with its question mark, or is empty.
    public long queryEnd() {
        return base + queryEnd;
    }

    public boolean expectsContinue() {
        return expectsContinue && minorVersion == 1;
    }

    public boolean wantsWebSocket() {
        int line = first(Field.UPGRADE);
        return wantsUpgrade() && Octets.sameIgnoringCase(valueAt(line), valueEnd(line), WEBSOCKET);
    }
}
