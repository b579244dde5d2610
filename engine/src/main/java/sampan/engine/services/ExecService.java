package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.services.StreamService.AttachSession;

/// More processes in a running container.
public interface ExecService {
    /// @param user empty: the container's; @param workingDir empty: the container's
    /// @param detachKeys empty: the default ctrl-p,ctrl-q
    record ExecSpec(
            List<String> command,
            List<String> env,
            String user,
            String workingDir,
            boolean privileged,
            boolean tty,
            boolean stdin,
            boolean stdout,
            boolean stderr,
            String detachKeys,
            int rows,
            int columns) {}

    /// @param exitCode present once it ended
    record Exec(
            String id,
            String containerId,
            ExecSpec spec,
            boolean running,
            int pid,
            Optional<Integer> exitCode,
            boolean canRemove) {}

    /// Registers it. CONFLICT when the container does not run or is paused.
    String create(String containerReference, ExecSpec spec);

    /// Starts it with a session attached; nothing of its output is missed. CONFLICT when it was
    /// started before.
    AttachSession startAttached(String execId, int rows, int columns);

    /// Starts it with the client's own descriptors.
    void start(String execId, Descriptors descriptors, int rows, int columns);

    /// Starts it in the background.
    void startDetached(String execId);

    void resize(String execId, int rows, int columns);

    Exec inspect(String execId);

    /// Those of a container that are remembered, in the order in which they were made.
    List<Exec> list(String containerReference);

    /// Blocks until it ended; returns its exit code.
    int await(String execId);
}
