package sampan.engine.services;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.ExecLeftovers;
import sampan.engine.tasks.TaskAdoption;
import sampan.engine.tasks.TaskLauncher;
import sampan.engine.tasks.TaskScan;
import sampan.engine.tasks.TaskSettings;
import sampan.engine.volumes.Volumes;

/// Brings a new daemon to where the last one was, however that one ended. Containers that run go on
/// and are heard again; ends that nobody heard are told now; what was half made or half removed is
/// cleaned away; what nobody owns is swept.
///
/// Called once, before anybody is served.
public final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    /// Exit code of a container that ended with the machine: nobody saw how.
    private static final int UNSEEN = 255;

    private final Parts parts;

    /// What it works with.
    ///
    /// @param scan what the run directory held when the daemon started
    public record Parts(
            Containers containers,
            Snapshotter snapshots,
            Volumes volumes,
            TaskAdoption adoption,
            TaskLauncher launcher,
            ContainerRemoval removal,
            EngineTasks tasks,
            TaskScan scan,
            CgroupSweep cgroups,
            TaskSettings settings) {}

    public Recovery(Parts parts) {
        this.parts = parts;
    }

    /// Does it. Trouble with one container is logged and hinders no other.
    public void recover() {
        ContainerFiles.Found found = parts.containers().files().readAll();
        found.halfMade().forEach(this::discard);
        found.records().forEach(this::add);
        found.unreadable()
                .forEach(directory ->
                        LOG.log(
                                Level.ERROR,
                                "container directory {0} cannot be read and is left as it is",
                                directory));
        sweepSnapshots(found);
        sweepVolumes(found);
        Map<String, TaskScan.Found> tasks = new HashMap<>();
        for (TaskScan.Found task : parts.scan().found()) {
            Optional<ContainerHandle> owner =
                    task.note().flatMap(note -> parts.containers().find(note.container()));
            if (owner.isPresent()) {
                tasks.put(owner.get().id().value(), task);
            } else {
                attempt(task.directory().toString(), () -> parts.adoption().discard(task));
            }
        }
        settle(tasks);
        ExecLeftovers.adopt(parts.settings().execs(), parts.launcher());
        Set<String> kept = new HashSet<>();
        tasks.values().forEach(t -> kept.add(t.note().orElseThrow().cgroup()));
        attempt("cgroups", () -> parts.cgroups().sweep(kept));
    }

    private static void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "recovery of " + what, e);
        }
    }

    private void discard(Path directory) {
        attempt(
                directory.toString(),
                () -> {
                    parts.snapshots().remove(String.valueOf(directory.getFileName()));
                    ContainerFiles.deleteTree(directory);
                });
    }

    private void add(ContainerRecord record) {
        attempt(
                "container " + record.id(),
                () -> {
                    parts.containers().add(record);
                    record.origin().mounts().stream()
                            .filter(m -> m.type().equals("volume"))
                            .filter(m -> parts.volumes().find(m.name()).isPresent())
                            .forEach(m -> parts.volumes().refer(m.name(), record.id().value()));
                });
    }

    private void sweepSnapshots(ContainerFiles.Found found) {
        Set<String> known = new HashSet<>();
        found.records().forEach(r -> known.add(r.id().value()));
        found.unreadable().forEach(d -> known.add(String.valueOf(d.getFileName())));
        for (String key : parts.snapshots().keys()) {
            if (!known.contains(key)) {
                attempt("snapshot " + key, () -> parts.snapshots().remove(key));
            }
        }
    }

    // What a create made that never ended.
    private void sweepVolumes(ContainerFiles.Found found) {
        Set<String> known = new HashSet<>();
        found.records().forEach(r -> known.add(r.id().value()));
        found.unreadable().forEach(d -> known.add(String.valueOf(d.getFileName())));
        parts.volumes()
                .provisional()
                .forEach((name, container) ->
                        attempt(
                                "volume " + name,
                                () -> {
                                    if (known.contains(container)
                                            || !parts.volumes().referrers(name).isEmpty()) {
                                        parts.volumes().keep(name);
                                    } else {
                                        parts.volumes().remove(name);
                                    }
                                }));
    }

    // All at once: a task waits for its monitor's word, and one that hangs holds up no other.
    private void settle(Map<String, TaskScan.Found> tasks) {
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running =
                    parts.containers().all().stream()
                            .<Future<?>>map(handle ->
                                    each.submit(() ->
                                            settle(
                                                    handle,
                                                    Optional.ofNullable(
                                                            tasks.get(handle.id().value())))))
                            .toList();
            running.forEach(Recovery::await);
        }
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            LOG.log(Level.ERROR, "recovery", e.getCause());
        }
    }

    private void settle(ContainerHandle handle, Optional<TaskScan.Found> task) {
        attempt(
                "container " + handle.id(),
                () ->
                        handle.turn()
                                .run(() -> {
                                    if (task.isPresent()) {
                                        adopt(handle, task.get());
                                    } else {
                                        withoutTask(handle);
                                    }
                                }));
    }

    private void adopt(ContainerHandle handle, TaskScan.Found task) {
        if (removing(handle)) {
            parts.adoption().discard(task);
            parts.removal().finish(handle, handle.record().spec().lifecycle().autoRemove());
            return;
        }
        parts.adoption().adopt(handle, task, parts.tasks().ends());
        boolean neverRan = handle.state() instanceof ContainerState.Created;
        if (neverRan && handle.record().spec().lifecycle().autoRemove()) {
            parts.removal().finish(handle, true);
        }
    }

    private static boolean removing(ContainerHandle handle) {
        return switch (handle.state()) {
            case ContainerState.Removing _, ContainerState.Dead _ -> true;
            case ContainerState.Created _,
                    ContainerState.Running _,
                    ContainerState.Paused _,
                    ContainerState.Restarting _,
                    ContainerState.Exited _ ->
                    false;
        };
    }

    private void withoutTask(ContainerHandle handle) {
        boolean autoRemove = handle.record().spec().lifecycle().autoRemove();
        switch (handle.state()) {
            case ContainerState.Removing _, ContainerState.Dead _ ->
                    parts.removal().finish(handle, autoRemove);
            case ContainerState.Running r -> unseen(handle, r.startedAt(), autoRemove);
            case ContainerState.Paused p -> unseen(handle, p.startedAt(), autoRemove);
            case ContainerState.Exited _, ContainerState.Restarting _ -> {
                if (autoRemove) {
                    parts.removal().finish(handle, true);
                }
            }
            case ContainerState.Created _ -> {}
        }
    }

    // It ran when the machine went down.
    private void unseen(ContainerHandle handle, Instant startedAt, boolean autoRemove) {
        if (autoRemove) {
            parts.removal().finish(handle, true);
            return;
        }
        ContainerState.End end =
                new ContainerState.End(
                        UNSEEN, false, "", Optional.of(startedAt), Optional.of(Instant.now()));
        handle.change(r -> r.withState(r.state().exit(end)).withEndpoints(List.of()));
        handle.writeNow();
    }
}
