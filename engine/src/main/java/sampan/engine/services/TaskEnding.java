package sampan.engine.services;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerState;
import sampan.engine.tasks.StepClock;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskStarter;
import sampan.linux.process.Signals;
import sampan.runtime.monitor.ExitRecord;

/// What happens when a container's first process has ended: the state says so, whoever waits is
/// told, everything it held is given back, and one that is to vanish is removed.
public final class TaskEnding implements TaskStarter.Ends {
    private static final System.Logger LOG = System.getLogger(TaskEnding.class.getName());

    /// Exit code of a container whose monitor was killed.
    private static final int LOST = 255;

    private final ContainerEvents events;
    private final ContainerRemoval removal;
    private final TaskStarter starter;

    public TaskEnding(ContainerEvents events, ContainerRemoval removal, TaskStarter starter) {
        this.events = events;
        this.removal = removal;
        this.starter = starter;
    }

    @Override
    public void ended(Task task, Optional<ExitRecord> exit) {
        try {
            exit.ifPresent(task.ended()::complete);
            StepClock clock = starter.endClock(task);
            task.handle().turn().run(() -> finish(task, exit, clock));
            starter.tell(clock);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "end of container " + task.handle().id(), e);
        } finally {
            task.finished().complete(null);
        }
    }

    @Override
    public void outOfMemory(Task task) {
        try {
            task.handle().turn().run(() -> task.outOfMemory().tell(() -> publishOutOfMemory(task)));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "an OOM kill in container " + task.handle().id(), e);
        }
    }

    private void publishOutOfMemory(Task task) {
        if (!task.abandoned()) {
            events.publish(task.handle().record(), "oom");
        }
    }

    private void finish(Task task, Optional<ExitRecord> exit, StepClock clock) {
        clock.did("turn");
        if (task.abandoned()) {
            return;
        }
        ContainerHandle handle = task.handle();
        if (exit.isEmpty()) {
            // Without its monitor the container has no output and nobody to report its end.
            task.cgroup().kill(Signals.KILL);
        }
        ContainerRecord before = handle.record();
        ContainerState.End end = end(task, exit);
        handle.change(r ->
                r.withState(r.state().exit(end)).withEndpoints(List.of()).withExecIds(List.of()));
        publishKill(task, end);
        handle.watch().exited(end);
        clock.did("state");
        giveBack(task, before, clock);
        // As in Docker the end is told when network and volumes are free again.
        publishEnd(before, task, end);
        // The run directory tells a new daemon of the end until the container does so itself.
        boolean told = false;
        try {
            if (before.spec().lifecycle().autoRemove()) {
                removal.finish(handle, true);
            } else {
                handle.writeNow();
            }
            told = true;
            clock.did("removal");
        } finally {
            starter.forget(task, told);
        }
        clock.did("run directory");
    }

    private static ContainerState.End end(Task task, Optional<ExitRecord> exit) {
        if (exit.isEmpty()) {
            return new ContainerState.End(
                    LOST,
                    false,
                    "the container's monitor was killed, and the container with it",
                    Optional.of(task.startedAt()),
                    Optional.of(Instant.now()));
        }
        ExitRecord record = exit.get();
        return new ContainerState.End(
                record.status().code(),
                record.oomKilled(),
                "",
                Optional.of(record.startedAt()),
                Optional.of(record.finishedAt()));
    }

    private void publishKill(Task task, ContainerState.End end) {
        if (end.oomKilled()) {
            task.outOfMemory().tellAtEnd(() -> publishOutOfMemory(task));
        }
    }

    private void publishEnd(ContainerRecord record, Task task, ContainerState.End end) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("exitCode", Integer.toString(end.exitCode()));
        Instant finished = end.finishedAt().orElseGet(Instant::now);
        long seconds = Duration.between(task.startedAt(), finished).toSeconds();
        attributes.put("execDuration", Long.toString(Math.max(0, seconds)));
        events.publish(record, "die", attributes);
    }

    private void giveBack(Task task, ContainerRecord record, StepClock clock) {
        try {
            starter.giveBack(task, clock);
        } catch (RuntimeException e) {
            // The container has ended all the same; the next start of the daemon sweeps the rest.
            LOG.log(Level.WARNING, "clean-up of container " + record.id(), e);
        }
        events.network(record, "disconnect");
        events.volumes(record, "unmount");
    }
}
