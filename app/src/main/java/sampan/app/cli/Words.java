package sampan.app.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import sampan.app.cli.usage.UsageException;

/// Sizes, times and pairs as the docker client writes and reads them.
public final class Words {
    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final Map<Character, Integer> SHIFTS =
            Map.of('b', 0, 'k', 10, 'm', 20, 'g', 30, 't', 40, 'p', 50);

    private Words() {}

    /// `1.23MB`: three significant digits, powers of 1000.
    public static String size(long bytes) {
        return scaled((double) bytes, 1000, DECIMAL, 3);
    }

    /// `1.234MiB`: four significant digits, powers of 1024.
    public static String binarySize(long bytes) {
        return scaled((double) bytes, 1024, BINARY, 4);
    }

    private static String scaled(double value, double step, String[] units, int digits) {
        int unit = 0;
        double left = value;
        while (left >= step && unit < units.length - 1) {
            left /= step;
            unit++;
        }
        return significant(left, digits) + units[unit];
    }

    /// Go's %.Ng.
    private static String significant(double value, int digits) {
        if (value == 0) {
            return "0";
        }
        java.math.BigDecimal rounded =
                new java.math.BigDecimal(value).round(new java.math.MathContext(digits));
        return rounded.stripTrailingZeros().toPlainString();
    }

    /// `About a minute`, `5 hours`, as in `docker ps`.
    public static String duration(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        long minutes = time.toMinutes();
        long hours = Math.round(time.toMillis() / 3_600_000.0);
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds == 1) {
            return "1 second";
        }
        if (seconds < 60) {
            return seconds + " seconds";
        }
        if (minutes == 1) {
            return "About a minute";
        }
        if (minutes < 60) {
            return minutes + " minutes";
        }
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
        return hours < 24 * 365 * 2 ? hours / 24 / 30 + " months" : hours / 24 / 365 + " years";
    }

    /// `2026-01-31 12:00:00 +0000 UTC`.
    public static String stamp(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .replace('T', ' ')
                .replace("Z", " +0000 UTC");
    }

    public static String ago(Instant time) {
        return duration(Duration.between(time, Instant.now())) + " ago";
    }

    /// `512m`, `1.5g`, `1024`: bytes.
    public static long bytes(String option, String text) {
        String word = text.toLowerCase(Locale.ROOT).trim();
        if (word.equals("-1")) {
            return -1;
        }
        String number = word.replaceFirst("i?b$", "");
        int shift = 0;
        if (!number.isEmpty() && SHIFTS.containsKey(number.charAt(number.length() - 1))) {
            shift = SHIFTS.getOrDefault(number.charAt(number.length() - 1), 0);
            number = number.substring(0, number.length() - 1);
        }
        try {
            return (long) (Double.parseDouble(number.trim()) * (1L << shift));
        } catch (NumberFormatException e) {
            throw UsageException.ofFlag(option, text, "invalid size: \'" + text + "'");
        }
    }

    /// `1m30s`, `10s`, `250ms`: Go's durations.
    public static Duration time(String option, String text) {
        try {
            double seconds = 0;
            java.util.regex.Matcher parts =
                    java.util.regex.Pattern.compile("([0-9.]+)(ns|us|µs|ms|s|m|h)").matcher(text);
            int end = 0;
            while (parts.find() && parts.start() == end) {
                seconds += Double.parseDouble(parts.group(1)) * unit(parts.group(2));
                end = parts.end();
            }
            if (end == text.length() && end > 0) {
                return Duration.ofNanos(Math.round(seconds * 1e9));
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw UsageException.ofFlag(option, text, "time: invalid duration \"" + text + "\"");
    }

    private static double unit(String name) {
        return switch (name) {
            case "ns" -> 1e-9;
            case "us", "µs" -> 1e-6;
            case "ms" -> 1e-3;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 1;
        };
    }
}
