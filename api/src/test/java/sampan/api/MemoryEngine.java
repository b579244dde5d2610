package sampan.api;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerId;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.events.Event;
import sampan.engine.services.ArchiveService;
import sampan.engine.services.BuildService;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Descriptors;
import sampan.engine.services.Engine;
import sampan.engine.services.EventService;
import sampan.engine.services.ExecService;
import sampan.engine.services.ExplainService;
import sampan.engine.services.ImageService;
import sampan.engine.services.ImageTransferService;
import sampan.engine.services.NetworkService;
import sampan.engine.services.RegistryService;
import sampan.engine.services.Stats;
import sampan.engine.services.StoreService;
import sampan.engine.services.StreamService;
import sampan.engine.services.SystemService;
import sampan.engine.services.TaskService;
import sampan.engine.services.VolumeService;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// As much of an engine as the API's own logic needs: containers in a map, processes that echo.
final class MemoryEngine implements ContainerService, TaskService, StreamService, EventService {
    final Map<String, Container> known = new ConcurrentHashMap<>();
    final Map<String, EchoSession> sessions = new ConcurrentHashMap<>();
    final BlockingQueue<EchoSession> attached = new LinkedBlockingQueue<>();
    final BlockingQueue<Event> published = new LinkedBlockingQueue<>();
    final CompletableFuture<WaitResult> exit = new CompletableFuture<>();
    final CountDownLatch subscriptionClosed = new CountDownLatch(1);

    Engine engine() {
        return new Engine(
                this,
                this,
                this,
                new Execs(),
                absent(ArchiveService.class),
                absent(ExplainService.class),
                absent(ImageService.class),
                absent(ImageTransferService.class),
                absent(RegistryService.class),
                absent(BuildService.class),
                absent(VolumeService.class),
                absent(NetworkService.class),
                this,
                absent(SystemService.class),
                absent(StoreService.class),
                absent(sampan.engine.services.GatewayService.class));
    }

    private static <T> T absent(Class<T> service) {
        return service.cast(
                Proxy.newProxyInstance(
                        service.getClassLoader(),
                        new Class<?>[] {service},
                        (proxy, method, arguments) -> {
                            throw new UnsupportedOperationException(method.getName());
                        }));
    }

    @Override
    public Created create(Optional<String> name, ContainerSpec spec, Platform platform) {
        return create(name, spec);
    }

    @Override
    public Created create(Optional<String> name, ContainerSpec spec) {
        ContainerId id = ContainerId.random();
        known.put(id.value(), container(id, name.orElse("quiet_sampan"), spec));
        return new Created(id, List.of());
    }

    static Container container(ContainerId id, String name, ContainerSpec spec) {
        return new Container(
                id,
                name,
                Instant.parse("2026-01-02T03:04:05.120Z"),
                spec,
                "sha256:" + "a".repeat(64),
                "",
                "cat",
                List.of(),
                ContainerStatus.RUNNING,
                4711,
                0,
                false,
                "",
                Optional.of(Instant.parse("2026-01-02T03:04:06Z")),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    @Override
    public Container inspect(String reference) {
        return known.values().stream()
                .filter(c -> c.name().equals(reference) || c.id().value().startsWith(reference))
                .findFirst()
                .orElseThrow(() -> SampanException.notFound("No such container: " + reference));
    }

    @Override
    public Size size(String reference) {
        return new Size(1, 2);
    }

    @Override
    public List<Container> list() {
        return List.copyOf(known.values());
    }

    @Override
    public List<Container> list(boolean all, int limit, Map<String, List<String>> filters) {
        return list();
    }

    @Override
    public void rename(String reference, String name) {
        throw SampanException.conflict("the name is taken: " + name);
    }

    @Override
    public List<String> update(
            String reference, ResourceSpec resources, Optional<RestartPolicy> restart) {
        return List.of();
    }

    @Override
    public void remove(String reference, boolean force, boolean withVolumes) {
        known.remove(inspect(reference).id().value());
    }

    @Override
    public ContainerService.Pruned prune(Map<String, List<String>> filters) {
        return new ContainerService.Pruned(List.of(), 0);
    }

    @Override
    public void start(String reference, Optional<Attachment> attachment) {
        inspect(reference);
    }

    @Override
    public void stop(String reference, Optional<String> signal, Optional<Duration> timeout) {
        throw new SampanException(ErrorCode.NOT_MODIFIED, "it does not run");
    }

    @Override
    public void kill(String reference, String signal) {
        inspect(reference);
    }

    @Override
    public void restart(String reference, Optional<String> signal, Optional<Duration> timeout) {
        inspect(reference);
    }

    @Override
    public void pause(String reference) {
        throw new IllegalStateException("a fault of ours");
    }

    @Override
    public void unpause(String reference) {
        inspect(reference);
    }

    @Override
    public CompletableFuture<WaitResult> waitFor(String reference, WaitCondition condition) {
        inspect(reference);
        return exit;
    }

    @Override
    public void resize(String reference, int rows, int columns) {
        inspect(reference);
    }

    @Override
    public Top top(String reference, String psArguments) {
        return new Top(List.of("PID"), List.of(List.of("1")));
    }

    @Override
    public Stats stats(String reference) {
        throw SampanException.notFound("No such container: " + reference);
    }

    @Override
    public AttachSession attach(String reference, AttachRequest request) {
        EchoSession session = new EchoSession(inspect(reference).spec().process().tty());
        sessions.put(inspect(reference).name(), session);
        attached.add(session);
        return session;
    }

    @Override
    public void attach(String reference, Descriptors descriptors) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void logs(String reference, LogRequest request, LogSink sink) {
        ByteBuffer time = StandardCharsets.US_ASCII.encode("2026-01-02T03:04:05.12Z");
        sink.entry(1, time.duplicate(), StandardCharsets.US_ASCII.encode("out\n"));
        sink.entry(2, time.duplicate(), StandardCharsets.US_ASCII.encode("err\n"));
        sink.flush();
    }

    @Override
    public Subscription subscribe(
            Optional<Instant> since, Optional<Instant> until, Map<String, List<String>> filters) {
        return new Subscription() {
            @Override
            public Optional<Event> next() throws InterruptedException {
                subscriptionClosed.await();
                return Optional.empty();
            }

            @Override
            public void close() {
                subscriptionClosed.countDown();
            }
        };
    }

    @Override
    public void publish(Event event) {
        published.add(event);
    }

    /// Execs that echo.
    static final class Execs implements ExecService {
        final Map<String, ExecSpec> knownExecs = new ConcurrentHashMap<>();

        @Override
        public String create(String containerReference, ExecSpec spec) {
            String id = "e".repeat(63) + knownExecs.size();
            knownExecs.put(id, spec);
            return id;
        }

        @Override
        public AttachSession startAttached(String execId, int rows, int columns) {
            ExecSpec spec = inspect(execId).spec();
            if (spec.command().getFirst().equals("missing")) {
                throw SampanException.invalid(
                        "exec: \"missing\": executable file not found in $PATH");
            }
            return new EchoSession(spec.tty());
        }

        @Override
        public void start(String execId, Descriptors descriptors, int rows, int columns) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void startDetached(String execId) {
            inspect(execId);
        }

        @Override
        public Exec inspect(String execId) {
            ExecSpec spec = knownExecs.get(execId);
            if (spec == null) {
                throw SampanException.notFound("No such exec instance: " + execId);
            }
            return new Exec(execId, "c".repeat(64), spec, true, 7, Optional.empty(), false);
        }

        @Override
        public List<Exec> list(String containerReference) {
            return knownExecs.keySet().stream().map(this::inspect).toList();
        }

        @Override
        public int await(String execId) {
            return 0;
        }

        @Override
        public void resize(String execId, int rows, int columns) {
            inspect(execId);
        }
    }
}
