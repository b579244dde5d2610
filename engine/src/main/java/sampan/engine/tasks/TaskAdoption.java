package sampan.engine.tasks;

import java.time.Instant;
import java.util.Optional;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.process.Signals;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;

/// Takes over tasks that a former daemon started: those that run on are heard again, those that
/// ended meanwhile end now, half-made ones are cleaned away.
public final class TaskAdoption {
    private final TaskLauncher launcher;
    private final TaskTable table;
    private final TaskStarter starter;
    private final NetworkWiring wiring;
    private final CgroupLayout cgroups;

    public TaskAdoption(
            TaskLauncher launcher,
            TaskTable table,
            TaskStarter starter,
            NetworkWiring wiring,
            CgroupLayout cgroups) {
        this.launcher = launcher;
        this.table = table;
        this.starter = starter;
        this.wiring = wiring;
        this.cgroups = cgroups;
    }

    /// Adopts it, in the container's turn.
    public void adopt(ContainerHandle handle, TaskScan.Found found, TaskStarter.Ends ends) {
        TaskNote note = found.note().orElseThrow();
        Task task =
                new Task(
                        handle,
                        found.directory(),
                        cgroups.open(note.cgroup()),
                        OutOfMemory.found(found.directory()),
                        wiring.views(handle.record(), note.endpoint(), note.ports()),
                        () -> note.endpoint().ifPresent(wiring::disconnect));
        table.add(task);
        LaunchWait wait = TaskStarter.hearing(task, ends, Optional.empty());
        Optional<Monitor> monitor = launcher.adopt(found.directory(), wait);
        monitor.ifPresent(task::monitoredBy);
        switch (wait.awaitOutcome()) {
            case LaunchWait.Outcome.Started(int pid, Instant at) -> runs(task, pid, at);
            case LaunchWait.Outcome.Failed(var failure) -> failed(task, failure);
            case LaunchWait.Outcome.Lost() -> lost(task, found, ends);
        }
    }

    private static void onVirtual(Runnable work) {
        Thread.ofVirtual().name("task end").start(work);
    }

    // One that has ended shows as running for a moment: its end follows as it does for all others.
    private static void runs(Task task, int pid, Instant at) {
        task.runs(pid, at);
        boolean frozen = task.cgroup().isFrozen();
        task.handle()
                .change(r -> {
                    var running = r.state().found(pid, at);
                    return r.withState(frozen ? running.pause(r.id()) : running)
                            .withEndpoints(task.endpoints());
                });
    }

    private void failed(Task task, sampan.runtime.monitor.StepFailure failure) {
        StartFailure reason = StartFailure.of(failure, "", task.handle().record().origin().path());
        task.abandon();
        starter.cleanUp(task);
        task.handle()
                .change(r ->
                        r.withState(
                                r.state()
                                        .startFailed(
                                                reason.exitCode(),
                                                String.valueOf(reason.getMessage()),
                                                Instant.now())));
    }

    private void lost(Task task, TaskScan.Found found, TaskStarter.Ends ends) {
        task.cgroup().kill(Signals.KILL);
        if (found.process().isPresent()) {
            var process = found.process().get();
            runs(task, process.pid(), process.startedAt());
            onVirtual(() -> ends.ended(task, Optional.empty()));
            return;
        }
        task.abandon();
        starter.cleanUp(task);
    }

    /// Cleans away a task whose container is gone.
    public void discard(TaskScan.Found found) {
        found.note()
                .ifPresent(note -> {
                    var cgroup = cgroups.open(note.cgroup());
                    if (cgroup.exists()) {
                        cgroup.kill(Signals.KILL);
                        cgroup.delete();
                    }
                    note.endpoint().ifPresent(wiring::disconnect);
                });
        ContainerFiles.deleteTree(found.directory());
    }
}
