package sampan.app.cli;

import java.util.List;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Does one thing to each named object: prints the name where it worked, the reason where it did
/// not, and goes on.
public final class Each {
    /// What is done to one.
    public interface Action {
        void on(String reference);
    }

    private Each() {}

    /// @return 0 when all worked, else 1
    public static int of(CommandContext context, List<String> references, Action action) {
        int status = 0;
        for (String reference : references) {
            try {
                action.on(reference);
                context.out().println(reference);
            } catch (SampanException e) {
                if (e.code() == ErrorCode.NOT_MODIFIED) {
                    context.out().println(reference);
                } else {
                    context.out().flush();
                    context.err().println("Error response from daemon: " + e.getMessage());
                    status = 1;
                }
            }
        }
        return status;
    }
}
