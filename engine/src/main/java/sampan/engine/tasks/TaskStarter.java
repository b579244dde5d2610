package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.Containers;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.volumes.Volumes;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.sys.Fd;
import sampan.oci.spec.IdMapping;
import sampan.runtime.compile.IdMap;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.plan.LaunchPlan;

/// Starts tasks: network, cgroup, document, plan, launcher. What a failed start made is taken back
/// before it is reported.
public final class TaskStarter {
    private final LaunchPlaces places;
    private final Snapshotter snapshots;
    private final NetworkWiring wiring;
    private final CgroupLayout cgroups;
    private final LaunchCompiler compiler;
    private final IdMapNamespaces maps;
    private final TaskLauncher launcher;
    private final TaskTable table;
    private final TaskSettings settings;

    /// What it works with.
    public record Parts(
            Containers containers,
            Snapshotter snapshots,
            Volumes volumes,
            NetworkWiring wiring,
            CgroupLayout cgroups,
            SpecBuilder specs,
            SystemCallFilters filters,
            TaskLauncher launcher,
            TaskTable table,
            TaskSettings settings) {}

    public TaskStarter(Parts parts) {
        this.places = new LaunchPlaces(parts.containers(), parts.volumes());
        this.snapshots = parts.snapshots();
        this.wiring = parts.wiring();
        this.cgroups = parts.cgroups();
        this.maps = new IdMapNamespaces(parts.launcher());
        this.compiler =
                new LaunchCompiler(
                        parts.specs(), parts.filters(), parts.cgroups(), maps, parts.settings());
        this.launcher = parts.launcher();
        this.table = parts.table();
        this.settings = parts.settings();
    }

    /// What the caller of a start wants to hear of the task later. Called on any thread but the
    /// poller's.
    public interface Ends {
        /// Its first process ended, or its monitor was killed.
        void ended(Task task, Optional<ExitRecord> exit);

        /// The kernel ran out of its memory: [Task#outOfMemory] has something to tell.
        void outOfMemory(Task task);
    }

    /// A client's own descriptors that are attached from the first byte on.
    ///
    /// @param detachKeys bytes; empty: it cannot detach
    /// @param detached told on the poller's thread when it no longer is: 0 by its keys, else the
    ///   errno with which its output failed
    public record Client(
            Optional<Fd> stdin,
            Optional<Fd> stdout,
            Optional<Fd> stderr,
            String detachKeys,
            IntConsumer detached) {}

    /// Starts it, in the container's turn; its program runs when this returns. [StartFailure] when
    /// it could not be run.
    public Task start(ContainerHandle handle, Optional<Client> client, Ends ends) {
        StepClock clock = settings.clock("start", handle.id().value());
        ContainerRecord record = handle.record();
        String hostname = places.hostname(record);
        NetworkWiring.Wired wired = wiring.connect(handle, hostname, ownNetwork(record));
        clock.did("network");
        Task task = null;
        try {
            Path directory = directory(record);
            note(record, wired).write(directory);
            clock.did("run directory");
            Cgroup cgroup = cgroup(record);
            clock.did("cgroup");
            task =
                    new Task(
                            handle,
                            directory,
                            cgroup,
                            OutOfMemory.none(directory),
                            wired.endpoints(),
                            () -> wiring.disconnect(wired));
            table.add(task);
            launch(task, new Start(hostname, wired, client, ends), clock);
            clock.tell(settings.clock());
            return task;
        } catch (RuntimeException e) {
            if (task == null) {
                wiring.disconnect(wired);
                ContainerFiles.deleteTree(path(record));
            } else {
                undo(task);
            }
            throw e;
        }
    }

    // In a user namespace of its own a container cannot use the pool's, which belong to the host.
    private Optional<Supplier<NetNamespace>> ownNetwork(ContainerRecord record) {
        List<IdMapping> ids = UserNamespaces.mappings(record.spec().namespaces().userns());
        return ids.isEmpty()
                ? Optional.empty()
                : Optional.of(() -> maps.network(new IdMap(ids, ids)));
    }

    private record Start(
            String hostname, NetworkWiring.Wired wired, Optional<Client> client, Ends ends) {}

    private Path path(ContainerRecord record) {
        return settings.tasks().resolve(record.id().brief());
    }

    private Path directory(ContainerRecord record) {
        Path directory = path(record);
        try {
            return make(directory);
        } catch (FileAlreadyExistsException _) {
            // Of a task whose end could not be written down: what is written from now on says more.
            ContainerFiles.deleteTree(directory);
            return remade(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static Path remade(Path directory) {
        try {
            return make(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static Path make(Path directory) throws IOException {
        return Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private TaskNote note(ContainerRecord record, NetworkWiring.Wired wired) {
        return new TaskNote(
                record.id().value(),
                cgroupPath(record),
                wired.sandbox().map(s -> s.endpoint()),
                wired.mappings());
    }

    private String cgroupPath(ContainerRecord record) {
        String parent = record.spec().resources().cgroupParent();
        String under =
                parent.isEmpty()
                        ? settings.cgroupParent()
                        : parent.startsWith("/") ? parent : "/" + parent;
        return (under.equals("/") ? "" : under) + "/" + record.id();
    }

    private Cgroup cgroup(ContainerRecord record) {
        ContainerSpec spec = record.spec();
        return cgroups.create(
                cgroupPath(record), Limits.of(spec.resources(), SpecDevices.of(spec).rules()));
    }

    private void launch(Task task, Start start, StepClock clock) {
        ContainerHandle handle = task.handle();
        RootMount kept = snapshots.rootMount(handle.id().value());
        RootMount root = handle.record().spec().lifecycle().autoRemove() ? kept.ephemeral() : kept;
        List<PendingAttach> pending = table.takePending(handle.id());
        try (RootReading reading = new RootReading(root);
                LaunchCompiler.Compiled compiled =
                        compiler.compile(
                                new LaunchCompiler.Request(
                                        task,
                                        places.find(
                                                handle, start.hostname(), start.wired(), reading),
                                        root,
                                        reading,
                                        start.wired().namespace(),
                                        start.client(),
                                        !pending.isEmpty()))) {
            clock.did("compile");
            LaunchWait wait = hearing(task, start.ends(), start.client().map(Client::detached));
            Monitor monitor = launcher.launch(compiled.plan(), compiled.descriptors(), wait);
            task.monitoredBy(monitor);
            clock.did("spawn");
            LaunchRecord.keep(
                    handle.directory(),
                    compiled.plan(),
                    compiled.descriptors(),
                    task.cgroup().path());
            clock.did("record");
            if (!pending.isEmpty() && wait.awaitCreated()) {
                connect(task, pending);
                monitor.go();
                clock.did("attach");
            }
            started(task, wait.awaitOutcome(), compiled.plan());
            clock.did("run");
        } catch (RuntimeException e) {
            pending.forEach(PendingAttach::cancel);
            throw e;
        }
    }

    /// Hears a task's monitor, and hands on what is not for the thread that waits.
    static LaunchWait hearing(Task task, Ends ends, Optional<IntConsumer> detached) {
        return new LaunchWait(
                exit -> onVirtual(() -> ends.ended(task, Optional.of(exit))),
                () -> onVirtual(() -> ends.ended(task, Optional.empty())),
                detached.orElse(_ -> {}),
                count -> {
                    if (task.outOfMemory().saw(count)) {
                        onVirtual(() -> ends.outOfMemory(task));
                    }
                });
    }

    private static void onVirtual(Runnable work) {
        Thread.ofVirtual().name("task end").start(work);
    }

    private void connect(Task task, List<PendingAttach> pending) {
        for (PendingAttach client : pending) {
            client.connect(launcher.attach(task.directory(), client.wish()));
        }
    }

    private static void started(Task task, LaunchWait.Outcome outcome, LaunchPlan plan) {
        switch (outcome) {
            case LaunchWait.Outcome.Started(int pid, Instant at) -> task.runs(pid, at);
            case LaunchWait.Outcome.Failed(StepFailure failure) -> {
                LaunchRecord.failed(task.handle().directory(), failure);
                throw StartFailure.of(
                        failure,
                        plan.purpose(failure.step()),
                        task.handle().record().origin().path());
            }
            case LaunchWait.Outcome.Lost() -> throw StartFailure.lost();
        }
    }

    // The task may still have a child that stands in SYNC, or one that runs already.
    private void undo(Task task) {
        task.abandon();
        List<RuntimeException> failures = new ArrayList<>();
        attempt(failures, () -> task.cgroup().kill(sampan.linux.process.Signals.KILL));
        giveBack(task, failures, StepClock.off());
        attempt(failures, () -> forget(task, true));
    }

    /// Gives back what an ended task held: its network, its cgroup. Every part is tried; the first
    /// failure is reported when all were. Its directory stays, for as long as it stands a new
    /// daemon knows that the task existed: [#forget] follows.
    public void giveBack(Task task, StepClock clock) {
        List<RuntimeException> failures = new ArrayList<>();
        giveBack(task, failures, clock);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private static void giveBack(Task task, List<RuntimeException> failures, StepClock clock) {
        attempt(failures, task::release);
        attempt(failures, task::disconnect);
        attempt(failures, () -> SharedMemory.unmount(task.handle()));
        clock.did("disconnect");
        attempt(failures, () -> task.cgroup().delete());
        clock.did("cgroup");
    }

    /// A clock for what happens at an end; see [#tell].
    public StepClock endClock(Task task) {
        return settings.clock("end", task.handle().id().value());
    }

    public void tell(StepClock clock) {
        clock.tell(settings.clock());
    }

    /// Lets go of an ended task.
    ///
    /// @param told its end is written down: its last trace on disk goes too
    public void forget(Task task, boolean told) {
        table.remove(task);
        if (told) {
            ContainerFiles.deleteTree(task.directory());
        }
    }

    /// [#giveBack] and [#forget], of a task that never ran.
    void cleanUp(Task task) {
        List<RuntimeException> failures = new ArrayList<>();
        giveBack(task, failures, StepClock.off());
        forget(task, true);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private static void attempt(List<RuntimeException> failures, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }
}
