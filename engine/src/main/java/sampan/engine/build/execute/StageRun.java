package sampan.engine.build.execute;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import sampan.engine.build.cache.StepInput;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.build.execute.StageState.Start;
import sampan.engine.build.plan.Plan.Base;
import sampan.engine.build.plan.Plan.PlannedStage;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.build.syntax.Instruction;
import sampan.engine.build.syntax.Words;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageViews;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.BuildRequest;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// One stage, step by step. Used by the stage's thread.
final class StageRun {
    final BuildRun build;
    final PlannedStage planned;
    final StageState state;
    private int step;

    StageRun(BuildRun build, PlannedStage planned, int stepsBefore) {
        this.build = build;
        this.planned = planned;
        this.step = stepsBefore;
        this.state = StageState.begin(start(), build.plan.file().escape());
    }

    private int index() {
        return planned.stage().index();
    }

    void say(BuildEvent event) {
        build.events.say(index(), event);
    }

    private void sayStep(Instruction at) {
        step++;
        say(new BuildEvent.Step(step, build.plan.steps(), planned.stage().label(), at.text()));
    }

    private Start start() {
        sayStep(planned.stage().from().at());
        return switch (planned.base()) {
            case Base.Scratch() -> Start.scratch(build.platform);
            case Base.Of(int stage) -> build.done(stage).asStart();
            case Base.Image(String reference, String platform) ->
                    build.bases.start(
                            reference,
                            platform.isEmpty() ? build.platform : platform(platform),
                            !platform.isEmpty() || !build.request.platform().isEmpty());
        };
    }

    static Platform platform(String text) {
        String[] parts = text.split("/", 3);
        if (parts.length == 1) {
            Platform host = Platform.host();
            boolean system = text.equals(host.os());
            return system ? host : Platform.of("linux", text, "");
        }
        return Platform.of(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    StageState run() {
        boolean scratch = planned.base() instanceof Base.Scratch;
        say(new BuildEvent.Done(scratch ? "" : state.imageId()));
        triggers();
        for (Command command : planned.stage().commands()) {
            checkInterrupt();
            sayStep(command.at());
            execute(command);
            boolean last = command.equals(planned.stage().commands().getLast());
            say(new BuildEvent.Done(last ? state.imageId() : state.stepId()));
        }
        return state;
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled");
        }
    }

    private void triggers() {
        List<String> triggers = state.config.onBuild();
        boolean inherited = planned.base() instanceof Base.Image;
        if (triggers.isEmpty() || !inherited) {
            state.config.clearOnBuild();
            return;
        }
        state.config.clearOnBuild();
        say(new BuildEvent.Triggers(triggers));
        int line = planned.stage().from().at().line();
        for (String trigger : triggers) {
            execute(DockerfileParser.instruction(trigger, state.escape, line));
        }
    }

    private void execute(Command command) {
        switch (command) {
            case Command.Run run -> new RunStep(this, run).execute();
            case Command.Copy copy -> new CopyStep(this, copy).execute();
            case Command.Workdir workdir -> new WorkdirStep(this, workdir).execute();
            case Command.Arg argument -> {
                argument.pairs()
                        .forEach(pair ->
                                build.arguments
                                        .inStage(pair, state.escape, state::variable)
                                        .ifPresent(v -> state.arguments.put(pair.name(), v)));
                settled(command.at(), "ARG " + argument.at().rest());
            }
            case Command.Maintainer maintainer -> {
                state.setAuthor(maintainer.author());
                settled(command.at(), "MAINTAINER " + maintainer.author());
            }
            case Command.Env _,
                    Command.Label _,
                    Command.User _,
                    Command.Cmd _,
                    Command.Entrypoint _,
                    Command.Expose _,
                    Command.Volume _,
                    Command.StopSignal _,
                    Command.Shell _,
                    Command.HealthCheck _,
                    Command.OnBuild _ -> {
                state.config.apply(command, state::variable);
                settled(command.at(), shown(command));
            }
            case Command.From _ -> throw new IllegalStateException("FROM within a stage");
        }
    }

    private String shown(Command command) {
        Instruction at = command.at();
        return switch (command) {
            case Command.Cmd cmd -> "CMD " + Json.text(state.config.words(cmd.program()));
            case Command.Entrypoint program ->
                    "ENTRYPOINT " + Json.text(state.config.words(program.program()));
            default -> at.keyword() + " " + expanded(at.rest());
        };
    }

    private String expanded(String text) {
        return Words.one(text, state.escape, state::variable);
    }

    String word(String text) {
        return Words.one(text, state.escape, state::variable);
    }

    /// A step that changed the config alone.
    private void settled(Instruction at, String createdBy) {
        ImageConfig config = state.config.result();
        String sum = Digest.of(Json.write(ImageViews.settings(config))).hex();
        StepInput input =
                new StepInput(
                        "config",
                        state.key(),
                        at.text(),
                        Map.of("config", sum),
                        Map.copyOf(state.arguments),
                        "",
                        Map.of());
        finish(input, createdBy, Optional::empty);
    }

    /// Finds the step in the cache, or does it and notes it there.
    ///
    /// @param work makes the layer
    void finish(StepInput input, String createdBy, Supplier<Optional<BuiltLayer>> work) {
        String key = input.key();
        Optional<StepRecord> known = cached(key);
        if (known.isPresent()) {
            say(new BuildEvent.Cached());
            state.done(key, known.get().layer(), createdBy, time(known.get().created()));
            return;
        }
        Optional<KnownImages.Found> elsewhere = elsewhere(createdBy);
        Optional<BuiltLayer> layer;
        if (elsewhere.isPresent()) {
            say(new BuildEvent.Cached());
            layer = elsewhere.get().layer();
        } else {
            if (!input.kind().equals("config")) {
                say(new BuildEvent.Missed(cause(input)));
            }
            layer = work.get();
        }
        Instant done = elsewhere.map(KnownImages.Found::created).orElseGet(Instant::now);
        build.parts.cache().put(input, layer, done);
        state.done(key, layer, createdBy, time(done));
    }

    private boolean isForced() {
        BuildRequest.Options options = build.request.options();
        return options.noCache() || options.noCacheStages().contains(planned.stage().label());
    }

    private Optional<StepRecord> cached(String key) {
        if (isForced()) {
            return Optional.empty();
        }
        return build.parts
                .cache()
                .find(key)
                .filter(r -> r.layer().map(build.images::hold).orElse(true));
    }

    private Optional<KnownImages.Found> elsewhere(String createdBy) {
        return isForced() ? Optional.empty() : build.known.next(state, createdBy);
    }

    private String cause(StepInput input) {
        return isForced() ? "the cache was not to be used" : build.parts.cache().missCause(input);
    }

    private Instant time(Instant done) {
        return build.given.newest().isPresent()
                ? Instant.ofEpochSecond(build.given.newest().getAsLong())
                : done;
    }

    /// What decides about files that a step makes, beside its own settings.
    Map<String, String> settings(String... namesAndValues) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            settings.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        build.given.newest().ifPresent(t -> settings.put("SOURCE_DATE_EPOCH", Long.toString(t)));
        return settings;
    }

    /// The text of an instruction with its heredocs.
    static String text(Instruction at) {
        StringBuilder text = new StringBuilder(at.text());
        at.heredocs().forEach(h -> text.append('\n').append(h.content()).append(h.name()));
        return text.toString();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Environment of RUN: arguments, then what the config says, which goes before.
    List<String> environment() {
        List<String> found = new ArrayList<>();
        build.arguments.proxies().forEach((n, v) -> addUnlessSet(found, n, v));
        state.seenArguments().forEach((n, v) -> addUnlessSet(found, n, v));
        found.addAll(state.config.result().env());
        return found;
    }

    private void addUnlessSet(List<String> found, String name, String value) {
        if (state.config.variable(name).isEmpty()) {
            found.add(name + "=" + value);
        }
    }
}
