package sampan.gateway.wire;

import sampan.linux.net.Memory;

/// A response's head as an upstream sent it.
public final class ResponseHead extends Head {
    /// Answers that end a connection's HTTP.
    public static final int SWITCHING_PROTOCOLS = 101;

    private static final byte[] VERSION = Octets.ascii("HTTP/1.");
    private static final int STATUS_LINE_BYTES_MIN = 12;

    private int status;

    /// Reads a complete head.
    ///
    /// @param end as [Head#findEnd] told it
    public Refusal read(long base, int start, int end) {
        begin(base, start, end);
        int lineFeed = (int) (Octets.lineFeed(base + start, base + end) - base);
        int to = lineFeed - 1;
        if (to - start < STATUS_LINE_BYTES_MIN
                || !Octets.same(base + start, base + start + VERSION.length, VERSION)) {
            return Refusal.BAD_STATUS;
        }
        if (Memory.get(base + to) != '\r') {
            return Refusal.BAD_LINE_END;
        }
        int minor = Memory.get(base + start + 7) - '0';
        status = 0;
        for (int i = 9; i < 12; i++) {
            byte c = Memory.get(base + start + i);
            if (!Octets.isDigit(c)) {
                return Refusal.BAD_STATUS;
            }
            status = status * 10 + c - '0';
        }
        // The space behind the status is missing in answers of some servers without a reason.
        boolean endsThere = to - start == STATUS_LINE_BYTES_MIN;
        if (minor < 0
                || minor > 1
                || Memory.get(base + start + 8) != ' '
                || status < 100
                || status > 599
                || !endsThere && Memory.get(base + start + 12) != ' '
                || !Octets.areValue(base + start, base + to)) {
            return Refusal.BAD_STATUS;
        }
        minorVersion = minor;
        return readFields(lineFeed + 1);
    }

    public int status() {
        return status;
    }

    /// 1xx but 101: another answer follows.
    public boolean isInterim() {
        return status < 200 && status != SWITCHING_PROTOCOLS;
    }

    /// Whether an answer like this has no body to a request like that (RFC 9112 section 6.3).
    public boolean isBodiless(Method method) {
        return method == Method.HEAD || status < 200 || status == 204 || status == 304;
    }
}
