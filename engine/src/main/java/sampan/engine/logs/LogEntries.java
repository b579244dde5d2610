package sampan.engine.logs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/// Takes JSON log lines apart, on bytes and without garbage: escapes are undone in place, for a
/// text never grows by it. For one thread.
///
/// Members stand in the order in which every writer of this form puts them: log, stream, attributes
/// where there are any, time. What has another shape is no line: the caller skips it, as it does
/// the cut-off last line after a power cut.
final class LogEntries {
    private static final byte[] LOG = ascii("{\"log\":\"");
    private static final byte[] STREAM = ascii(",\"stream\":\"std");
    private static final byte[] TIME = ascii("\"time\":\"");
    private static final int TIME_MIN = 20;
    private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};

    // Eight bytes at a time: a zero byte of the difference to a pattern shows as a high bit.
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';

    private byte[] bytes = new byte[0];
    private int textStart;
    private int textEnd;
    private int stream;
    private int timeStart;
    private int timeEnd;

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    /// Reads the line that begins at `from`, and changes its bytes.
    ///
    /// @param to end of the whole lines in `lines`
    /// @return where the next line begins; -1 when this is no log line
    int parse(byte[] lines, int from, int to) {
        bytes = lines;
        if (!startsWith(from, to, LOG)) {
            return -1;
        }
        textStart = from + LOG.length;
        int at = unescape(textStart, to);
        if (at < 0 || !startsWith(at, to, STREAM)) {
            return -1;
        }
        at += STREAM.length;
        if (at >= to) {
            return -1;
        }
        stream = bytes[at] == 'e' ? 2 : 1;
        // out" or err", a comma, and then the time unless there are attributes.
        at += 5;
        if (!startsWith(at, to, TIME)) {
            int end = newline(at, to);
            at = lastIndexOf(at, end, TIME);
            if (at < 0) {
                return -1;
            }
        }
        timeStart = at + TIME.length;
        timeEnd = timeStart;
        while (timeEnd < to && bytes[timeEnd] != '"' && bytes[timeEnd] != '\n') {
            timeEnd++;
        }
        boolean ends = timeEnd + 2 < to && bytes[timeEnd + 1] == '}' && bytes[timeEnd + 2] == '\n';
        return ends && timeEnd - timeStart >= TIME_MIN ? timeEnd + 3 : -1;
    }

    private int newline(int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    int stream() {
        return stream;
    }

    ByteBuffer time() {
        return ByteBuffer.wrap(bytes, timeStart, timeEnd - timeStart);
    }

    /// The text of the entry, valid until the next [#parse].
    ByteBuffer text() {
        return ByteBuffer.wrap(bytes, textStart, textEnd - textStart);
    }

    /// When it was written; the beginning of time where that cannot be read.
    Instant moment() {
        try {
            int at = timeStart;
            LocalDateTime second =
                    LocalDateTime.of(
                            number(at, 4),
                            number(at + 5, 2),
                            number(at + 8, 2),
                            number(at + 11, 2),
                            number(at + 14, 2),
                            number(at + 17, 2));
            int nanos = 0;
            int digits = 0;
            for (int i = at + 20; i < timeEnd && digits < 9 && digit(bytes[i]); i++, digits++) {
                nanos = nanos * 10 + bytes[i] - '0';
            }
            for (; digits < 9; digits++) {
                nanos *= 10;
            }
            return second.toInstant(ZoneOffset.UTC).plusNanos(nanos);
        } catch (DateTimeException _) {
            return Instant.MIN;
        }
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    private int number(int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            if (!digit(bytes[i])) {
                throw new DateTimeException("not a digit");
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    private boolean startsWith(int from, int to, byte[] what) {
        return to - from >= what.length
                && Arrays.equals(bytes, from, from + what.length, what, 0, what.length);
    }

    private int lastIndexOf(int from, int to, byte[] what) {
        for (int at = to - what.length; at >= from; at--) {
            if (bytes[at] == what[0] && startsWith(at, to, what)) {
                return at;
            }
        }
        return -1;
    }

    /// The first quote or backslash from there on.
    private int special(int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long word = (long) LONGS.get(bytes, at);
            long quote = word ^ QUOTES;
            long backslash = word ^ BACKSLASHES;
            long found = ((quote - ONES) & ~quote | (backslash - ONES) & ~backslash) & HIGH;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >> 3);
            }
            at += Long.BYTES;
        }
        while (at < to && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    // Undoes the escapes of the string at `from`; returns the place behind its closing quote, or
    // -1.
    private int unescape(int from, int to) {
        int out = from;
        int at = from;
        while (at < to) {
            int run = special(at, to);
            if (out != at) {
                System.arraycopy(bytes, at, bytes, out, run - at);
            }
            out += run - at;
            if (run + 1 >= to) {
                return -1;
            }
            if (bytes[run] == '"') {
                textEnd = out;
                return run + 1;
            }
            if (bytes[run + 1] == 'u') {
                int unit = hex(run + 2, to);
                if (unit < 0) {
                    return -1;
                }
                int low = Character.isHighSurrogate((char) unit) ? low(run + 6, to) : -1;
                byte[] encoded = encoded(unit, low);
                System.arraycopy(encoded, 0, bytes, out, encoded.length);
                out += encoded.length;
                at = run + (low >= 0 ? 12 : 6);
            } else {
                bytes[out++] = single(bytes[run + 1]);
                at = run + 2;
            }
        }
        return -1;
    }

    private static byte single(byte letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> letter;
        };
    }

    /// The low half of a surrogate pair whose escape stands there, or -1.
    private int low(int at, int to) {
        if (at + 6 > to || bytes[at] != '\\' || bytes[at + 1] != 'u') {
            return -1;
        }
        int unit = hex(at + 2, to);
        return unit >= 0 && Character.isLowSurrogate((char) unit) ? unit : -1;
    }

    private static byte[] encoded(int unit, int low) {
        if (low >= 0) {
            return Character.toString(Character.toCodePoint((char) unit, (char) low))
                    .getBytes(StandardCharsets.UTF_8);
        }
        return Character.isSurrogate((char) unit)
                ? REPLACEMENT
                : Character.toString(unit).getBytes(StandardCharsets.UTF_8);
    }

    private int hex(int at, int to) {
        if (at + 4 > to) {
            return -1;
        }
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
