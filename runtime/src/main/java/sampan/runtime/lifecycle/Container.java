package sampan.runtime.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupPosition;
import sampan.oci.spec.Spec;
import sampan.oci.spec.State;
import sampan.runtime.monitor.Monitors;
import sampan.runtime.monitor.TaskRecords;
import sampan.runtime.monitor.TaskRecords.ProcessRecord;
import sampan.runtime.state.ContainerStatus;
import sampan.runtime.state.StateDirectory;
import sampan.runtime.state.StoredContainer;

/// A container as it is found on disk and in the kernel. Status and process are read at each call.
public final class Container {
    private final RuntimeHost host;
    private final StateDirectory states;
    private final StoredContainer stored;
    private final Cgroup cgroup;

    Container(RuntimeHost host, StateDirectory states, StoredContainer stored) {
        this.host = host;
        this.states = states;
        this.stored = stored;
        this.cgroup =
                host.cgroups()
                        .open(
                                stored.cgroup(),
                                CgroupPosition.of(stored.position(), host.ownCgroups()));
    }

    /// @throws SampanException NOT_FOUND in runc's words
    public static Container open(RuntimeHost host, StateDirectory states, String id) {
        return find(host, states, id)
                .orElseThrow(() -> SampanException.notFound("container does not exist"));
    }

    public static Optional<Container> find(RuntimeHost host, StateDirectory states, String id) {
        return states.find(id).map(stored -> new Container(host, states, stored));
    }

    public String id() {
        return stored.id();
    }

    public StoredContainer stored() {
        return stored;
    }

    public Spec spec() {
        return stored.spec();
    }

    public Cgroup cgroup() {
        return cgroup;
    }

    /// Its class of caches and bandwidth, where it has one.
    Optional<ResctrlGroup> resctrl() {
        return spec().linux()
                .intelRdt()
                .map(rdt -> ResctrlGroup.of(rdt, stored.id(), ResctrlGroup.root()));
    }

    RuntimeHost host() {
        return host;
    }

    public StateDirectory states() {
        return states;
    }

    /// Its directory.
    public Path place() {
        return states.place(stored.id());
    }

    /// Its first process, as long as it lives.
    public Optional<ProcessRecord> process() {
        return TaskRecords.process(place()).filter(ProcessRecord::isAlive);
    }

    /// @throws SampanException CONFLICT in runc's words where it does not live
    public ProcessRecord liveProcess() {
        return process().orElseThrow(() -> SampanException.conflict("container not running"));
    }

    public ContainerStatus status() {
        return process().map(this::status).orElse(ContainerStatus.STOPPED);
    }

    private ContainerStatus status(ProcessRecord process) {
        if (cgroup.isFrozen()) {
            return ContainerStatus.PAUSED;
        }
        boolean waits = process.startedAt().equals(Instant.EPOCH) && Files.exists(waiting());
        return waits ? ContainerStatus.CREATED : ContainerStatus.RUNNING;
    }

    /// Where a process that waits for its start listens.
    private Path waiting() {
        return place().resolve(Monitors.SOCKET);
    }

    /// From now on it counts as started.
    void noLongerWaiting() {
        try {
            Files.deleteIfExists(waiting());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The state document of hooks.
    State state(String status, int pid) {
        return new State(
                spec().ociVersion(),
                stored.id(),
                status,
                pid,
                stored.bundle(),
                spec().annotations());
    }

    /// Puts down changed limits.
    void save(Spec changed) {
        states.save(stored.with(changed));
    }
}
