package sampan.app.dispatch;

import java.util.Locale;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.engine.tasks.StartFailure;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;

/// How a command that failed says so, in the forms that scripts know from docker.
///
/// @param runs it is `run` or `create`, which end with 125 and point to their help
record Failures(CommandContext context, Parsing parsing, String name, boolean runs) {
    private static final int STATUS_FAILED = 1;
    private static final int STATUS_ENGINE = 125;

    int usage(UsageException e) {
        return parsing.fails(e, runs);
    }

    int engine(SampanException e) {
        if (e instanceof ErrnoException errno && errno.call().equals("open")) {
            // A file that the client could not open: no word of the engine's.
            return usage(new UsageException(lower(errno)));
        }
        if (!runs && e instanceof StartFailure failure && name.endsWith("exec")) {
            context.err().println(e.getMessage());
            return failure.exitCode();
        }
        String message = "Error response from daemon: " + e.getMessage();
        if (!runs) {
            context.err().println(message);
            return STATUS_FAILED;
        }
        context.err().println("sampan: " + message);
        context.err().println();
        context.err().println("Run 'sampan " + name + " --help' for more information");
        return STATUS_ENGINE;
    }

    private static String lower(ErrnoException e) {
        String text = e.getMessage();
        int colon = text.lastIndexOf(':') + 1;
        return text.substring(0, colon) + text.substring(colon).toLowerCase(Locale.ROOT);
    }
}
