package sampan.app.dispatch;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.app.cli.Table;

/// The help of one command, in the form that docker's has: usage, what it does, options by name. On
/// a terminal descriptions are wrapped at its width.
final class HelpText {
    private static final int WIDTH_MIN = 60;
    private static final String GAP = "   ";

    private HelpText() {}

    static void print(CommandContext context, String command, Verb verb, CommandSpec spec) {
        PrintStream out = context.out();
        Style style = context.style();
        usage(out, command, verb);
        out.println();
        String[] description = spec.usageMessage().description();
        out.println(description.length == 0 ? verb.summary() : String.join(" ", description));
        List<OptionSpec> options = new ArrayList<>(spec.options());
        options.removeIf(OptionSpec::hidden);
        if (options.isEmpty()) {
            return;
        }
        options.sort(Comparator.comparing(OptionSpec::longestName));
        int widest = options.stream().mapToInt(option -> left(option).length()).max().orElse(0);
        out.println();
        out.println(style.bold("Options:"));
        int columns = context.caller().stdoutIsTerminal() ? context.caller().columns() : 0;
        for (OptionSpec option : options) {
            String text = String.join(" ", option.description());
            out.println(Table.padded(left(option), widest) + GAP + wrapped(text, widest, columns));
        }
    }

    /// `Usage: sampan ps [OPTIONS]`, one line for each way.
    static void usage(PrintStream out, String command, Verb verb) {
        boolean first = true;
        for (String way : verb.usage().split("\n", -1)) {
            out.println((first ? "Usage:  " : "\t") + (command + " " + way).strip());
            first = false;
        }
    }

    private static String left(OptionSpec option) {
        String letter = option.shortestName().length() == 2 ? option.shortestName() : "";
        String both =
                letter.isEmpty()
                        ? "      " + option.longestName()
                        : letter.equals(option.longestName())
                                ? "  " + letter
                                : "  " + letter + ", " + option.longestName();
        return both + type(option);
    }

    private static String type(OptionSpec option) {
        Class<?> type = option.typeInfo().getType();
        if (type == boolean.class || type == Boolean.class || option.arity().max() == 0) {
            return "";
        }
        if (option.typeInfo().isCollection()) {
            return " list";
        }
        if (option.typeInfo().isOptional()) {
            return option.fallbackValue() == null || option.fallbackValue().isEmpty()
                    ? " value"
                    : "";
        }
        return type == int.class || type == long.class ? " int" : " string";
    }

    private static String wrapped(String text, int left, int columns) {
        int room = columns - left - GAP.length();
        if (columns < WIDTH_MIN || text.length() <= room || room < WIDTH_MIN / 3) {
            return text;
        }
        StringBuilder lines = new StringBuilder();
        int used = 0;
        for (String word : text.split(" ", -1)) {
            if (used > 0 && used + 1 + word.length() > room) {
                lines.append('\n').append(" ".repeat(left)).append(GAP);
                used = 0;
            }
            lines.append(used > 0 ? " " : "").append(word);
            used += word.length() + (used > 0 ? 1 : 0);
        }
        return lines.toString();
    }
}
