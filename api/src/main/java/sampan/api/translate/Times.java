package sampan.api.translate;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Optional;
import sampan.errors.SampanException;

/// Moments and spans as the API writes and reads them.
public final class Times {
    /// Go's zero time: what has not happened.
    public static final String NEVER = "0001-01-01T00:00:00Z";

    private static final long NANOS = 1_000_000_000L;

    private static final DateTimeFormatter RFC3339_NANO =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .appendLiteral('Z')
                    .toFormatter()
                    .withZone(ZoneOffset.UTC);

    private Times() {}

    /// RFC 3339 with as many digits as needed.
    public static String text(Instant time) {
        return RFC3339_NANO.format(time);
    }

    public static String text(Optional<Instant> time) {
        return time.map(Times::text).orElse(NEVER);
    }

    public static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), NANOS), time.getNano());
    }

    /// As [#parse], and 0 is absent: logs read it so, as clients send it who mean nothing.
    public static Optional<Instant> parseUnlessZero(String field, String value) {
        return value.equals("0") ? Optional.empty() : parse(field, value);
    }

    /// A `since` or `until`: Unix seconds with an optional fraction, or RFC 3339; nothing is
    /// absent.
    public static Optional<Instant> parse(String field, String value) {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (value.indexOf('T') > 0) {
                return Optional.of(OffsetDateTime.parse(value).toInstant());
            }
            int dot = value.indexOf('.');
            long seconds = Long.parseLong(dot < 0 ? value : value.substring(0, dot));
            long nanos = dot < 0 ? 0 : fraction(value.substring(dot + 1));
            return Optional.of(Instant.ofEpochSecond(seconds, nanos));
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw SampanException.invalid(
                    "invalid value for \"" + field + "\": " + value + " is not a Unix timestamp");
        }
    }

    private static long fraction(String digits) {
        if (!digits.matches("[0-9]{1,9}")) {
            throw new NumberFormatException(digits);
        }
        return Long.parseLong((digits + "000000000").substring(0, 9));
    }

    /// A span as people say it, in Docker's words.
    public static String human(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds == 1) {
            return "1 second";
        }
        if (seconds < 60) {
            return seconds + " seconds";
        }
        long minutes = span.toMinutes();
        if (minutes == 1) {
            return "About a minute";
        }
        if (minutes < 60) {
            return minutes + " minutes";
        }
        long hours = Math.round(seconds / 3600.0);
        if (hours == 1) {
            return "About an hour";
        }
        if (hours < 48) {
            return hours + " hours";
        }
        if (hours < 24 * 7 * 2) {
            return hours / 24 + " days";
        }
        if (hours < 24 * 30 * 2) {
            return hours / 24 / 7 + " weeks";
        }
        if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return hours / 24 / 365 + " years";
    }
}
