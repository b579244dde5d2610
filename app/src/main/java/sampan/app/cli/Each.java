package sampan.app.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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

    /// As [#of], for what must not stop half-way: where the command is interrupted, what was begun
    /// goes on without it.
    public static int lasting(CommandContext context, List<String> references, Action action)
            throws InterruptedException {
        int status = 0;
        for (String reference : references) {
            FutureTask<Boolean> task = new FutureTask<>(() -> action.on(reference), true);
            Thread.ofVirtual().name("lasting").start(task);
            Optional<SampanException> failure = failure(task);
            status |= of(context, List.of(reference), _ -> failure.ifPresent(Each::fail));
        }
        return status;
    }

    private static Optional<SampanException> failure(FutureTask<Boolean> task)
            throws InterruptedException {
        try {
            task.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SampanException failure) {
                return Optional.of(failure);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void fail(SampanException failure) {
        throw failure;
    }

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
