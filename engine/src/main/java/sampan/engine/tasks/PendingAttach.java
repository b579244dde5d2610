package sampan.engine.tasks;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.monitor.AttachClient;

/// A client that attached to a container before it was started. It gets its connection before the
/// process runs, so that it misses nothing.
public final class PendingAttach {
    private final AttachClient.Wish wish;
    private final CompletableFuture<Optional<AttachClient>> connection = new CompletableFuture<>();

    PendingAttach(AttachClient.Wish wish) {
        this.wish = wish;
    }

    AttachClient.Wish wish() {
        return wish;
    }

    /// Gives the connection; closes it where the client went away meanwhile.
    void connect(AttachClient channel) {
        if (!connection.complete(Optional.of(channel))) {
            close(channel);
        }
    }

    /// There will be none: the client went away, or the start failed.
    public void cancel() {
        connection.complete(Optional.empty());
    }

    public boolean done() {
        return connection.isDone();
    }

    /// Waits for the connection; empty when it was cancelled.
    public Optional<AttachClient> await() {
        try {
            return connection.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new SampanException(ErrorCode.INTERNAL, "attach failed", e);
        }
    }

    private static void close(AttachClient channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // Nobody reads it any more.
        }
    }
}
