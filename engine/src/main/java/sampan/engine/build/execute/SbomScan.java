package sampan.engine.build.execute;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import sampan.engine.build.plan.Plan.PlannedStage;
import sampan.engine.build.plan.ScanScope;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.services.BuildFailure;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildListener.Aside;
import sampan.engine.services.BuildListener.BuildEvent.Output;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildResult.Scanned;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.store.Directories;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// A scanner's container on what was built: the files are mounted there to be read, and what it
/// writes is taken. It runs as BuildKit runs it: as root, whatever its image says, with a temporary
/// directory in memory.
final class SbomScan {
    private static final String CORE = "sbom";
    private static final String SOURCES = "/run/src/";
    private static final String EXTRAS = SOURCES + "extras";
    private static final String DESTINATION = "/run/out/";
    private static final String VARIABLE = "BUILDKIT_SCAN_";

    private final BuildRun build;
    private final BuildRequest.Scan asked;
    private final BuildListener listener;
    private final StageState.Start image;
    private final List<String> words = new ArrayList<>();

    /// Brings the scanner's image, so that a build without one ends before its first step.
    SbomScan(BuildRun build, BuildRequest.Scan asked, BuildListener listener) {
        this.build = build;
        this.asked = asked;
        this.listener = listener;
        this.image =
                listener.aside(
                        new Aside.Scanner(asked.scanner()),
                        _ -> build.bases.start(asked.scanner(), Platform.host(), true));
        words.addAll(image.config().entrypoint());
        words.addAll(image.config().command());
        if (words.isEmpty()) {
            throw SampanException.invalid(
                    "scanner "
                            + asked.scanner()
                            + " has neither ENTRYPOINT nor CMD: name an image that has");
        }
    }

    /// What the scanner says of a result.
    List<Scanned> of(StageState result) {
        return listener.aside(
                new Aside.Scan(asked.scanner(), result.platform), said -> scan(result, said));
    }

    private List<Scanned> scan(StageState result, Consumer<Output> said) {
        try (Scratched home = new Scratched(build.given.scratch());
                Attached trees = new Attached(home.path())) {
            List<MountRequest> mounts = new ArrayList<>();
            mounts.add(StepSpec.bind(trees.path(result), SOURCES + "core/" + CORE, false));
            extras(result, trees)
                    .forEach((name, path) ->
                            mounts.add(
                                    StepSpec.bind(path, EXTRAS + "/" + CORE + "-" + name, false)));
            boolean more = mounts.size() > 1;
            Path out = Directories.make(home.path().resolve("out"));
            mounts.add(StepSpec.bind(out.toString(), DESTINATION, true));
            run(spec(mounts, environment(more)), said);
            return ScanOutput.read(out, CORE, asked.scanner());
        }
    }

    /// Trees that are attached while the scanner runs.
    private final class Attached implements AutoCloseable {
        private final Path home;
        private final Deque<AttachedTree> open = new ArrayDeque<>();

        Attached(Path home) {
            this.home = home;
        }

        String path(StageState stage) {
            List<String> lowers = build.parts.stores().snapshots().rootMount(stage.base()).lowers();
            open.push(new AttachedTree(lowers, home.resolve("tree-" + open.size())));
            return open.peek().path();
        }

        @Override
        public void close() {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        }
    }

    /// What is scanned beside the result: paths by name.
    private Map<String, String> extras(StageState result, Attached trees) {
        Map<String, String> extras = new LinkedHashMap<>();
        PlannedStage target = build.plan.target();
        if (isScanned(ScanScope.CONTEXT, target, result)) {
            extras.put("context", build.given.context().at(List.of("")).path().toString());
        }
        for (PlannedStage stage : build.plan.stages()) {
            StageState state = build.done(stage.stage().index());
            if (!stage.equals(target) && isScanned(ScanScope.STAGE, stage, state)) {
                extras.put(name(stage), trees.path(state));
            }
        }
        return extras;
    }

    private boolean isScanned(String argument, PlannedStage stage, StageState state) {
        return state.isScanned(argument, name(stage), build.arguments.global(argument));
    }

    private static String name(PlannedStage stage) {
        return stage.stage().from().name().orElse("stage-" + stage.stage().index());
    }

    private List<String> environment(boolean extras) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : image.config().env()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        asked.parameters().forEach((name, value) -> variables.put(VARIABLE + name, value));
        variables.put(VARIABLE + "DESTINATION", DESTINATION);
        variables.put(VARIABLE + "SOURCE", SOURCES + "core/" + CORE);
        if (extras) {
            variables.put(VARIABLE + "SOURCE_EXTRAS", EXTRAS);
        }
        return variables.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private StepSpec spec(List<MountRequest> mounts, List<String> environment) {
        return new StepSpec(
                new Base.Layers(new Chain(image.layers().stream().map(l -> l.diffId()).toList())),
                image.key(),
                image.platform(),
                new StepSpec.Runs(environment, image.config().workingDir(), ""),
                false,
                "",
                mounts,
                Map.of("/tmp", ""),
                build.request.running());
    }

    private void run(StepSpec spec, Consumer<Output> said) {
        StepContainers containers = build.parts.containers();
        String id = containers.create(spec.make(words), spec.image());
        try {
            int exitCode =
                    containers
                            .begin(
                                    id,
                                    true,
                                    (bytes, error) -> said.accept(new Output(bytes, error)))
                            .get();
            if (exitCode != 0) {
                throw new BuildFailure(String.join(" ", words), exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SampanException known
                    ? known
                    : new SampanException(ErrorCode.INTERNAL, "running a scanner failed", e);
        } finally {
            containers.remove(id);
        }
    }
}
