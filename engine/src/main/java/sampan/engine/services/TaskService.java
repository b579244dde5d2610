package sampan.engine.services;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Running processes of containers: start to end.
public interface TaskService {
    /// What a client that starts a container wants wired from its first byte on.
    ///
    /// @param stdin whether it is attached, and so on
    record Attachment(Descriptors descriptors, boolean stdin, boolean stdout, boolean stderr) {}

    /// Starts it. NOT_MODIFIED when it runs. The attachment's descriptors are handed to the monitor
    /// (duplicated; the caller keeps its own).
    void start(String reference, Optional<Attachment> attachment);

    /// Stop signal, then SIGKILL after the timeout (absent: the container's). NOT_MODIFIED when it
    /// does not run. A negative timeout waits without end.
    void stop(String reference, Optional<String> signal, Optional<Duration> timeout);

    void kill(String reference, String signal);

    void restart(String reference, Optional<String> signal, Optional<Duration> timeout);

    void pause(String reference);

    void unpause(String reference);

    /// Docker's three conditions of wait.
    enum WaitCondition {
        NOT_RUNNING,
        NEXT_EXIT,
        REMOVED
    }

    /// @param error text when the container could not be waited for, or empty
    record WaitResult(int exitCode, String error) {}

    /// Completes when the condition holds; cancel it to stop waiting. Registered when this returns.
    CompletableFuture<WaitResult> waitFor(String reference, WaitCondition condition);

    void resize(String reference, int rows, int columns);

    record Top(List<String> titles, List<List<String>> processes) {}

    /// As `ps PS_ARGS` run on the host and filtered to the container's processes.
    Top top(String reference, String psArguments);

    /// One sample; CONFLICT when it does not run gives zeroes, as Docker does.
    Stats stats(String reference);
}
