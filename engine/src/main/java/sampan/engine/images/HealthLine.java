package sampan.engine.images;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.errors.SampanException;

/// The arguments of HEALTHCHECK: `NONE`, or options and `CMD` with a program.
final class HealthLine {
    private static final Pattern DURATION =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(h|ms|m|s|us|ns)");
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private Duration interval = Duration.ZERO;
    private Duration timeout = Duration.ZERO;
    private Duration startPeriod = Duration.ZERO;
    private Duration startInterval = Duration.ZERO;
    private int retries;

    private HealthLine() {}

    /// @param program reads the JSON or shell form of a command
    static HealthCheck parse(String text, Function<String, List<String>> program) {
        HealthLine line = new HealthLine();
        String rest = text;
        while (rest.startsWith("--")) {
            String[] parts = rest.split("\\s+", 2);
            line.option(parts[0]);
            rest = parts.length == 2 ? parts[1] : "";
        }
        String[] parts = rest.split("\\s+", 2);
        String arguments = parts.length == 2 ? parts[1].strip() : "";
        return switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "NONE" -> {
                if (!arguments.isEmpty()) {
                    throw SampanException.invalid("HEALTHCHECK NONE takes no arguments");
                }
                yield line.check(List.of("NONE"));
            }
            case "CMD" -> {
                if (arguments.isEmpty()) {
                    throw SampanException.invalid("Missing command after HEALTHCHECK CMD");
                }
                yield line.check(test(arguments, program));
            }
            default ->
                    throw SampanException.invalid(
                            "Unknown type \"" + parts[0] + "\" in HEALTHCHECK (try CMD)");
        };
    }

    private static List<String> test(String arguments, Function<String, List<String>> program) {
        if (DockerfileChanges.jsonWords(arguments).isEmpty()) {
            return List.of("CMD-SHELL", arguments);
        }
        List<String> test = new ArrayList<>(List.of("CMD"));
        test.addAll(program.apply(arguments));
        return test;
    }

    private HealthCheck check(List<String> test) {
        return new HealthCheck(test, interval, timeout, startPeriod, startInterval, retries);
    }

    private void option(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        String value = equals < 0 ? "" : text.substring(equals + 1);
        switch (name) {
            case "--interval" -> interval = duration(name, value);
            case "--timeout" -> timeout = duration(name, value);
            case "--start-period" -> startPeriod = duration(name, value);
            case "--start-interval" -> startInterval = duration(name, value);
            case "--retries" -> retries = count(value);
            default -> throw SampanException.invalid("Unknown flag: " + name.substring(2));
        }
    }

    private static int count(String value) {
        try {
            int count = Integer.parseInt(value);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw SampanException.invalid("--retries must be at least 1 (not " + value + ")");
    }

    private static Duration duration(String name, String value) {
        Matcher parts = DURATION.matcher(value);
        double seconds = 0;
        int end = 0;
        while (parts.find() && parts.start() == end) {
            double number = Double.parseDouble(parts.group(1));
            seconds +=
                    number
                            * switch (parts.group(2)) {
                                case "h" -> 3600;
                                case "m" -> 60;
                                case "ms" -> 1e-3;
                                case "us" -> 1e-6;
                                case "ns" -> 1e-9;
                                default -> 1;
                            };
            end = parts.end();
        }
        Duration duration = Duration.ofNanos((long) (seconds * 1e9));
        if (value.isEmpty() || end != value.length()) {
            throw SampanException.invalid(
                    "invalid duration " + value + " of " + name + ": write it like 30s");
        }
        if (!duration.isZero() && duration.compareTo(SHORTEST) < 0) {
            throw SampanException.invalid("Interval " + name + " cannot be less than 1ms");
        }
        return duration;
    }
}
