package sampan.gateway.proxy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.Trace;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// A loop's side of the access log: one JSON object a line and request. The request's part is
/// written when its head is there, the rest when the answer is complete.
final class RequestLog {
    private static final int LINE_BYTES_MAX = 4 << 10;
    private static final int PART_BYTES_MAX = 1 << 10;
    private static final byte[] TIME = Octets.ascii("{\"time\":\"");
    private static final byte[] CLIENT = Octets.ascii("\",\"client\":\"");
    private static final byte[] METHOD = Octets.ascii("\",\"method\":\"");
    private static final byte[] HOST = Octets.ascii("\",\"host\":\"");
    private static final byte[] PATH = Octets.ascii("\",\"path\":\"");
    private static final byte[] STATUS = Octets.ascii("\",\"status\":");
    private static final byte[] BYTES_IN = Octets.ascii(",\"bytesIn\":");
    private static final byte[] BYTES_OUT = Octets.ascii(",\"bytesOut\":");
    private static final byte[] MICROS = Octets.ascii(",\"micros\":");
    private static final byte[] CONSUMER = Octets.ascii(",\"consumer\":\"");
    private static final byte[] ROUTE = Octets.ascii("\",\"route\":\"");
    private static final byte[] TARGET = Octets.ascii("\",\"target\":\"");
    private static final byte[] TRACE = Octets.ascii("\",\"trace\":\"");
    private static final byte[] END = Octets.ascii("\"}\n");
    private static final byte[] ESCAPE = Octets.ascii("\\u00");
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Loop loop;
    private final @Nullable AccessLog log;
    private final long line = Memory.allocate(3L * LINE_BYTES_MAX);
    private long at;
    private long second = -1;
    private byte[] secondText = {};

    RequestLog(Loop loop, Optional<AccessLog> log) {
        this.loop = loop;
        this.log = log.orElse(null);
    }

    /// Keeps what is to be known of the request.
    void begin(Exchange exchange, RequestView view) {
        if (log == null || !log.isWanted()) {
            return;
        }
        long block = loop.buffers.take(LINE_BYTES_MAX);
        if (block == 0) {
            return;
        }
        RequestHead head = view.head();
        at = block;
        put(CLIENT);
        copy(view.clientAt(), view.clientAt() + view.clientLength());
        put(METHOD);
        copy(head.methodAt(), head.methodEnd());
        put(HOST);
        escaped(head.authorityAt(), head.authorityEnd(), PART_BYTES_MAX / 4);
        put(PATH);
        escaped(head.pathAt(), head.pathEnd(), PART_BYTES_MAX);
        exchange.logLine(block, (int) (at - block));
    }

    /// Writes the line; what could not be kept is left out.
    void end(Exchange exchange, long tookNanos) {
        AccessLog to = log;
        long block = exchange.logLine();
        if (to == null || block == 0 && !to.isWanted()) {
            return;
        }
        at = line;
        put(TIME);
        time();
        if (block == 0) {
            put(CLIENT);
            copy(
                    exchange.client.address(),
                    exchange.client.address() + exchange.client.addressLength());
        } else {
            copy(block, block + exchange.logLength());
            loop.buffers.give(block, LINE_BYTES_MAX);
            exchange.logLine(0, 0);
        }
        put(STATUS);
        at = Octets.decimal(exchange.status(), at);
        put(BYTES_IN);
        at = Octets.decimal(exchange.bytesIn(), at);
        put(BYTES_OUT);
        at = Octets.decimal(exchange.bytesOut(), at);
        put(MICROS);
        at = Octets.decimal(tookNanos / 1000, at);
        put(CONSUMER);
        consumer(exchange.admission.identity());
        put(ROUTE);
        Route route = exchange.route();
        put(route == null ? new byte[0] : route.logName());
        put(TARGET);
        Target target = exchange.target();
        put(target == null ? new byte[0] : target.logName());
        Trace trace = exchange.trace;
        if (trace != null && trace.isOn()) {
            put(TRACE);
            at = trace.id(at);
        }
        put(END);
        to.write(loop.index, line, (int) (at - line));
    }

    /// Whether lines wait that must not wait for long.
    boolean isWaiting() {
        return log != null && log.isPending(loop.index);
    }

    /// Hands on what is there.
    ///
    /// @param idle whether nothing else is to be done
    void flush(boolean idle) {
        if (log != null && idle) {
            log.flush(loop.index);
        }
    }

    private void put(byte[] bytes) {
        Memory.copy(bytes, at);
        at += bytes.length;
    }

    private void copy(long from, long to) {
        Memory.copy(from, at, to - from);
        at += to - from;
    }

    private void escaped(long from, long to, int max) {
        long end = Math.min(to, from + max);
        for (long p = from; p < end; p++) {
            escaped(Memory.get(p));
        }
    }

    private void escaped(byte c) {
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) {
            Memory.put(at++, c);
        } else {
            put(ESCAPE);
            Memory.put(at++, digit(c >> 4 & 15));
            Memory.put(at++, digit(c & 15));
        }
    }

    private void consumer(@Nullable Identity identity) {
        if (identity == null) {
            return;
        }
        int length = Math.min(identity.logLength(), PART_BYTES_MAX / 4);
        for (int i = 0; i < length; i++) {
            byte c = identity.logOctet(i);
            if (c < 0) {
                Memory.put(at++, c); // UTF-8 stands as it is
            } else {
                escaped(c);
            }
        }
    }

    private static byte digit(int value) {
        return (byte) (value < 10 ? '0' + value : 'a' + value - 10);
    }

    private void time() {
        long millis = System.currentTimeMillis();
        if (millis / 1000 != second) {
            second = millis / 1000;
            secondText = Octets.ascii(SECONDS.format(Instant.ofEpochSecond(second)));
        }
        put(secondText);
        Memory.put(at++, (byte) '.');
        long rest = millis % 1000;
        Memory.put(at++, (byte) ('0' + rest / 100));
        Memory.put(at++, (byte) ('0' + rest / 10 % 10));
        Memory.put(at++, (byte) ('0' + rest % 10));
        Memory.put(at++, (byte) 'Z');
    }
}
