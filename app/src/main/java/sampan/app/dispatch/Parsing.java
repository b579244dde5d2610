package sampan.app.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;

/// Reads a command's flags and arguments, and says in Docker's words what is wrong with them.
final class Parsing {
    private static final int STATUS_FLAG = 125;
    private static final int STATUS_ARGUMENTS = 1;

    private final CommandContext context;
    private final Verb verb;
    private final String name;
    private final CommandLine line;

    /// @param name the words that lead to the command, without the program's
    Parsing(CommandContext context, Verb verb, String name, CommandLine line) {
        this.context = context;
        this.verb = verb;
        this.name = name;
        this.line = line;
    }

    CommandSpec spec() {
        return line.getCommandSpec();
    }

    /// Fills the command's fields; the exit status when that cannot be.
    Optional<Integer> parse(List<String> arguments) {
        try {
            line.parseArgs(arguments.toArray(String[]::new));
            return Optional.empty();
        } catch (UnmatchedArgumentException e) {
            String first = e.getUnmatched().getFirst();
            boolean flag = e.isUnknownOption() || (first.startsWith("-") && first.length() > 1);
            return Optional.of(flag ? flagFails(unknown(first)) : argumentsFail());
        } catch (MissingParameterException e) {
            ArgSpec missing = e.getMissing().getFirst();
            return Optional.of(
                    missing instanceof OptionSpec option && !option.required()
                            ? flagFails("flag needs an argument: " + option.longestName())
                            : missing instanceof OptionSpec option
                                    ? flagFails("required flag: " + option.longestName())
                                    : argumentsFail());
        } catch (ParameterException e) {
            return Optional.of(conversion(e));
        }
    }

    private String unknown(String word) {
        if (word.startsWith("--")) {
            int equals = word.indexOf('=');
            return "unknown flag: " + (equals < 0 ? word : word.substring(0, equals));
        }
        for (char letter : word.substring(1).toCharArray()) {
            if (spec().findOption("-" + letter) == null) {
                return "unknown shorthand flag: '" + letter + "' in " + word;
            }
        }
        return "unknown shorthand flag: '" + word.charAt(1) + "' in " + word;
    }

    private int conversion(ParameterException e) {
        String value = String.valueOf(e.getValue());
        if (e.getArgSpec() instanceof OptionSpec option) {
            Class<?> type = option.type();
            String reason =
                    type == boolean.class || type == Boolean.class
                            ? "parsing \"" + value + "\": give true or false"
                            : "parsing \"" + value + "\": invalid syntax";
            return flagFails(UsageException.ofFlag(names(option), value, reason).getMessage());
        }
        return flagFails(String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage"));
    }

    /// Wrong usage that the command itself found; exit status as for any.
    int fails(UsageException e, boolean runs) {
        if (!e.flag().isEmpty()) {
            OptionSpec option = spec().findOption(e.flag());
            String message = e.getMessage();
            return flagFails(
                    option == null
                            ? message
                            : message.replace(
                                    "for \"" + e.flag() + "\"", "for \"" + names(option) + "\""));
        }
        if (!runs) {
            context.err().println(e.getMessage());
            return STATUS_ARGUMENTS;
        }
        context.err().println("sampan: " + e.getMessage());
        hint("Run 'sampan " + name + " --help' for more information");
        return STATUS_FLAG;
    }

    /// `-m, --memory`
    private static String names(OptionSpec option) {
        List<String> names = new ArrayList<>();
        if (option.shortestName().length() == 2) {
            names.add(option.shortestName());
        }
        if (!names.contains(option.longestName())) {
            names.add(option.longestName());
        }
        return String.join(", ", names);
    }

    private int flagFails(String message) {
        context.err().println(message);
        context.err().println();
        HelpText.usage(context.err(), "sampan " + name, verb);
        hint("Run 'sampan " + name + " --help' for more information");
        // the tools whose ways the ns commands have end with 1
        return name.startsWith("ns ") ? STATUS_ARGUMENTS : STATUS_FLAG;
    }

    private int argumentsFail() {
        Arity arity = Arity.of(verb.usage().lines().findFirst().orElse(""));
        context.err().println("sampan: 'sampan " + name + "' " + arity.demand());
        context.err().println();
        HelpText.usage(context.err(), "sampan " + name, verb);
        hint(arity.hint("sampan " + name));
        return STATUS_ARGUMENTS;
    }

    private void hint(String text) {
        context.err().println();
        context.err().println(text);
    }
}
