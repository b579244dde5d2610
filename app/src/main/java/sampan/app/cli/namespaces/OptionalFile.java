package sampan.app.cli.namespaces;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/// A flag with a file that may be left out, as nsenter(1) and unshare(1) have them: `--net`, `-n`,
/// `--net=FILE`, `-n/FILE`. A word behind a blank is never the flag's, and letters that stand
/// together are flags, unless they are a path.
final class OptionalFile implements IParameterPreprocessor {
    /// What the option is when it was not given.
    static final String ABSENT = "\u0000";

    @Override
    public boolean preprocess(
            Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> facts) {
        // A blank: the next word is not the flag's. Empty: letters that stand together.
        String separator = String.valueOf(facts.get("separator"));
        String next = words.isEmpty() ? "" : words.peek();
        boolean path = next.startsWith("/") || next.startsWith(".");
        boolean attached = separator.equals("=") || (separator.isEmpty() && path);
        String value = attached ? words.pop() : "";
        option.setValue(value);
        return true;
    }

    static boolean given(String value) {
        return !value.equals(ABSENT);
    }
}
