package sampan.app.dispatch;

import java.util.concurrent.Callable;
import java.util.function.Function;
import sampan.app.cli.CommandContext;

/// A command by its words: how it is found and made.
///
/// @param usage what follows the name; where there are several ways, one a line
/// @param summary one line for the list of commands
/// @param interspersed options may follow the first argument; `run` and `exec` stop there, because
///   what follows is another program's
public record Verb(
        String name,
        String usage,
        String summary,
        boolean interspersed,
        Function<CommandContext, Callable<Integer>> make) {

    /// How it is made.
    interface Maker extends Function<CommandContext, Callable<Integer>> {}

    static Verb of(String words, String summary, Maker make) {
        return verb(words, summary, true, make);
    }

    static Verb stopping(String words, String summary, Maker make) {
        return verb(words, summary, false, make);
    }

    /// @param words the name, and behind a blank the usage
    private static Verb verb(String words, String summary, boolean interspersed, Maker make) {
        int blank = words.indexOf(' ');
        return new Verb(
                blank < 0 ? words : words.substring(0, blank),
                blank < 0 ? "" : words.substring(blank + 1),
                summary,
                interspersed,
                make);
    }
}
