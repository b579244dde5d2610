package sampan.gateway.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.wire.Octets;

/// Values as a configuration writes them.
final class Values {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");
    private static final Pattern RATE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)/(s|m|h)");
    private static final Map<String, Long> NANOS =
            Map.of(
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);
    private static final Map<String, Integer> SHIFTS =
            Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);
    private static final Map<String, Integer> SECONDS = Map.of("s", 1, "m", 60, "h", 3600);

    private Values() {}

    private static SampanException wrong(String field, String text, String remedy) {
        return SampanException.invalid(field + " \"" + text + "\": " + remedy);
    }

    static int number(String field, String text, int min, int max) {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw wrong(field, text, "write a number from " + min + " to " + max);
    }

    static boolean flag(String field, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(field, text, "write true or false");
        };
    }

    static long nanos(String field, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw wrong(field, text, "write a duration such as 500ms, 10s, 5m or 1h");
        }
        long nanos = Long.parseLong(matcher.group(1)) * NANOS.getOrDefault(matcher.group(2), 0L);
        if (nanos <= 0 || nanos > 24 * NANOS.getOrDefault("h", 0L)) {
            throw wrong(field, text, "write more than nothing and at most 24h");
        }
        return nanos;
    }

    static long bytes(String field, String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw wrong(field, text, "write a size such as 4096, 64KiB, 10MiB or 2GiB");
        }
        String unit = matcher.group(2);
        return Long.parseLong(matcher.group(1))
                << SHIFTS.getOrDefault(unit == null ? "B" : unit, 0);
    }

    /// Tokens a second.
    static double rate(String field, String text) {
        Matcher matcher = RATE.matcher(text);
        double rate =
                matcher.matches()
                        ? Double.parseDouble(matcher.group(1))
                                / SECONDS.getOrDefault(matcher.group(2), 1)
                        : 0;
        if (rate <= 0 || rate > RateLimit.RATE_MAX) {
            throw wrong(field, text, "write a rate such as 10/s, 600/m or 1000/h");
        }
        return rate;
    }

    /// A share, from 0 to 1.
    static double ratio(String field, String text) {
        if (!text.matches("0(\\.\\d{1,9})?|1(\\.0{1,9})?")) {
            throw wrong(field, text, "write a number from 0 to 1");
        }
        return Double.parseDouble(text);
    }

    static String host(String field, String text) {
        String host = text.toLowerCase(java.util.Locale.ROOT);
        String rest = host.startsWith("*.") ? host.substring(2) : host;
        boolean named = !rest.isEmpty();
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            named &= c < 128 && c != '*' && Octets.isHost((byte) c);
        }
        if (!named || rest.indexOf(':') >= 0 && !rest.startsWith("[")) {
            throw wrong(field, text, "write a host name without port, or *.NAME");
        }
        return host;
    }

    static String path(String field, String text) {
        boolean sound = text.startsWith("/");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            sound &= c < 128 && c != '?' && Octets.isTarget((byte) c);
        }
        if (!sound) {
            throw wrong(field, text, "write a path that begins with / , percent-encoded");
        }
        return text;
    }

    static String fieldName(String field, String text) {
        boolean sound = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            sound &= text.charAt(i) < 128 && Octets.isToken((byte) text.charAt(i));
        }
        if (!sound) {
            throw wrong(field, text, "write the name of a header");
        }
        return text;
    }

    static String fieldValue(String field, String text) {
        boolean sound = true;
        for (int i = 0; i < text.length(); i++) {
            sound &= text.charAt(i) < 256 && Octets.isValue((byte) text.charAt(i));
        }
        if (!sound) {
            throw wrong(field, text, "write a header's value without control characters");
        }
        return text;
    }

    static int status(String field, String text) {
        return number(field, text, 200, 599);
    }
}
