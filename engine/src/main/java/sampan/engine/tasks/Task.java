package sampan.engine.tasks;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.containers.ContainerHandle;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.cgroups.Cgroup;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.Monitor;

/// A container's processes, from their launch until everything of them is cleaned up.
public final class Task {
    private final ContainerHandle handle;
    private final Path directory;
    private final Cgroup cgroup;
    private final OutOfMemory outOfMemory;
    private final List<EndpointView> endpoints;
    private final Runnable disconnect;
    private final CompletableFuture<ExitRecord> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final AtomicReference<@Nullable Monitor> monitor = new AtomicReference<>();
    private volatile int pid;
    private volatile boolean abandoned;
    private volatile Instant startedAt = Instant.EPOCH;

    /// @param directory of the task, below the run directory
    /// @param endpoints as inspect shows them
    /// @param disconnect gives its network back; called once
    Task(
            ContainerHandle handle,
            Path directory,
            Cgroup cgroup,
            OutOfMemory outOfMemory,
            List<EndpointView> endpoints,
            Runnable disconnect) {
        this.handle = handle;
        this.directory = directory;
        this.cgroup = cgroup;
        this.outOfMemory = outOfMemory;
        this.endpoints = endpoints;
        this.disconnect = disconnect;
    }

    public ContainerHandle handle() {
        return handle;
    }

    public Path directory() {
        return directory;
    }

    public Cgroup cgroup() {
        return cgroup;
    }

    public OutOfMemory outOfMemory() {
        return outOfMemory;
    }

    public List<EndpointView> endpoints() {
        return endpoints;
    }

    /// The first process's, on the host.
    public int pid() {
        return pid;
    }

    public Instant startedAt() {
        return startedAt;
    }

    /// Completes with how the first process ended, once all its output was written. Its container
    /// shows it only when [#finished] does.
    public CompletableFuture<ExitRecord> ended() {
        return ended;
    }

    /// Completes when the container's state says that it ended and what it held was given back.
    public CompletableFuture<Void> finished() {
        return finished;
    }

    /// Its monitor; CONFLICT before it is launched.
    public Monitor monitor() {
        Monitor present = monitor.get();
        if (present == null) {
            throw new SampanException(
                    ErrorCode.CONFLICT, "container " + handle.id() + " is not running");
        }
        return present;
    }

    /// Its start failed: what still happens to it is nobody's concern.
    public boolean abandoned() {
        return abandoned;
    }

    void abandon() {
        abandoned = true;
    }

    void monitoredBy(Monitor by) {
        monitor.set(by);
    }

    void runs(int itsPid, Instant since) {
        pid = itsPid;
        startedAt = since;
    }

    void disconnect() {
        disconnect.run();
    }

    /// Ends the monitor's listening, where there is one.
    void release() {
        Monitor present = monitor.getAndSet(null);
        if (present != null) {
            present.close();
        }
    }
}
