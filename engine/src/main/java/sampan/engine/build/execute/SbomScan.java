package sampan.engine.build.execute;

import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import sampan.engine.build.cache.StepInput;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.context.FileSums;
import sampan.engine.build.context.IgnoreRules;
import sampan.engine.build.context.Picking;
import sampan.engine.build.context.Tree;
import sampan.engine.build.plan.Plan.PlannedStage;
import sampan.engine.build.plan.ScanScope;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.services.BuildFailure;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildListener.Aside;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildResult.Scanned;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.store.Directories;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;
import sampan.oci.image.Platform;
import sampan.oci.tar.TarWriter;

/// A scanner's container on what was built: the files are mounted there to be read, and what it
/// writes is taken. It runs as BuildKit runs it: as root, whatever its image says, with a temporary
/// directory in memory.
final class SbomScan {
    private static final String CORE = "sbom";
    private static final String SOURCES = "/run/src/";
    private static final String EXTRAS = SOURCES + "extras";
    private static final String DESTINATION = "/run/out/";
    private static final int FILE_MODE = 0644;
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
                new Aside.Scan(asked.scanner(), result.platform), events -> scan(result, events));
    }

    /// Scans, or finds what the same scanner said of the same files.
    private List<Scanned> scan(StageState result, Consumer<BuildEvent> events) {
        Scope scope = scope(result);
        StepInput input = input(result, scope);
        Optional<BuiltLayer> known = known(input);
        if (known.isPresent()) {
            events.accept(new BuildEvent.Cached());
            return read(build.trees.of(new Chain(List.of(known.get().diffId()))));
        }
        List<Scanned> said = run(result, scope, events);
        BuiltLayer layer = build.images.layer(out -> write(said, out));
        build.parts.cache().put(input, Optional.of(layer), Instant.now());
        return said;
    }

    private List<Scanned> read(Tree written) {
        return ScanOutput.read(written, CORE, asked.scanner());
    }

    private static void write(List<Scanned> said, OutputStream out) {
        TarWriter tar = new TarWriter(out);
        said.forEach(file -> tar.file(file.name(), FILE_MODE, file.content()));
        tar.finish();
    }

    private Optional<BuiltLayer> known(StepInput input) {
        BuildRequest.Options options = build.request.options();
        boolean forced =
                options.noCache()
                        || options.noCacheStages().contains(build.plan.target().stage().label());
        return forced
                ? Optional.empty()
                : build.parts
                        .cache()
                        .find(input.key())
                        .flatMap(StepRecord::layer)
                        .filter(build.images::hold);
    }

    private StepInput input(StageState result, Scope scope) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("scanner", new Chain(layers()).toString());
        settings.put("command", String.join("\0", words));
        settings.put("environment", String.join("\0", environment(scope)));
        settings.put("workdir", image.config().workingDir());
        settings.put("network", build.request.running().network());
        scope.stages().forEach((name, stage) -> settings.put("stage " + name, stage.chainKey()));
        return new StepInput(
                "scan",
                result.chainKey(),
                "scan by " + asked.scanner(),
                settings,
                Map.of(),
                scope.context().map(SbomScan::sum).orElse(""),
                Map.of());
    }

    private static String sum(BuildContext context) {
        Picking all = new Picking(context.tree(), IgnoreRules.NONE, false, true);
        all.add("", 0);
        return FileSums.of(context.tree(), all.picked(), false).whole().hex();
    }

    private List<Scanned> run(StageState result, Scope scope, Consumer<BuildEvent> events) {
        try (Scratched home = new Scratched(build.given.scratch());
                Attached trees = new Attached(home.path())) {
            List<MountRequest> mounts = new ArrayList<>();
            mounts.add(StepSpec.bind(trees.path(result), SOURCES + "core/" + CORE, false));
            scope.context()
                    .ifPresent(context ->
                            mounts.add(
                                    StepSpec.bind(
                                            context.path().toString(), extra("context"), false)));
            scope.stages()
                    .forEach((name, stage) ->
                            mounts.add(StepSpec.bind(trees.path(stage), extra(name), false)));
            Path out = Directories.make(home.path().resolve("out"));
            mounts.add(StepSpec.bind(out.toString(), DESTINATION, true));
            run(spec(mounts, environment(scope)), events);
            try (Fd written = Fd.open(out.toString(), Open.PATH | Open.DIRECTORY)) {
                return read(new Tree(written));
            }
        }
    }

    private static String extra(String name) {
        return EXTRAS + "/" + CORE + "-" + name;
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

    /// What is scanned beside the result.
    private record Scope(Optional<BuildContext> context, Map<String, StageState> stages) {}

    private Scope scope(StageState result) {
        PlannedStage target = build.plan.target();
        Map<String, StageState> stages = new LinkedHashMap<>();
        for (PlannedStage stage : build.plan.stages()) {
            StageState state = build.done(stage.stage().index());
            if (!stage.equals(target) && isScanned(ScanScope.STAGE, stage, state)) {
                stages.put(name(stage), state);
            }
        }
        // A stage of that name goes before the context, of which comes what the steps look at: as
        // BuildKit has it.
        boolean context =
                isScanned(ScanScope.CONTEXT, target, result) && !stages.containsKey("context");
        return new Scope(
                context ? Optional.of(build.given.context().at(List.of())) : Optional.empty(),
                stages);
    }

    private boolean isScanned(String argument, PlannedStage stage, StageState state) {
        return state.isScanned(argument, name(stage), build.arguments.global(argument));
    }

    private static String name(PlannedStage stage) {
        return stage.stage().from().name().orElse("stage-" + stage.stage().index());
    }

    private List<String> environment(Scope scope) {
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
        if (scope.context().isPresent() || !scope.stages().isEmpty()) {
            variables.put(VARIABLE + "SOURCE_EXTRAS", EXTRAS);
        }
        return variables.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private List<Digest> layers() {
        return image.layers().stream().map(BuiltLayer::diffId).toList();
    }

    private StepSpec spec(List<MountRequest> mounts, List<String> environment) {
        return new StepSpec(
                new Base.Layers(new Chain(layers())),
                image.key(),
                image.platform(),
                new StepSpec.Runs(environment, image.config().workingDir(), ""),
                false,
                "",
                mounts,
                Map.of("/tmp", ""),
                build.request.running());
    }

    private void run(StepSpec spec, Consumer<BuildEvent> events) {
        StepContainers containers = build.parts.containers();
        String id = containers.create(spec.make(words), spec.image());
        try {
            CompletableFuture<Integer> end =
                    containers.begin(
                            id,
                            true,
                            (bytes, error) -> events.accept(new BuildEvent.Output(bytes, error)));
            int exitCode = StepContainers.await(end::get, "a scanner");
            if (exitCode != 0) {
                throw new BuildFailure(String.join(" ", words), exitCode);
            }
        } finally {
            containers.remove(id);
        }
    }
}
