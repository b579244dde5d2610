package sampan.app.runc.dispatch;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/// Go's way to write options in this parser's: `-name` and `--name` are the same there, as are
/// `--n` and `-n`.
final class GoFlags {
    private static final List<String> GLOBALS_WITH_VALUE =
            List.of("--log", "--log-format", "--root", "--criu", "--rootless");

    private GoFlags() {}

    /// The words before the verb; the rest is the verb's.
    static List<String> ofGlobals(List<String> words) {
        List<String> result = new ArrayList<>();
        int at = 0;
        while (at < words.size() && words.get(at).startsWith("-")) {
            String word = normal(words.get(at++));
            result.add(word);
            if (GLOBALS_WITH_VALUE.contains(word) && at < words.size()) {
                result.add(words.get(at++));
            }
        }
        result.addAll(words.subList(at, words.size()));
        return result;
    }

    /// A verb's words.
    ///
    /// @param interspersed options may follow arguments
    static List<String> of(CommandLine line, List<String> words, boolean interspersed) {
        List<String> result = new ArrayList<>();
        int at = 0;
        while (at < words.size()) {
            String word = words.get(at++);
            if (word.equals("--") || (!interspersed && !word.startsWith("-"))) {
                result.add(word);
                break;
            }
            boolean option = word.startsWith("-") && word.length() > 1;
            String name = option ? normal(word) : word;
            result.add(name);
            if (option && takesValue(line, name) && at < words.size()) {
                result.add(words.get(at++));
            }
        }
        result.addAll(words.subList(at, words.size()));
        return result;
    }

    private static boolean takesValue(CommandLine line, String name) {
        var found = line.getCommandSpec().findOption(name);
        return found != null && found.arity().max() > 0;
    }

    private static String normal(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals);
        if (name.startsWith("--") && name.length() == 3) {
            return name.substring(1) + value;
        }
        if (!name.startsWith("--") && name.length() > 2) {
            return "-" + word;
        }
        return word;
    }

    /// Whether the number of arguments is wrong.
    static boolean isAboutArguments(CommandLine.ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                ? !unmatched.getUnmatched().getFirst().startsWith("-")
                : e instanceof MissingParameterException missing
                        && !missing.getMissing().isEmpty()
                        && missing.getMissing().getFirst().isPositional();
    }

    /// What Go's flag package says.
    static String words(CommandLine.ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            return "flag provided but not defined: -" + name.replaceFirst("^-+", "");
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()
                && missing.getMissing().getFirst().isOption()) {
            String name = ((OptionSpec) missing.getMissing().getFirst()).longestName();
            return "flag needs an argument: -" + name.replaceFirst("^-+", "");
        }
        if (e.getArgSpec() instanceof OptionSpec option && e.getValue() != null) {
            String why =
                    option.isMultiValue()
                            ? "strconv.ParseInt: parsing \"" + e.getValue() + "\": invalid syntax"
                            : "parse error";
            return "invalid value \""
                    + e.getValue()
                    + "\" for flag -"
                    + option.longestName().replaceFirst("^-+", "")
                    + ": "
                    + why;
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
    }
}
