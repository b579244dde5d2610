package sampan.engine.build.execute;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.execute.BuildRun.Given;
import sampan.engine.build.execute.BuildRun.Planned;
import sampan.engine.build.plan.Arguments;
import sampan.engine.build.plan.ContextPaths;
import sampan.engine.build.plan.Plan;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.build.syntax.Finding;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.transfer.ImageForm;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildResult;
import sampan.engine.services.BuildService.Built;
import sampan.engine.services.BuildService.Use;
import sampan.engine.services.BuildSource;
import sampan.engine.services.StageListener;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.engine.store.Remains;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Platform;

/// Takes a request from its context to a stored image. Thread-safe.
public final class Builder {
    private final BuildParts parts;
    private final Set<Path> live = ConcurrentHashMap.newKeySet();

    public Builder(BuildParts parts) {
        this.parts = parts;
    }

    /// Builds; what was made on the way is gone when this returns.
    public Built build(BuildRequest request, BuildListener listener, Use use) {
        List<Reference> names = request.tags().stream().map(Builder::name).toList();
        Path home = directory();
        live.add(home);
        try {
            return switch (request.source()) {
                case BuildSource.Archive archive ->
                        build(request, listener, use, archive, home, names);
                case BuildSource.Fetched fetched -> {
                    ContextTree context =
                            ContextTree.later(home.resolve("context"), fetched.files());
                    try (context;
                            NamedTrees named = new NamedTrees(parts, request, home, listener)) {
                        Sources sources = new Sources(fetched.text(), context, named.trees(), home);
                        yield build(request, listener, use, sources, names);
                    }
                }
                case BuildSource.Remote remote -> {
                    Path at = home.resolve("context");
                    try (BuildContext context =
                                    new RemoteContexts(parts, request, home, listener)
                                            .open(remote.address(), at);
                            NamedTrees named = new NamedTrees(parts, request, home, listener)) {
                        String text =
                                remote.text()
                                        .orElseGet(() -> context.dockerfile(remote.dockerfile()));
                        Sources sources =
                                new Sources(text, ContextTree.of(context), named.trees(), home);
                        yield build(request, listener, use, sources, names);
                    }
                }
            };
        } finally {
            Remains.delete(home);
            live.remove(home);
        }
    }

    /// Removes what builds of a killed daemon left.
    public void sweep() {
        AttachedTree.sweep(parts.directory());
        Directories.removeTree(parts.directory());
        Directories.removeTree(parts.secrets());
        Directories.make(parts.directory());
        Directories.make(parts.secrets());
    }

    /// What lies where builds work and is of none that goes on.
    public List<Path> strangers() {
        return Entries.strangers(
                parts.directory(), name -> live.contains(parts.directory().resolve(name)));
    }

    private Built build(
            BuildRequest request,
            BuildListener listener,
            Use use,
            BuildSource.Archive archive,
            Path home,
            List<Reference> names) {
        try (BuildContext context = BuildContext.read(archive.context(), home.resolve("context"))) {
            String text = archive.text().orElseGet(() -> context.dockerfile(archive.dockerfile()));
            Sources sources = new Sources(text, ContextTree.of(context), Map.of(), home);
            return build(request, listener, use, sources, names);
        }
    }

    /// @param home a directory of the build's own
    private record Sources(
            String text, ContextTree context, Map<String, ContextTree> named, Path home) {}

    private static Reference name(String text) {
        Reference name = Reference.parse(text);
        if (name.digest().isPresent()) {
            throw SampanException.invalid("refusing to create a tag with a digest reference");
        }
        return name;
    }

    private Path directory() {
        try {
            return Files.createTempDirectory(Directories.make(parts.directory()), "build-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Labels of the request are instructions at the end of every stage, as Docker has it.
    private static Dockerfile withLabels(Dockerfile file, Map<String, String> labels) {
        if (labels.isEmpty()) {
            return file;
        }
        StringBuilder text = new StringBuilder("LABEL");
        labels.forEach((n, v) -> text.append(' ').append(quoted(n)).append('=').append(quoted(v)));
        List<Dockerfile.Stage> stages = new ArrayList<>();
        for (Dockerfile.Stage stage : file.stages()) {
            List<Command> commands = new ArrayList<>(stage.commands());
            int line = stage.from().at().line();
            commands.add(DockerfileParser.instruction(text.toString(), file.escape(), line));
            stages.add(new Dockerfile.Stage(stage.index(), stage.from(), commands));
        }
        return new Dockerfile(
                file.directives(), file.escape(), file.arguments(), stages, file.findings());
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\"'\"'").replace("\n", " ") + "'";
    }

    private Built build(
            BuildRequest request,
            BuildListener listener,
            Use use,
            Sources sources,
            List<Reference> names) {
        Dockerfile file = withLabels(DockerfileParser.parse(sources.text()), request.labels());
        Platform platform =
                request.platform().isEmpty()
                        ? Platform.host()
                        : StageRun.platform(request.platform());
        Arguments arguments = new Arguments(request.arguments(), platform, Platform.host());
        arguments.declare(file);
        Plan plan = Plan.of(file, request.target(), arguments, request.source().names().keySet());
        sources.context().expect(ContextPaths.of(plan, arguments, ""));
        sources.named()
                .forEach((name, tree) -> tree.expect(ContextPaths.of(plan, arguments, name)));
        Given given =
                new Given(
                        sources.context(),
                        sources.named(),
                        Directories.make(sources.home().resolve("scratch")),
                        newest(arguments));
        StageEvents events = events(listener, plan);
        try (BuildRun run =
                new BuildRun(
                        parts, request, new Planned(plan, arguments, platform), given, events)) {
            Optional<SbomScan> scan =
                    request.options().scan().map(asked -> new SbomScan(run, asked, listener));
            StageState result = run.run();
            ImageRecord image =
                    run.images.image(
                            result.document(),
                            result.layers(),
                            result.parent(),
                            request.options().annotations());
            use.accept(new Kept(run, result, image, scan.map(s -> s.of(result)).orElse(List.of())));
            if (request.options().store()) {
                run.images.add(image, names);
            }
            List<String> unused = arguments.unconsumed();
            if (!unused.isEmpty()) {
                listener.on(
                        new BuildEvent.Warning(
                                "One or more build-args ["
                                        + String.join(" ", unused)
                                        + "] were not consumed"));
            }
            return new Built(
                    image.id().toString(),
                    names.stream().map(Reference::familiar).toList(),
                    file.findings().stream().map(Finding::text).toList());
        }
    }

    private record Kept(
            BuildRun run, StageState state, ImageRecord image, List<BuildResult.Scanned> scanned)
            implements BuildResult {
        @Override
        public String id() {
            return image.id().toString();
        }

        @Override
        public List<Base> bases() {
            return run.bases.used();
        }

        @Override
        public Fd root() {
            return run.trees.of(state.chain()).root();
        }

        @Override
        public Parts formed(ImageForm form) {
            return parts(run.images.formed(image, form));
        }

        @Override
        public Descriptor put(String mediaType, byte[] content) {
            return run.images.put(mediaType, content);
        }

        @Override
        public void archive(Parts of, List<String> names, OutputStream out) {
            run.images.save(in(of), names.stream().map(Reference::parse).toList(), out);
        }

        @Override
        public void keep(Parts of, List<Reference> names, Optional<Digest> index) {
            run.images.add(in(of), names, index);
        }

        private ImageRecord in(Parts of) {
            List<Digest> layers = of.parts().stream().skip(1).map(Descriptor::digest).toList();
            return image.in(new ImageRecord.Form(of.manifest().digest(), layers), _ -> false);
        }

        private Parts parts(ImageRecord of) {
            List<Descriptor> parts = run.images.parts(of);
            return new Parts(parts.getFirst(), parts.subList(1, parts.size()));
        }

        @Override
        public List<Parts> images(boolean all) {
            List<ImageRecord> images = new ArrayList<>();
            for (Plan.PlannedStage stage : all ? run.plan.stages() : List.<Plan.PlannedStage>of()) {
                if (!stage.equals(run.plan.target())) {
                    StageState other = run.done(stage.stage().index());
                    images.add(
                            run.images.image(
                                    other.document(), other.layers(), other.parent(), Map.of()));
                }
            }
            images.add(image);
            return images.stream().map(this::parts).toList();
        }

        @Override
        public InputStream open(Digest blob) {
            return run.images.open(blob);
        }
    }

    private static StageEvents events(BuildListener listener, Plan plan) {
        List<Integer> stages = plan.stages().stream().map(s -> s.stage().index()).toList();
        if (listener instanceof StageListener live) {
            live.planned(plan.stages().stream().map(Builder::outline).toList());
            return new LiveEvents(live, stages);
        }
        return new OrderedEvents(listener, stages);
    }

    private static StageListener.Outline outline(Plan.PlannedStage planned) {
        return new StageListener.Outline(
                planned.stage().index(),
                planned.stage().from().name().orElse(""),
                planned.base() instanceof Plan.Base.Image(String image, String _) ? image : "",
                planned.stage().commands().stream()
                        .map(c -> c.at())
                        .map(at -> new StageListener.Instructed(at.keyword(), at.text(), at.line()))
                        .toList());
    }

    private static OptionalLong newest(Arguments arguments) {
        Optional<String> text = arguments.given(Arguments.SOURCE_DATE_EPOCH);
        if (text.isEmpty() || text.get().isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text.get()));
        } catch (NumberFormatException e) {
            throw SampanException.invalid(
                    "invalid SOURCE_DATE_EPOCH: " + text.get() + ": give seconds since 1970");
        }
    }
}
