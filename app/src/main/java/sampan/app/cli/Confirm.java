package sampan.app.cli;

import java.io.IOException;

/// Asks before something is gone for good.
public final class Confirm {
    private Confirm() {}

    /// Returns when the caller said yes, or `--force`; ends the command otherwise.
    public static void ask(CommandContext context, boolean force, String warning) {
        if (force) {
            return;
        }
        context.out().println(warning);
        context.out().print("Are you sure you want to continue? [y/N] ");
        context.out().flush();
        try {
            int answer = context.caller().in().read();
            if (answer != 'y' && answer != 'Y') {
                throw new ExitException(0, "");
            }
        } catch (IOException e) {
            throw new ExitException(1, String.valueOf(e.getMessage()));
        }
    }
}
