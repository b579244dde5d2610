package sampan.gateway.traces;

import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// What a request says of the trace that it belongs to, read strictly: what is not as the
/// specification has it counts as not said. W3C Trace Context (level 1, and the random flag of
/// level 2), and B3 in one field or several.
final class TraceContext {
    static final byte[] TRACEPARENT = Octets.ascii("traceparent");
    static final byte[] TRACESTATE = Octets.ascii("tracestate");
    static final byte[] B3 = Octets.ascii("b3");
    static final byte[] B3_TRACE = Octets.ascii("x-b3-traceid");
    static final byte[] B3_SPAN = Octets.ascii("x-b3-spanid");
    static final byte[] B3_PARENT = Octets.ascii("x-b3-parentspanid");
    static final byte[] B3_SAMPLED = Octets.ascii("x-b3-sampled");
    static final byte[] B3_FLAGS = Octets.ascii("x-b3-flags");

    /// Flags of a traceparent.
    static final int SAMPLED = 1;

    static final int RANDOM = 2;

    private static final byte[] TRUE = Octets.ascii("true");
    private static final byte[] FALSE = Octets.ascii("false");
    private static final int PARENT_LENGTH = 55;
    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int TRACE_DIGITS = 32;
    private static final int SPAN_DIGITS = 16;
    private static final int STATE_MEMBERS_MAX = 32;
    private static final int STATE_PART_MAX = 256;

    /// What was said of recording.
    enum Decision {
        NONE,
        NO,
        YES,
        /// B3's debug: whatever the ratio.
        DEBUG
    }

    private long high;
    private long low;
    private long parent;
    private int flags;
    private Decision decision = Decision.NONE;
    private boolean state;

    void clear() {
        high = 0;
        low = 0;
        parent = 0;
        flags = 0;
        decision = Decision.NONE;
        state = false;
    }

    /// The identifier of the trace, both halves 0 where none was named.
    long high() {
        return high;
    }

    long low() {
        return low;
    }

    /// The client's span, 0 for none.
    long parent() {
        return parent;
    }

    int flags() {
        return flags;
    }

    Decision decision() {
        return decision;
    }

    /// Whether there is a `tracestate` that belongs to it.
    boolean hasState() {
        return state;
    }

    boolean isNamed() {
        return (high | low) != 0;
    }

    void sampled(boolean recorded) {
        flags = recorded ? flags | SAMPLED : flags & ~SAMPLED;
    }

    /// Begins a trace.
    void name(long newHigh, long newLow) {
        high = newHigh;
        low = newLow;
        parent = 0;
        flags = RANDOM;
        state = false;
    }

    boolean readW3c(Head head) {
        int line = head.find(TRACEPARENT, 0);
        // Who says it twice says nothing.
        if (line < 0 || head.find(TRACEPARENT, line + 1) >= 0) {
            return false;
        }
        long at = head.valueAt(line);
        long length = head.valueEnd(line) - at;
        if (length < PARENT_LENGTH
                || !areHex(at, 2)
                || Memory.get(at + 2) != '-'
                || !areHex(at + TRACE_AT, TRACE_DIGITS)
                || Memory.get(at + SPAN_AT - 1) != '-'
                || !areHex(at + SPAN_AT, SPAN_DIGITS)
                || Memory.get(at + FLAGS_AT - 1) != '-'
                || !areHex(at + FLAGS_AT, 2)) {
            return false;
        }
        long version = hex(at, 2);
        boolean longer = length > PARENT_LENGTH;
        if (version == 0xFF
                || longer && (version == 0 || Memory.get(at + PARENT_LENGTH) != '-')
                || !ids(at + TRACE_AT, TRACE_DIGITS, at + SPAN_AT)) {
            return false;
        }
        flags = (int) hex(at + FLAGS_AT, 2) & (SAMPLED | RANDOM);
        decision = (flags & SAMPLED) != 0 ? Decision.YES : Decision.NO;
        state = isStateSound(head);
        return true;
    }

    boolean readB3(Head head) {
        int line = head.find(B3, 0);
        if (line >= 0) {
            return head.find(B3, line + 1) < 0 && readB3(head.valueAt(line), head.valueEnd(line));
        }
        int trace = head.find(B3_TRACE, 0);
        int span = head.find(B3_SPAN, 0);
        Decision said = saidSampled(head);
        if (trace < 0 && span < 0) {
            decision = said;
            return said != Decision.NONE;
        }
        if (trace < 0 || span < 0) {
            return false;
        }
        long at = head.valueAt(trace);
        long digits = head.valueEnd(trace) - at;
        long spanAt = head.valueAt(span);
        if (digits != TRACE_DIGITS && digits != SPAN_DIGITS
                || !areHex(at, (int) digits)
                || head.valueEnd(span) - spanAt != SPAN_DIGITS
                || !areHex(spanAt, SPAN_DIGITS)
                || !ids(at, (int) digits, spanAt)) {
            return false;
        }
        decision = said;
        return true;
    }

    private static Decision saidSampled(Head head) {
        int debug = head.find(B3_FLAGS, 0);
        if (debug >= 0
                && head.valueEnd(debug) - head.valueAt(debug) == 1
                && Memory.get(head.valueAt(debug)) == '1') {
            return Decision.DEBUG;
        }
        int sampled = head.find(B3_SAMPLED, 0);
        if (sampled < 0) {
            return Decision.NONE;
        }
        long at = head.valueAt(sampled);
        long end = head.valueEnd(sampled);
        if (Octets.sameIgnoringCase(at, end, TRUE)) {
            return Decision.YES;
        }
        if (Octets.sameIgnoringCase(at, end, FALSE)) {
            return Decision.NO;
        }
        return end - at == 1 ? decision(Memory.get(at)) : Decision.NONE;
    }

    private static Decision decision(byte c) {
        return switch (c) {
            case '0' -> Decision.NO;
            case '1' -> Decision.YES;
            case 'd' -> Decision.DEBUG;
            default -> Decision.NONE;
        };
    }

    /// `TRACE-SPAN`, `TRACE-SPAN-SAMPLED`, `TRACE-SPAN-SAMPLED-PARENT` or `SAMPLED`.
    private boolean readB3(long at, long end) {
        if (end - at == 1) {
            decision = decision(Memory.get(at));
            return decision != Decision.NONE;
        }
        int digits = 0;
        while (at + digits < end && Memory.get(at + digits) != '-') {
            digits++;
        }
        long span = at + digits + 1;
        long rest = span + SPAN_DIGITS;
        if (digits != TRACE_DIGITS && digits != SPAN_DIGITS
                || rest > end
                || !areHex(at, digits)
                || !areHex(span, SPAN_DIGITS)) {
            return false;
        }
        Decision said = Decision.NONE;
        if (rest < end) {
            if (rest + 2 > end || Memory.get(rest) != '-') {
                return false;
            }
            said = decision(Memory.get(rest + 1));
            long parents = rest + 3;
            boolean more = rest + 2 < end;
            if (said == Decision.NONE
                    || more
                            && (Memory.get(rest + 2) != '-'
                                    || end - parents != SPAN_DIGITS
                                    || !areHex(parents, SPAN_DIGITS))) {
                return false;
            }
        }
        if (!ids(at, digits, span)) {
            return false;
        }
        decision = said;
        return true;
    }

    /// Takes identifiers, neither of which may be all zeros.
    private boolean ids(long traceAt, int digits, long spanAt) {
        long first = digits == TRACE_DIGITS ? hex(traceAt, SPAN_DIGITS) : 0;
        long second = hex(traceAt + digits - SPAN_DIGITS, SPAN_DIGITS);
        long span = hex(spanAt, SPAN_DIGITS);
        if ((first | second) == 0 || span == 0) {
            return false;
        }
        high = first;
        low = second;
        parent = span;
        return true;
    }

    // Digits in lower case only, as both specifications have them.
    private static boolean areHex(long at, int count) {
        for (int i = 0; i < count; i++) {
            byte c = Memory.get(at + i);
            if (!Octets.isDigit(c) && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static long hex(long at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 4 | Octets.hex(Memory.get(at + i));
        }
        return value;
    }

    private static boolean isStateSound(Head head) {
        int members = 0;
        int line = head.find(TRACESTATE, 0);
        if (line < 0) {
            return false;
        }
        for (; line >= 0; line = head.find(TRACESTATE, line + 1)) {
            long end = head.valueEnd(line);
            long at = head.valueAt(line);
            while (at <= end) {
                long to = at;
                while (to < end && Memory.get(to) != ',') {
                    to++;
                }
                int kind = member(at, to);
                if (kind < 0) {
                    return false;
                }
                members += kind;
                at = to + 1;
            }
        }
        return members <= STATE_MEMBERS_MAX;
    }

    /// 1 for a sound member, 0 for an empty one, -1 for another.
    private static int member(long from, long to) {
        long at = from;
        long end = to;
        while (at < end && isBlank(Memory.get(at))) {
            at++;
        }
        while (end > at && isBlank(Memory.get(end - 1))) {
            end--;
        }
        if (at == end) {
            return 0;
        }
        long equals = at;
        while (equals < end && isKey(Memory.get(equals))) {
            equals++;
        }
        if (equals == at
                || equals - at > STATE_PART_MAX
                || equals == end
                || Memory.get(equals) != '='
                || end - equals - 1 > STATE_PART_MAX
                || end - equals - 1 == 0) {
            return -1;
        }
        for (long i = equals + 1; i < end; i++) {
            byte c = Memory.get(i);
            if (c < ' ' || c > '~' || c == '=') {
                return -1;
            }
        }
        return 1;
    }

    private static boolean isKey(byte c) {
        return c >= 'a' && c <= 'z'
                || Octets.isDigit(c)
                || c == '_'
                || c == '-'
                || c == '*'
                || c == '/'
                || c == '@';
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }
}
