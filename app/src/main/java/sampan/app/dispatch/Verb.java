package sampan.app.dispatch;

import java.util.concurrent.Callable;
import java.util.function.Function;
import sampan.app.cli.CommandContext;

/// A command by its words: how it is found and made.
///
/// @param summary one line for the list of commands
/// @param interspersed options may follow the first argument; `run` and `exec` stop there, because
///   what follows is another program's
public record Verb(
        String name,
        String summary,
        boolean interspersed,
        Function<CommandContext, Callable<Integer>> make) {

    static Verb of(String name, String summary, Function<CommandContext, Callable<Integer>> make) {
        return new Verb(name, summary, true, make);
    }

    static Verb stopping(
            String name, String summary, Function<CommandContext, Callable<Integer>> make) {
        return new Verb(name, summary, false, make);
    }
}
