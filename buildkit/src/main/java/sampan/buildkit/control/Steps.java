package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import sampan.buildkit.control.Progress.Vertex;
import sampan.engine.services.BuildFailure;
import sampan.engine.services.StageListener;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// Shows the stages of a build as vertexes: one for each image that a stage stands on and for each
/// instruction that makes a layer, as BuildKit names them. Called by one thread at a time.
final class Steps implements StageListener {
    private static final Set<String> SHOWN = Set.of("RUN", "COPY", "ADD", "WORKDIR");

    private final Progress progress;
    private final Progress asides;
    private final String platform;
    private final Map<Integer, Stage> stages = new HashMap<>();
    private volatile int failedLine;

    /// One stage while it runs.
    private static final class Stage {
        private final List<Optional<Vertex>> vertexes;
        private final List<Integer> lines;
        private int next;
        private Optional<Vertex> current = Optional.empty();

        Stage(List<Optional<Vertex>> vertexes, List<Integer> lines) {
            this.vertexes = vertexes;
            this.lines = lines;
        }
    }

    Steps(Progress progress) {
        this(progress, "");
    }

    /// Of steps that were shown before; what else is done is shown.
    static Steps shownBefore(Progress progress, String ref) {
        return new Steps(new Progress(ref), progress, "");
    }

    /// @param platform stands before each step where there are several
    Steps(Progress progress, String platform) {
        this(progress, progress, platform);
    }

    private Steps(Progress progress, Progress asides, String platform) {
        this.progress = progress;
        this.asides = asides;
        this.platform = platform;
    }

    /// Line of the instruction that failed; 0 where none did.
    int failedLine() {
        return failedLine;
    }

    @Override
    public void planned(List<Outline> outlines) {
        for (Outline outline : outlines) {
            stages.put(outline.stage(), stage(outline, outlines.size() > 1));
        }
    }

    private Stage stage(Outline outline, boolean many) {
        long shown = outline.steps().stream().filter(s -> SHOWN.contains(s.keyword())).count();
        boolean based = !outline.base().isEmpty();
        int total = (int) shown + (based ? 1 : 0);
        String name = outline.name();
        if (name.isEmpty() && many) {
            name = "stage-" + outline.stage();
        }
        String words = (platform + " " + name).strip();
        String prefix = words.isEmpty() ? "[" : "[" + words + " ";
        int digits = Integer.toString(total).length();
        List<Optional<Vertex>> vertexes = new ArrayList<>();
        List<Integer> lines = new ArrayList<>();
        List<String> before = new ArrayList<>();
        int number = 0;
        if (based) {
            number++;
            String text = "FROM " + shownReference(outline.base());
            Vertex from =
                    progress.vertex(
                            prefix + padded(number, digits) + "/" + total + "] " + text, before);
            vertexes.add(Optional.of(from));
            before = List.of(from.digest());
        } else {
            vertexes.add(Optional.empty());
        }
        lines.add(0);
        for (Instructed step : outline.steps()) {
            lines.add(step.line());
            if (!SHOWN.contains(step.keyword())) {
                vertexes.add(Optional.empty());
                continue;
            }
            number++;
            String text = step.keyword() + step.text().substring(step.keyword().length());
            Vertex vertex =
                    progress.vertex(
                            prefix + padded(number, digits) + "/" + total + "] " + text, before);
            vertexes.add(Optional.of(vertex));
            before = List.of(vertex.digest());
        }
        return new Stage(vertexes, lines);
    }

    private static String padded(int number, int digits) {
        String text = Integer.toString(number);
        return " ".repeat(digits - text.length()) + text;
    }

    private static String shownReference(String reference) {
        try {
            return Reference.parse(reference).toString();
        } catch (SampanException e) {
            return reference;
        }
    }

    @Override
    public <T> T fetching(String address, boolean repository, Supplier<T> work) {
        Vertex vertex =
                progress.vertex(
                        repository
                                ? "[internal] load git source " + address
                                : "[internal] load remote build context",
                        List.of());
        return shown(vertex, _ -> work.get());
    }

    @Override
    public <T> T aside(Aside what, Function<Consumer<BuildEvent>, T> work) {
        String name =
                switch (what) {
                    case Aside.Scanner(String image) ->
                            "resolve image config for docker-image://" + shownReference(image);
                    case Aside.Scan(String image, Platform of) ->
                            "[" + of + "] generating sbom using " + shownReference(image);
                };
        return shown(
                asides.vertex(name, List.of()), vertex -> work.apply(event -> tell(vertex, event)));
    }

    private static <T> T shown(Vertex vertex, Function<Vertex, T> work) {
        vertex.start();
        try {
            T done = work.apply(vertex);
            vertex.complete();
            return done;
        } catch (RuntimeException e) {
            vertex.fail(message(e));
            throw e;
        }
    }

    @Override
    public void on(BuildEvent event) {
        // what belongs to no stage is told by the build's end
    }

    @Override
    public void on(int number, BuildEvent event) {
        Stage stage = stages.get(number);
        if (stage == null) {
            return;
        }
        switch (event) {
            // An ARG in front of all stages belongs to none.
            case BuildEvent.Step step when step.stage().isEmpty() -> {}
            case BuildEvent.Step _ -> begin(stage);
            case BuildEvent.Done _ -> end(stage);
            case BuildEvent.Cached _,
                    BuildEvent.Output _,
                    BuildEvent.Missed _,
                    BuildEvent.Running _,
                    BuildEvent.Removed _,
                    BuildEvent.Triggers _,
                    BuildEvent.Warning _ ->
                    stage.current.ifPresent(vertex -> tell(vertex, event));
        }
    }

    // BuildKit's clients have no place for the rest.
    private static void tell(Vertex vertex, BuildEvent event) {
        if (event instanceof BuildEvent.Output(byte[] bytes, boolean error)) {
            vertex.output(bytes, error ? 2 : 1);
        } else if (event instanceof BuildEvent.Cached) {
            vertex.cached();
        }
    }

    private void begin(Stage stage) {
        if (stage.next >= stage.vertexes.size()) {
            return;
        }
        stage.current = stage.vertexes.get(stage.next);
        stage.next++;
        stage.current.ifPresent(Vertex::start);
    }

    private static void end(Stage stage) {
        stage.current.ifPresent(Vertex::complete);
        stage.current = Optional.empty();
    }

    @Override
    public void failed(int number, Throwable cause) {
        Stage stage = stages.get(number);
        if (stage == null) {
            return;
        }
        if (failedLine == 0 && stage.next > 0 && cause instanceof SampanException) {
            failedLine = stage.lines.get(stage.next - 1);
        }
        stage.current.ifPresent(v -> v.fail(message(cause)));
        stage.current = Optional.empty();
    }

    /// What failed, in BuildKit's words.
    static String message(Throwable cause) {
        return switch (cause) {
            case BuildFailure failure ->
                    "process \""
                            + failure.command()
                            + "\" did not complete successfully: exit code: "
                            + failure.exitCode();
            case SampanException known -> known.getMessage();
            default -> "context canceled";
        };
    }
}
