package sampan.engine.services;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.tasks.ExecRun;
import sampan.engine.tasks.ExecStarter;
import sampan.engine.tasks.StartFailure;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskStarter;
import sampan.engine.tasks.TaskTable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.monitor.ExitRecord;

/// More processes in running containers.
public final class EngineExecs implements ExecService {
    /// Execs that are remembered; beyond it the oldest ended ones are forgotten, and where none has
    /// ended a new one is refused.
    public static final int EXECS_MAX = 4096;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 32;

    /// Exit code where the monitor of an exec was killed.
    private static final int LOST = 137;

    private static final int END_WAIT_SECONDS = 10;

    private final Containers containers;
    private final TaskTable tasks;
    private final ExecStarter starter;
    private final ContainerEvents events;
    private final Map<String, Live> execs = new LinkedHashMap<>();

    public EngineExecs(
            Containers containers, TaskTable tasks, ExecStarter starter, ContainerEvents events) {
        this.containers = containers;
        this.tasks = tasks;
        this.starter = starter;
        this.events = events;
    }

    private static final class Live {
        private final String id;
        private final ContainerHandle container;
        private final ExecSpec spec;
        private boolean started;
        private volatile @Nullable ExecRun run;
        private final CompletableFuture<Integer> settled = new CompletableFuture<>();
        private volatile @Nullable Integer exitCode;

        Live(String id, ContainerHandle container, ExecSpec spec) {
            this.id = id;
            this.container = container;
            this.spec = spec;
        }

        Exec view() {
            ExecRun running = run;
            return new Exec(
                    id,
                    container.id().value(),
                    spec,
                    running != null && exitCode == null,
                    running == null ? 0 : running.pid(),
                    Optional.ofNullable(exitCode),
                    false);
        }
    }

    @Override
    public String create(String containerReference, ExecSpec spec) {
        ContainerHandle handle = containers.resolve(containerReference);
        if (spec.command().isEmpty()) {
            throw SampanException.invalid("No exec command specified");
        }
        requireRunning(handle, containerReference);
        starter.check(running(handle), spec.user());
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        remember(new Live(id, handle, spec));
        handle.turn().run(() -> listed(handle, id));
        publish(handle, "exec_create: " + told(spec), id, Map.of());
        return id;
    }

    /// As Docker writes it: the program, a blank, its arguments.
    private static String told(ExecSpec spec) {
        List<String> command = spec.command();
        return command.getFirst() + " " + String.join(" ", command.subList(1, command.size()));
    }

    private static void listed(ContainerHandle handle, String id) {
        handle.change(r -> {
            List<String> ids = new ArrayList<>(r.execIds());
            ids.add(id);
            return r.withExecIds(ids);
        });
    }

    private static void unlisted(ContainerHandle handle, String id) {
        handle.change(r -> r.withExecIds(r.execIds().stream().filter(e -> !e.equals(id)).toList()));
    }

    private void remember(Live live) {
        synchronized (execs) {
            if (execs.size() >= EXECS_MAX) {
                String oldest =
                        execs.values().stream()
                                .filter(e -> e.exitCode != null || e.container.gone())
                                .map(e -> e.id)
                                .findFirst()
                                .orElseThrow(() ->
                                        new SampanException(
                                                ErrorCode.UNAVAILABLE,
                                                "more than " + EXECS_MAX + " execs"));
                execs.remove(oldest);
            }
            execs.put(live.id, live);
        }
    }

    private static void requireRunning(ContainerHandle handle, String reference) {
        if (handle.state() instanceof ContainerState.Paused) {
            throw SampanException.conflict(
                    "Container " + reference + " is paused, unpause the container before exec");
        }
        handle.state().requireAlive(handle.id());
    }

    private Task running(ContainerHandle handle) {
        return tasks.find(handle.id()).orElseThrow(() -> ContainerState.notRunning(handle.id()));
    }

    private Live find(String execId) {
        synchronized (execs) {
            Live live = execs.get(execId);
            if (live == null) {
                throw SampanException.notFound("No such exec instance: " + execId);
            }
            return live;
        }
    }

    @Override
    public AttachSession startAttached(String execId, int rows, int columns) {
        Live live = find(execId);
        ExecRun run =
                start(
                        live,
                        new ExecRun.Audience.Socket(live.spec.stdout(), live.spec.stderr()),
                        rows,
                        columns);
        return EngineStreams.session(run.client().orElseThrow(), live.spec.tty());
    }

    @Override
    public void start(String execId, Descriptors descriptors, int rows, int columns) {
        Live live = find(execId);
        TaskStarter.Client client =
                new TaskStarter.Client(
                        live.spec.stdin() ? descriptors.stdin() : Optional.empty(),
                        live.spec.stdout() ? descriptors.stdout() : Optional.empty(),
                        live.spec.stderr() ? descriptors.stderr() : Optional.empty(),
                        "",
                        descriptors.broken());
        start(live, new ExecRun.Audience.Own(client), rows, columns);
    }

    @Override
    public void startDetached(String execId) {
        Live live = find(execId);
        start(live, new ExecRun.Audience.Nobody(), live.spec.rows(), live.spec.columns());
    }

    private ExecRun start(Live live, ExecRun.Audience audience, int rows, int columns) {
        claim(live);
        ContainerHandle handle = live.container;
        publish(handle, "exec_start: " + told(live.spec), live.id, Map.of());
        try {
            requireRunning(handle, handle.id().value());
            ExecRun run =
                    starter.start(
                            running(handle), live.id, process(live.spec, rows, columns), audience);
            live.run = run;
            var _ = run.ended().thenAccept(exit -> ended(live, exit));
            return run;
        } catch (RuntimeException e) {
            live.exitCode = e instanceof StartFailure failure ? failure.exitCode() : 126;
            handle.turn().run(() -> unlisted(handle, live.id));
            throw e;
        }
    }

    private static void claim(Live live) {
        synchronized (live) {
            if (live.exitCode != null) {
                throw SampanException.conflict("Exec command " + live.id + " has already run");
            }
            if (live.started) {
                throw SampanException.conflict("Exec command " + live.id + " is already running");
            }
            live.started = true;
        }
    }

    private static ExecRun.Wanted process(ExecSpec spec, int rows, int columns) {
        return new ExecRun.Wanted(
                spec.command(),
                spec.env(),
                spec.user(),
                spec.workingDir(),
                spec.privileged(),
                spec.tty(),
                spec.stdin(),
                rows > 0 ? rows : spec.rows(),
                columns > 0 ? columns : spec.columns());
    }

    private void ended(Live live, Optional<ExitRecord> exit) {
        int code = exit.map(e -> e.status().code()).orElse(LOST);
        live.exitCode = code;
        ContainerHandle handle = live.container;
        handle.turn().run(() -> unlisted(handle, live.id));
        publish(handle, "exec_die", live.id, Map.of("exitCode", Integer.toString(code)));
        live.settled.complete(code);
    }

    private void publish(
            ContainerHandle handle, String action, String id, Map<String, String> more) {
        Map<String, String> attributes = new LinkedHashMap<>(more);
        attributes.put("execID", id);
        events.publish(handle.record(), action, attributes);
    }

    @Override
    public void resize(String execId, int rows, int columns) {
        Live live = find(execId);
        ExecRun run = live.run;
        if (run == null || live.exitCode != null) {
            throw SampanException.conflict("Exec command " + execId + " is not running");
        }
        run.resize(rows, columns);
    }

    @Override
    public Exec inspect(String execId) {
        Live live = find(execId);
        ExecRun run = live.run;
        // Clients ask for the exit code as soon as the output ends, which they may see before our
        // poller has heard of the end.
        if (run != null && live.exitCode == null && !StopGrace.signal(run.pid(), 0)) {
            live.settled
                    .copy()
                    .orTimeout(END_WAIT_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(_ -> LOST)
                    .join();
        }
        return live.view();
    }

    @Override
    public List<Exec> list(String containerReference) {
        ContainerHandle handle = containers.resolve(containerReference);
        synchronized (execs) {
            return execs.values().stream()
                    .filter(live -> live.container == handle)
                    .map(Live::view)
                    .toList();
        }
    }

    @Override
    public int await(String execId) {
        Live live = find(execId);
        ExecRun run = live.run;
        if (run == null) {
            Integer code = live.exitCode;
            if (code != null) {
                return code;
            }
            throw SampanException.conflict("Exec command " + execId + " was not started");
        }
        try {
            return live.settled.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException e) {
            throw new SampanException(ErrorCode.INTERNAL, "waiting for exec failed", e);
        }
    }
}
