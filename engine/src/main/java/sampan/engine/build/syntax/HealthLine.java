package sampan.engine.build.syntax;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.build.syntax.Command.HealthOptions;
import sampan.engine.build.syntax.Command.Program;

/// The arguments of HEALTHCHECK: `NONE`, or options and `CMD` with a program.
final class HealthLine {
    private static final Pattern DURATION =
            Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(h|ms|m|s|us|ns)");
    private static final long SHORTEST_NANOS = 1_000_000;

    private final Instruction at;

    HealthLine(Instruction at) {
        this.at = at;
    }

    Command.HealthCheck parse() {
        Flags flags =
                new Flags(
                        at,
                        Set.of("interval", "timeout", "start-period", "start-interval", "retries"),
                        Set.of(),
                        Set.of());
        String[] parts = at.rest().split("\\s+", 2);
        String arguments = parts.length == 2 ? parts[1].strip() : "";
        return switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "NONE" -> none(arguments);
            case "CMD" -> check(flags, arguments);
            case "" -> throw SyntaxError.at(at, "HEALTHCHECK requires at least one argument");
            default ->
                    throw SyntaxError.at(
                            at,
                            "Unknown type \""
                                    + parts[0].toUpperCase(Locale.ROOT)
                                    + "\" in HEALTHCHECK (try CMD)");
        };
    }

    private Command.HealthCheck none(String arguments) {
        if (!arguments.isEmpty()) {
            throw SyntaxError.at(at, "HEALTHCHECK NONE takes no arguments");
        }
        return new Command.HealthCheck(
                at, true, new HealthOptions(0, 0, 0, 0, 0), new Program(false, List.of()));
    }

    private Command.HealthCheck check(Flags flags, String arguments) {
        Program program =
                InstructionReader.jsonWords(arguments)
                        .map(words -> new Program(false, words))
                        .orElseGet(() -> new Program(true, List.of(arguments)));
        if (arguments.isEmpty() || program.words().isEmpty()) {
            throw SyntaxError.at(at, "Missing command after HEALTHCHECK CMD");
        }
        return new Command.HealthCheck(at, false, options(flags), program);
    }

    private HealthOptions options(Flags flags) {
        return new HealthOptions(
                nanos("interval", flags.value("interval")),
                nanos("timeout", flags.value("timeout")),
                nanos("start-period", flags.value("start-period")),
                nanos("start-interval", flags.value("start-interval")),
                retries(flags.value("retries")));
    }

    private long nanos(String name, String text) {
        if (text.isEmpty() || text.equals("0")) {
            return 0;
        }
        Matcher matcher = DURATION.matcher(text);
        double total = 0;
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            total += Double.parseDouble(matcher.group(1)) * unit(matcher.group(2));
            end = matcher.end();
        }
        if (end != text.length()) {
            throw SyntaxError.at(at, "time: invalid duration \"" + text + "\"");
        }
        long nanos = (long) total;
        if (nanos < SHORTEST_NANOS && nanos != 0) {
            throw SyntaxError.at(at, "Interval \"" + name + "\" cannot be less than 1ms");
        }
        return nanos;
    }

    private static double unit(String name) {
        return switch (name) {
            case "h" -> 3600e9;
            case "m" -> 60e9;
            case "s" -> 1e9;
            case "ms" -> 1e6;
            case "us" -> 1e3;
            default -> 1;
        };
    }

    private int retries(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            int retries = Integer.parseInt(text);
            if (retries >= 0) {
                return retries;
            }
        } catch (NumberFormatException e) {
            throw SyntaxError.at(at, "strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        throw SyntaxError.at(at, "--retries cannot be negative (" + text + ")");
    }
}
