package sampan.engine.services;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.containers.SpecCheck;
import sampan.engine.containers.StateWatch;
import sampan.engine.tasks.StartFailure;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskStarter;
import sampan.engine.tasks.TaskTable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;

/// Starts and ends the tasks of containers.
public final class EngineTasks implements TaskService {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final Containers containers;
    private final TaskTable tasks;
    private final TaskStarter starter;
    private final TaskStarter.Ends ends;
    private final ContainerRemoval removal;
    private final ContainerEvents events;
    private final TaskReading reading;

    /// What it works with.
    public record Parts(
            Containers containers,
            TaskTable tasks,
            TaskStarter starter,
            ContainerRemoval removal,
            ContainerEvents events) {}

    public EngineTasks(Parts parts) {
        this.containers = parts.containers();
        this.tasks = parts.tasks();
        this.starter = parts.starter();
        this.removal = parts.removal();
        this.events = parts.events();
        this.ends = new TaskEnding(events, removal, starter);
        this.reading = new TaskReading(containers, tasks);
    }

    /// Hears the ends of tasks, those of a former daemon among them.
    TaskStarter.Ends ends() {
        return ends;
    }

    @Override
    public void start(String reference, Optional<Attachment> attachment) {
        ContainerHandle handle = containers.resolve(reference);
        handle.turn()
                .run(() -> {
                    if (handle.gone()) {
                        throw SampanException.notFound("No such container: " + reference);
                    }
                    start(handle, attachment);
                });
    }

    private void start(ContainerHandle handle, Optional<Attachment> attachment) {
        handle.state().requireStartable();
        try {
            Task task = starter.start(handle, attachment.map(EngineTasks::client), ends);
            handle.change(r ->
                    r.withState(r.state().start(task.pid(), task.startedAt()))
                            .withEndpoints(task.endpoints())
                            .withStopped(false));
            ContainerRecord now = handle.record();
            events.network(now, "connect");
            events.volumes(now, "mount");
            events.publish(now, "start");
        } catch (RuntimeException e) {
            failed(handle, e);
            throw e;
        }
    }

    private static TaskStarter.Client client(Attachment attachment) {
        Descriptors own = attachment.descriptors();
        return new TaskStarter.Client(
                attachment.stdin() ? own.stdin() : Optional.empty(),
                attachment.stdout() ? own.stdout() : Optional.empty(),
                attachment.stderr() ? own.stderr() : Optional.empty(),
                "",
                own.broken());
    }

    private void failed(ContainerHandle handle, RuntimeException e) {
        int code = e instanceof StartFailure failure ? failure.exitCode() : 128;
        String text = String.valueOf(e.getMessage());
        handle.change(r -> r.withState(r.state().startFailed(code, text, Instant.now())));
        if (handle.record().spec().lifecycle().autoRemove()) {
            removal.finish(handle, true);
        }
    }

    @Override
    public void stop(String reference, Optional<String> signal, Optional<Duration> timeout) {
        ContainerHandle handle = containers.resolve(reference);
        int number = stopSignal(handle, signal, reference);
        Task task =
                handle.turn()
                        .call(() -> {
                            Task found =
                                    running(handle)
                                            .orElseThrow(() ->
                                                    new SampanException(
                                                            ErrorCode.NOT_MODIFIED,
                                                            "container is already stopped"));
                            handle.change(r -> r.withStopped(true));
                            return found;
                        });
        stop(task, number, timeout);
        events.publish(handle.record(), "stop");
    }

    // In the container's turn, so that a start which goes on is waited for: a signal to a process
    // that does not stand yet reaches nobody.
    private Optional<Task> running(ContainerHandle handle) {
        return handle.turn()
                .call(() ->
                        handle.state().status().alive()
                                ? tasks.find(handle.id())
                                : Optional.empty());
    }

    private static int stopSignal(
            ContainerHandle handle, Optional<String> wanted, String reference) {
        return wanted.map(text -> SpecCheck.signal(text, "stop", reference))
                .orElseGet(() -> stopSignal(handle));
    }

    private static int stopSignal(ContainerHandle handle) {
        String named = handle.record().spec().lifecycle().stopSignal();
        return named.isEmpty() ? Signals.TERM : SpecCheck.signal(named);
    }

    private void stop(Task task, int signal, Optional<Duration> timeout) {
        ContainerHandle handle = task.handle();
        ContainerRecord record = handle.record();
        events.beforeEnd(record, ContainerEvents.STOP_MILLIS_MAX);
        Duration grace =
                timeout.or(() -> record.spec().lifecycle().stopTimeout()).orElse(STOP_TIMEOUT);
        killEvent(record, signal);
        boolean heard = StopGrace.ask(task, signal, ownPids(record));
        thaw(task);
        if (heard && ended(task, grace)) {
            return;
        }
        killEvent(record, Signals.KILL);
        task.cgroup().kill(Signals.KILL);
        ContainerRemoval.await(task.finished(), handle);
    }

    private static boolean ownPids(ContainerRecord record) {
        String mode = record.spec().namespaces().pid();
        return !mode.equals("host") && !mode.startsWith("container:");
    }

    private static boolean ended(Task task, Duration grace) {
        try {
            if (grace.isNegative()) {
                task.finished().get();
            } else {
                task.finished().get(grace.toMillis(), TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException e) {
            throw new SampanException(ErrorCode.INTERNAL, "waiting for the end failed", e);
        }
    }

    // A frozen process gets its signal only when it goes on.
    private void thaw(Task task) {
        ContainerHandle handle = task.handle();
        handle.turn()
                .run(() -> {
                    if (handle.state() instanceof ContainerState.Paused) {
                        task.cgroup().thaw();
                        handle.change(r -> r.withState(r.state().unpause(r.id())));
                        events.publish(handle.record(), "unpause");
                    }
                });
    }

    private void killEvent(ContainerRecord record, int signal) {
        events.publish(record, "kill", Map.of("signal", Integer.toString(signal)));
    }

    private ContainerHandle toKill(String reference) {
        try {
            return containers.resolve(reference);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "cannot kill container: " + reference + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void kill(String reference, String signal) {
        ContainerHandle handle = toKill(reference);
        int number = signal.isEmpty() ? Signals.KILL : SpecCheck.signal(signal, "kill", reference);
        Task task =
                running(handle)
                        .orElseThrow(() ->
                                SampanException.conflict(
                                        "cannot kill container: "
                                                + reference
                                                + ": container "
                                                + handle.id()
                                                + " is not running"));
        if (number == Signals.KILL || number == stopSignal(handle)) {
            events.beforeEnd(handle.record(), ContainerEvents.KILL_MILLIS_MAX);
        }
        killEvent(handle.record(), number);
        if (number == Signals.KILL) {
            task.cgroup().kill(number);
            thaw(task);
            ContainerRemoval.await(task.finished(), handle);
            return;
        }
        StopGrace.signal(task.pid(), number);
        if (number == stopSignal(handle)) {
            thaw(task);
        }
    }

    @Override
    public void restart(String reference, Optional<String> signal, Optional<Duration> timeout) {
        ContainerHandle handle = containers.resolve(reference);
        int number = stopSignal(handle, signal, reference);
        running(handle).ifPresent(task -> stop(task, number, timeout));
        String id = handle.id().value();
        try {
            start(id, Optional.empty());
        } catch (SampanException e) {
            // Somebody else started it between the end and our turn: it was restarted.
            if (e.code() != ErrorCode.NOT_MODIFIED) {
                throw e;
            }
        }
        events.publish(handle.record(), "restart");
    }

    @Override
    public void pause(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        handle.turn()
                .run(() -> {
                    ContainerState.Paused paused = handle.state().pause(handle.id());
                    task(handle).cgroup().freeze();
                    handle.change(r -> r.withState(paused));
                    events.publish(handle.record(), "pause");
                });
    }

    @Override
    public void unpause(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        handle.turn()
                .run(() -> {
                    ContainerState.Running running = handle.state().unpause(handle.id());
                    task(handle).cgroup().thaw();
                    handle.change(r -> r.withState(running));
                    events.publish(handle.record(), "unpause");
                });
    }

    private Task task(ContainerHandle handle) {
        return tasks.find(handle.id()).orElseThrow(() -> ContainerState.notRunning(handle.id()));
    }

    @Override
    public CompletableFuture<WaitResult> waitFor(String reference, WaitCondition condition) {
        ContainerHandle handle = containers.resolve(reference);
        StateWatch.Until until =
                condition == WaitCondition.REMOVED
                        ? StateWatch.Until.REMOVAL
                        : StateWatch.Until.EXIT;
        CompletableFuture<ContainerState.End> next = handle.watch().next(until);
        // Asked after the registration, so that an end in between is seen by one of both.
        boolean now =
                switch (condition) {
                    case NOT_RUNNING -> !handle.state().status().alive();
                    case NEXT_EXIT -> false;
                    case REMOVED -> handle.gone();
                };
        if (now) {
            next.complete(handle.state().lastEnd());
        }
        CompletableFuture<WaitResult> result =
                next.thenApply(end -> new WaitResult(end.exitCode(), end.error()));
        var _ =
                result.whenComplete((_, _) -> {
                    if (result.isCancelled()) {
                        next.cancel(false);
                    }
                });
        return result;
    }

    @Override
    public void resize(String reference, int rows, int columns) {
        ContainerHandle handle = containers.resolve(reference);
        handle.state().requireAlive(handle.id());
        task(handle).monitor().resize(rows, columns);
        events.publish(
                handle.record(),
                "resize",
                Map.of("height", Integer.toString(rows), "width", Integer.toString(columns)));
    }

    @Override
    public Top top(String reference, String psArguments) {
        Top top = reading.top(reference, psArguments);
        events.publish(containers.resolve(reference).record(), "top");
        return top;
    }

    @Override
    public Stats stats(String reference) {
        return reading.stats(reference);
    }
}
