package sampan.engine.services;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.snapshots.Freeing;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskTable;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;

/// Removes containers.
public final class ContainerRemoval {
    private static final System.Logger LOG = System.getLogger(ContainerRemoval.class.getName());

    /// Longest wait for a killed container to end.
    public static final Duration KILL_WAIT = Duration.ofSeconds(30);

    private final Containers containers;
    private final Snapshotter snapshots;
    private final Volumes volumes;
    private final TaskTable tasks;
    private final ContainerEvents events;
    private final Consumer<ContainerRecord> afterwards;

    /// @param afterwards told of each that is gone
    public ContainerRemoval(
            Containers containers,
            Snapshotter snapshots,
            Volumes volumes,
            TaskTable tasks,
            ContainerEvents events,
            Consumer<ContainerRecord> afterwards) {
        this.afterwards = afterwards;
        this.containers = containers;
        this.snapshots = snapshots;
        this.volumes = volumes;
        this.tasks = tasks;
        this.events = events;
    }

    /// @param force one that runs is killed first
    /// @param withVolumes its anonymous volumes go too
    /// @return the files that it wrote
    Freeing remove(String reference, boolean force, boolean withVolumes) {
        ContainerHandle handle = containers.resolve(reference);
        while (true) {
            if (force) {
                kill(handle);
            }
            Optional<Freeing> removed =
                    handle.turn()
                            .call(() -> {
                                if (handle.gone()) {
                                    throw SampanException.notFound(
                                            "No such container: " + reference);
                                }
                                return removeStopped(handle, reference, force, withVolumes);
                            });
            if (removed.isPresent()) {
                return removed.get();
            }
        }
    }

    // Empty when it was started again between kill and turn.
    private Optional<Freeing> removeStopped(
            ContainerHandle handle, String reference, boolean force, boolean withVolumes) {
        ContainerRecord record = handle.record();
        switch (record.state()) {
            case ContainerState.Running _ -> {
                if (force) {
                    return Optional.empty();
                }
                throw refusal(
                        reference, "running: stop the container before removing or force remove");
            }
            case ContainerState.Paused _ -> {
                if (force) {
                    return Optional.empty();
                }
                throw refusal(reference, "paused and must be unpaused first");
            }
            case ContainerState.Restarting _ -> {
                if (!force) {
                    throw refusal(
                            reference,
                            "restarting: stop the container before removing or force remove");
                }
            }
            case ContainerState.Removing _ ->
                    throw SampanException.conflict(
                            "removal of container " + record.name() + " is already in progress");
            case ContainerState.Created _, ContainerState.Exited _, ContainerState.Dead _ -> {}
        }
        return Optional.of(finish(handle, withVolumes));
    }

    private static SampanException refusal(String reference, String why) {
        return SampanException.conflict(
                "cannot remove container \"" + reference + "\": container is " + why);
    }

    private void kill(ContainerHandle handle) {
        // In its turn: what a start that goes on has not placed in the cgroup yet, a kill would
        // miss.
        Task task = handle.turn().call(() -> tasks.find(handle.id())).orElse(null);
        if (task == null) {
            return;
        }
        events.beforeEnd(handle.record(), ContainerEvents.KILL_MILLIS_MAX);
        events.publish(handle.record(), "kill", Map.of("signal", Integer.toString(Signals.KILL)));
        task.cgroup().kill(Signals.KILL);
        await(task.finished(), handle);
    }

    static void await(CompletableFuture<?> future, ContainerHandle handle) {
        try {
            future.get(KILL_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (TimeoutException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    "container "
                            + handle.id()
                            + " did not end within "
                            + KILL_WAIT.toSeconds()
                            + " seconds after it was killed: a process of it hangs in the kernel",
                    e);
        } catch (ExecutionException e) {
            throw new SampanException(ErrorCode.INTERNAL, "waiting for the end failed", e);
        }
    }

    /// Takes an ended container away, in its turn.
    Freeing finish(ContainerHandle handle, boolean withVolumes) {
        ContainerRecord record = handle.record();
        ContainerState.End end = record.state().lastEnd();
        Freeing written;
        try {
            handle.change(r -> r.withState(r.state().remove()));
            tasks.cancelPending(handle.id());
            removeVolumes(handle, withVolumes);
            handle.retire();
            written = snapshots.remove(handle.id().value());
            containers.files().delete(handle.id());
        } catch (RuntimeException e) {
            handle.change(
                    r -> r.withState(r.state().removalFailed(String.valueOf(e.getMessage()))));
            throw e;
        }
        containers.forget(handle);
        events.publish(record, "destroy");
        handle.watch().removed(end);
        afterwards.accept(record);
        return written;
    }

    // Before the container's own files: once those are gone nobody knows any more what was its.
    private void removeVolumes(ContainerHandle handle, boolean withVolumes) {
        List<String> names =
                handle.record().origin().mounts().stream()
                        .filter(mount -> mount.type().equals("volume"))
                        .map(MountPoint::name)
                        .toList();
        if (withVolumes && !names.isEmpty()) {
            markRemoving(handle);
        }
        for (String name : names) {
            volumes.unrefer(name, handle.id().value());
            if (withVolumes) {
                removeAnonymous(name);
            }
        }
    }

    // From here on it can only be removed, by the next daemon where this one is killed. A disk that
    // is full must not keep anybody from removing things.
    private static void markRemoving(ContainerHandle handle) {
        try {
            handle.writeNow();
        } catch (UncheckedIOException e) {
            LOG.log(Level.DEBUG, "removal of " + handle.id(), e);
        }
    }

    private void removeAnonymous(String name) {
        boolean anonymous = volumes.find(name).map(v -> v.anonymous()).orElse(false);
        if (!anonymous || !volumes.referrers(name).isEmpty()) {
            return;
        }
        try {
            volumes.remove(name);
            events.volume(name, "destroy");
        } catch (SampanException e) {
            // Another container took it meanwhile.
            if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
    }
}
