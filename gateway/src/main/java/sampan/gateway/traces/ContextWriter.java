package sampan.gateway.traces;

import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Tells servers which trace a request belongs to. One per loop.
public final class ContextWriter {
    private static final int BYTES_MAX = 512;
    private static final int SPAN_DIGITS = 16;
    private static final byte[] PARENT_LINE = Octets.ascii("traceparent: ");
    private static final byte[] B3_LINE = Octets.ascii("b3: ");
    private static final byte[] SPAN_LINE = Octets.ascii("X-B3-SpanId: ");
    private static final byte[] TRACE_LINE = Octets.ascii("X-B3-TraceId: ");
    private static final byte[] PARENT_SPAN_LINE = Octets.ascii("X-B3-ParentSpanId: ");
    private static final byte[] SAMPLED_LINE = Octets.ascii("X-B3-Sampled: ");
    private static final byte[] DEBUG_LINE = Octets.ascii("X-B3-Flags: 1");
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final int PARENT_SPAN_AT = 36;
    private static final int B3_SPAN_AT = 33;

    private final long area = Memory.allocate(BYTES_MAX);
    private long at;

    /// Drops what the client said, adds what is so now. Where there is no room the client's word
    /// goes too: a server must not join a trace of which the gateway is no part.
    ///
    /// @param parent the gateway's own span
    /// @param span what the server's spans are below
    void tell(
            RequestView view,
            TraceSettings settings,
            TraceContext context,
            long parent,
            long span) {
        Head head = view.head();
        at = area;
        boolean w3c = settings.send().contains(TraceSettings.Sent.W3C);
        if (w3c) {
            traceparent(context, span);
        }
        if (settings.send().contains(TraceSettings.Sent.B3)) {
            b3(context, parent, span);
        }
        if (settings.send().contains(TraceSettings.Sent.B3_MULTI)) {
            b3Multi(context, parent, span);
        }
        if (w3c || settings.accept().contains(TraceSettings.Accepted.W3C)) {
            dropAll(head, TraceContext.TRACEPARENT);
            if (!w3c || !context.hasState()) {
                dropAll(head, TraceContext.TRACESTATE);
            }
        }
        if (settings.send().size() > (w3c ? 1 : 0)
                || settings.accept().contains(TraceSettings.Accepted.B3)) {
            dropAll(head, TraceContext.B3);
            dropAll(head, TraceContext.B3_TRACE);
            dropAll(head, TraceContext.B3_SPAN);
            dropAll(head, TraceContext.B3_PARENT);
            dropAll(head, TraceContext.B3_SAMPLED);
            dropAll(head, TraceContext.B3_FLAGS);
        }
        view.add(area, at);
    }

    private static void dropAll(Head head, byte[] name) {
        for (int line = head.find(name, 0); line >= 0; line = head.find(name, line + 1)) {
            head.drop(line);
        }
    }

    private static boolean isSampled(TraceContext context) {
        return (context.flags() & TraceContext.SAMPLED) != 0;
    }

    private void traceparent(TraceContext context, long span) {
        put(PARENT_LINE);
        put('0');
        put('0');
        put('-');
        trace(context);
        put('-');
        hex(span);
        put('-');
        put('0');
        put((char) ('0' + context.flags()));
        put(LINE_END);
    }

    private void b3(TraceContext context, long parent, long span) {
        put(B3_LINE);
        trace(context);
        put('-');
        hex(span);
        put('-');
        boolean debug = context.decision() == TraceContext.Decision.DEBUG;
        put(debug ? 'd' : isSampled(context) ? '1' : '0');
        put('-');
        hex(parent);
        put(LINE_END);
    }

    private void b3Multi(TraceContext context, long parent, long span) {
        put(TRACE_LINE);
        trace(context);
        put(LINE_END);
        put(SPAN_LINE);
        hex(span);
        put(LINE_END);
        put(PARENT_SPAN_LINE);
        hex(parent);
        put(LINE_END);
        if (context.decision() == TraceContext.Decision.DEBUG) {
            put(DEBUG_LINE);
        } else {
            put(SAMPLED_LINE);
            put(isSampled(context) ? '1' : '0');
        }
        put(LINE_END);
    }

    private void trace(TraceContext context) {
        hex(context.high());
        hex(context.low());
    }

    private void put(byte[] bytes) {
        Memory.copy(bytes, at);
        at += bytes.length;
    }

    private void put(char c) {
        Memory.put(at++, (byte) c);
    }

    private void hex(long value) {
        at = hex(value, at);
    }

    /// Writes 16 digits; returns the address behind them.
    public static long hex(long value, long to) {
        long p = to;
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            int digit = (int) (value >>> shift) & 15;
            Memory.put(p++, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
        return p;
    }

    /// Puts another span into a head that [#tell] has had a part in.
    static void renew(long head, int length, long span) {
        long end = head + length;
        for (long line = head; line < end; ) {
            long lineFeed = Octets.lineFeed(line, end);
            if (lineFeed < 0 || lineFeed - line <= 1) {
                return; // the blank line, or the head's end
            }
            renew(line, lineFeed, PARENT_LINE, PARENT_SPAN_AT, span);
            renew(line, lineFeed, B3_LINE, B3_SPAN_AT, span);
            renew(line, lineFeed, SPAN_LINE, 0, span);
            line = lineFeed + 1;
        }
    }

    private static void renew(long line, long lineFeed, byte[] name, int spanAt, long span) {
        long value = line + name.length;
        if (lineFeed - value > spanAt + SPAN_DIGITS && Octets.same(line, value, name)) {
            hex(span, value + spanAt);
        }
    }
}
