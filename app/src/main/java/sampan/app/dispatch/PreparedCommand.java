package sampan.app.dispatch;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import sampan.app.cli.CommandContext;

/// A command with its parser. For one caller at a time, and for any number of them one after the
/// other: making the parser's model of `run` costs more than starting a container, and parsing sets
/// every option anew.
final class PreparedCommand {
    private final CommandContext context;
    private final Callable<Integer> command;
    private final CommandLine line;

    PreparedCommand(Verb verb, CommandContext context) {
        this.context = context;
        this.command = verb.make().apply(context);
        this.line =
                new CommandLine(command)
                        .setStopAtPositional(!verb.interspersed())
                        .setUnmatchedOptionsArePositionalParams(false)
                        .setOverwrittenOptionsAllowed(true)
                        .setInterpolateVariables(false);
    }

    CommandContext context() {
        return context;
    }

    Callable<Integer> command() {
        return command;
    }

    CommandLine line() {
        return line;
    }
}
