package sampan.engine.logs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/// Takes JSON log lines apart, on bytes and without garbage. For one thread.
///
/// Members stand in the order in which every writer of this form puts them: log, stream, attributes
/// where there are any, time. What has another shape is no line: the caller skips it, as it does
/// the cut-off last line after a power cut.
final class LogEntries {
    private static final byte[] LOG = ascii("{\"log\":\"");
    private static final byte[] STREAM = ascii(",\"stream\":\"std");
    private static final byte[] TIME = ascii("\"time\":\"");

    private byte[] text = new byte[32 << 10];
    private int length;
    private int stream;
    private int timeStart;
    private int timeEnd;

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    /// Reads the line in `bytes[from, to)`, without its newline. False for what is no log line.
    boolean parse(byte[] bytes, int from, int to) {
        if (!startsWith(bytes, from, to, LOG)) {
            return false;
        }
        int at = unescape(bytes, from + LOG.length, to);
        if (at < 0 || !startsWith(bytes, at, to, STREAM)) {
            return false;
        }
        at += STREAM.length;
        if (at + 4 >= to) {
            return false;
        }
        stream = bytes[at] == 'e' ? 2 : 1;
        int time = lastIndexOf(bytes, at, to, TIME);
        if (time < 0) {
            return false;
        }
        timeStart = time + TIME.length;
        timeEnd = timeStart;
        while (timeEnd < to && bytes[timeEnd] != '"') {
            timeEnd++;
        }
        return timeEnd < to && timeEnd - timeStart >= 20;
    }

    int stream() {
        return stream;
    }

    ByteBuffer time(byte[] bytes) {
        return ByteBuffer.wrap(bytes, timeStart, timeEnd - timeStart);
    }

    /// The text of the entry, valid until the next [#parse].
    ByteBuffer text() {
        return ByteBuffer.wrap(text, 0, length);
    }

    /// When it was written; the beginning of time where that cannot be read.
    Instant moment(byte[] bytes) {
        try {
            int at = timeStart;
            LocalDateTime second =
                    LocalDateTime.of(
                            number(bytes, at, 4),
                            number(bytes, at + 5, 2),
                            number(bytes, at + 8, 2),
                            number(bytes, at + 11, 2),
                            number(bytes, at + 14, 2),
                            number(bytes, at + 17, 2));
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

    private static int number(byte[] bytes, int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            if (!digit(bytes[i])) {
                throw new DateTimeException("not a digit");
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    private static boolean startsWith(byte[] bytes, int from, int to, byte[] what) {
        return to - from >= what.length
                && Arrays.equals(bytes, from, from + what.length, what, 0, what.length);
    }

    private static int lastIndexOf(byte[] bytes, int from, int to, byte[] what) {
        for (int at = to - what.length; at >= from; at--) {
            if (bytes[at] == what[0] && startsWith(bytes, at, to, what)) {
                return at;
            }
        }
        return -1;
    }

    // Fills the text from the string that begins at `from`; returns the place behind its closing
    // quote, or -1. The text never grows beyond the line, for every escape is longer than what it
    // stands for.
    private int unescape(byte[] bytes, int from, int to) {
        if (text.length < to - from) {
            text = new byte[Math.max(to - from, 2 * text.length)];
        }
        int out = 0;
        int at = from;
        while (at < to) {
            int run = at;
            while (run < to && bytes[run] != '"' && bytes[run] != '\\') {
                run++;
            }
            System.arraycopy(bytes, at, text, out, run - at);
            out += run - at;
            if (run >= to) {
                return -1;
            }
            if (bytes[run] == '"') {
                length = out;
                return run + 1;
            }
            if (run + 1 >= to) {
                return -1;
            }
            if (bytes[run + 1] == 'u') {
                int units = unicode(bytes, run, to, out);
                if (units == 0) {
                    return -1;
                }
                out += utf8Length(bytes, run, units);
                at = run + 6 * units;
            } else {
                text[out++] = single(bytes[run + 1]);
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

    // Writes the character of the escape at `run` (a surrogate pair takes two); returns how many
    // escapes it took, 0 for a broken one.
    private int unicode(byte[] bytes, int run, int to, int out) {
        int unit = hex(bytes, run + 2, to);
        if (unit < 0) {
            return 0;
        }
        int point = unit;
        int taken = 1;
        if (Character.isHighSurrogate((char) unit)
                && run + 7 < to
                && bytes[run + 6] == '\\'
                && bytes[run + 7] == 'u') {
            int low = hex(bytes, run + 8, to);
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                point = Character.toCodePoint((char) unit, (char) low);
                taken = 2;
            }
        }
        byte[] encoded =
                (Character.isSurrogate((char) unit) && taken == 1)
                        ? new byte[] {(byte) 0xef, (byte) 0xbf, (byte) 0xbd}
                        : Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, text, out, encoded.length);
        return taken;
    }

    private static int utf8Length(byte[] bytes, int run, int units) {
        if (units == 2) {
            return 4;
        }
        int unit = hex(bytes, run + 2, run + 6);
        return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }

    private static int hex(byte[] bytes, int at, int to) {
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
