package sampan.engine.build.execute;

import java.io.IOException;
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
import sampan.engine.build.plan.Plan;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.build.syntax.Finding;
import sampan.engine.images.ImageRecord;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService.Built;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.engine.store.Remains;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// Takes a request from its context to a stored image. Thread-safe.
public final class Builder {
    private final BuildParts parts;
    private final Set<Path> live = ConcurrentHashMap.newKeySet();

    public Builder(BuildParts parts) {
        this.parts = parts;
    }

    /// Builds; what was made on the way is gone when this returns.
    public Built build(BuildRequest request, BuildListener listener) {
        List<Reference> names = request.tags().stream().map(Builder::name).toList();
        Path home = directory();
        live.add(home);
        try (BuildContext context = BuildContext.read(request.context(), home.resolve("context"))) {
            Dockerfile file =
                    DockerfileParser.parse(
                            request.text()
                                    .orElseGet(() -> context.dockerfile(request.dockerfile())));
            return build(request, listener, context, names, withLabels(file, request.labels()));
        } finally {
            Remains.delete(home);
            live.remove(home);
        }
    }

    /// What lies where builds work and is of none that goes on.
    public List<Path> strangers() {
        return Entries.strangers(
                parts.directory(), name -> live.contains(parts.directory().resolve(name)));
    }

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
            BuildContext context,
            List<Reference> names,
            Dockerfile file) {
        Platform platform =
                request.platform().isEmpty()
                        ? Platform.host()
                        : StageRun.platform(request.platform());
        Arguments arguments = new Arguments(request.arguments(), platform, Platform.host());
        arguments.declare(file);
        Plan plan = Plan.of(file, request.target(), arguments);
        Given given =
                new Given(
                        context.tree(),
                        context.path(),
                        Directories.make(context.path().resolveSibling("scratch")),
                        newest(arguments));
        OrderedEvents events =
                new OrderedEvents(
                        listener, plan.stages().stream().map(s -> s.stage().index()).toList());
        try (BuildRun run =
                new BuildRun(
                        parts, request, new Planned(plan, arguments, platform), given, events)) {
            StageState result = run.run();
            ImageRecord image =
                    run.images.image(result.document(), result.layers(), result.parent(), names);
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
