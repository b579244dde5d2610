package sampan.engine.build.execute;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import sampan.engine.build.context.Tree;
import sampan.engine.build.plan.Arguments;
import sampan.engine.build.plan.Plan;
import sampan.engine.build.plan.Plan.PlannedStage;
import sampan.engine.images.transfer.BuiltImages;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// One build that runs. Stages run at the same time, each on a thread of its own, up to
/// [#STAGES_MAX]; a stage waits for those it needs before it takes its turn.
final class BuildRun implements AutoCloseable {
    /// Stages of one build that run at the same time.
    static final int STAGES_MAX = Math.max(4, Runtime.getRuntime().availableProcessors());

    final BuildParts parts;
    final BuildRequest request;
    final Plan plan;
    final Arguments arguments;
    final Platform platform;
    final Given given;
    final BuiltImages images;
    final BaseImages bases;
    final KnownImages known;
    final Trees trees;
    final StageEvents events;
    final GitFiles git;
    private final Map<Integer, CompletableFuture<StageState>> stages = new HashMap<>();
    private final Semaphore turns = new Semaphore(STAGES_MAX);
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Optional<Throwable>> failure =
            new AtomicReference<>(Optional.empty());
    private volatile boolean over;
    private final AtomicInteger steps = new AtomicInteger();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("build-stage-", 0).factory());

    /// What the context gave.
    ///
    /// @param named what steps may name beside stages and images
    /// @param scratch a directory for what this build needs meanwhile
    /// @param newest SOURCE_DATE_EPOCH
    record Given(
            ContextTree context,
            Map<String, ContextTree> named,
            Path scratch,
            OptionalLong newest) {}

    BuildRun(
            BuildParts parts,
            BuildRequest request,
            Planned planned,
            Given given,
            StageEvents events) {
        this.parts = parts;
        this.request = request;
        this.plan = planned.plan();
        this.arguments = planned.arguments();
        this.platform = planned.platform();
        this.given = given;
        this.events = events;
        this.images = new BuiltImages(parts.stores());
        this.bases =
                new BaseImages(
                        parts.stores(),
                        images,
                        this::fetch,
                        request.options().pull(),
                        BuildRun.aliases(request));
        this.known =
                new KnownImages(parts.stores(), images, ref -> parts.fetch().distant(ref, request));
        request.cacheFrom().forEach(known::add);
        this.trees = new Trees(parts.stores().snapshots());
        this.git = new GitFiles(parts, request, given.scratch());
    }

    private static Map<String, String> aliases(BuildRequest request) {
        Map<String, String> aliases = new HashMap<>();
        request.source()
                .names()
                .forEach((name, what) -> {
                    if (what instanceof BuildSource.Named.Image(String reference)) {
                        aliases.put(name, reference);
                    }
                });
        return aliases;
    }

    /// What was known before anything ran.
    record Planned(Plan plan, Arguments arguments, Platform platform) {}

    /// Builds the target; returns when every stage that was begun has ended.
    StageState run() {
        plan.file().arguments().forEach(a -> events.say(first(), step("", a.at().text())));
        Map<Integer, Integer> numbers = new HashMap<>();
        int number = plan.file().arguments().size();
        for (PlannedStage stage : plan.stages()) {
            numbers.put(stage.stage().index(), number);
            number += stage.stage().commands().size() + 1;
        }
        plan.stages().forEach(s -> stages.put(s.stage().index(), new CompletableFuture<>()));
        for (PlannedStage stage : plan.stages()) {
            int before = numbers.getOrDefault(stage.stage().index(), 0);
            threads.execute(() -> complete(stage, before));
        }
        try {
            events.deliver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(e);
        } finally {
            end();
        }
        events.drain();
        return result();
    }

    /// Files that a name of the request stands for; empty where it is none of them.
    Optional<Tree> named(String name, List<String> sources) {
        return Optional.ofNullable(given.named().get(name)).map(tree -> tree.tree(sources));
    }

    private void fetch(String reference, String forPlatform) {
        Reference name = Reference.parse(reference);
        Credential credential = request.credentials().apply(name.toString());
        parts.fetch().fetch(name, forPlatform, credential, this::note);
    }

    /// The files of an image that a step names.
    Tree imageTree(String reference) {
        return trees.of(bases.chain(reference, platform, !request.platform().isEmpty()));
    }

    private void note(String text) {
        events.say(
                first(),
                new BuildEvent.Output((text + "\n").getBytes(StandardCharsets.UTF_8), false));
    }

    private int first() {
        return plan.stages().getFirst().stage().index();
    }

    private BuildEvent step(String stage, String text) {
        return new BuildEvent.Step(steps.incrementAndGet(), plan.steps(), stage, text);
    }

    private void complete(PlannedStage stage, int stepsBefore) {
        CompletableFuture<StageState> work = work(stage.stage().index());
        boolean success = false;
        try {
            work.complete(stage(stage, stepsBefore));
            success = true;
        } catch (RuntimeException | Error e) {
            events.failed(stage.stage().index(), e);
            failure.compareAndSet(Optional.empty(), Optional.of(e));
            work.completeExceptionally(e);
        } finally {
            events.done(stage.stage().index(), success);
        }
    }

    private StageState stage(PlannedStage stage, int stepsBefore) {
        try {
            stage.needs().forEach(this::done);
            turns.acquire();
            try {
                return new StageRun(this, stage, stepsBefore).run();
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(e);
        }
    }

    private static SampanException cancelled(Exception cause) {
        return new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", cause);
    }

    private CompletableFuture<StageState> work(int stage) {
        CompletableFuture<StageState> work = stages.get(stage);
        if (work == null) {
            throw new IllegalStateException("stage " + stage + " is not in the plan");
        }
        return work;
    }

    /// What a stage came to; waits for it.
    StageState done(int stage) {
        try {
            return work(stage).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(e);
        } catch (ExecutionException e) {
            throw new Elsewhere(e.getCause() == null ? e : e.getCause());
        }
    }

    /// Another stage failed, and this one needs it.
    private static final class Elsewhere extends RuntimeException {
        private static final long serialVersionUID = 1;

        Elsewhere(Throwable cause) {
            super(cause);
        }
    }

    // The first failure is the build's: later ones may be its consequences.
    private StageState result() {
        failure.get()
                .ifPresent(e -> {
                    throw rethrown(e);
                });
        return done(plan.target().stage().index());
    }

    private static RuntimeException rethrown(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof ExecutionException
                        || cause instanceof CompletionException
                        || cause instanceof Elsewhere)) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new SampanException(ErrorCode.INTERNAL, "building failed: " + cause, cause);
        };
    }

    /// A container runs for this build until it is ended; refused once the build is over.
    void began(String container) {
        running.add(container);
        if (over) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled");
        }
    }

    void ended(String container) {
        running.remove(container);
    }

    // A thread that waits for a container's output hears no interrupt: its container is killed.
    private void end() {
        boolean interrupted = Thread.interrupted();
        over = true;
        threads.shutdownNow();
        running.forEach(parts.containers()::remove);
        threads.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        trees.close();
        images.close();
    }
}
