package sampan.engine.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sampan.runtime.monitor.AttachClient;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.Monitor;

/// One more process of a running container, from its launch to its end.
public final class ExecRun {
    /// What runs.
    ///
    /// @param user empty: the container's
    /// @param workingDir empty: the container's
    /// @param rows of its terminal, 0 for unknown; the same for columns
    public record Wanted(
            List<String> command,
            List<String> env,
            String user,
            String workingDir,
            boolean privileged,
            boolean tty,
            boolean stdin,
            int rows,
            int columns) {}

    /// Who hears it.
    public sealed interface Audience {
        /// A client by a socket, connected before the process runs.
        record Socket(boolean stdout, boolean stderr) implements Audience {}

        /// A client by its own descriptors.
        record Own(TaskStarter.Client client) implements Audience {}

        /// Nobody.
        record Nobody() implements Audience {}
    }

    private final Path directory;
    private final CompletableFuture<Optional<ExitRecord>> ended = new CompletableFuture<>();
    private final AtomicReference<@Nullable Monitor> monitor = new AtomicReference<>();
    private volatile @Nullable AttachClient client;
    private volatile int pid;

    ExecRun(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    public int pid() {
        return pid;
    }

    /// The connection of [Audience.Socket]; the caller's.
    public Optional<AttachClient> client() {
        return Optional.ofNullable(client);
    }

    /// Completes with its end; empty when its monitor was killed.
    public CompletableFuture<Optional<ExitRecord>> ended() {
        return ended;
    }

    public void resize(int rows, int columns) {
        Monitor present = monitor.get();
        if (present != null) {
            present.resize(rows, columns);
        }
    }

    void monitoredBy(Monitor by) {
        monitor.set(by);
    }

    void connected(AttachClient by) {
        client = by;
    }

    void runs(int itsPid) {
        pid = itsPid;
    }

    void release() {
        Monitor present = monitor.getAndSet(null);
        if (present != null) {
            present.close();
        }
    }
}
