package sampan.engine.build.execute;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.archives.UpperLayer;
import sampan.engine.build.cache.StepInput;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Heredoc;
import sampan.engine.build.syntax.Instruction;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.services.BuildFailure;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.snapshots.RootMount;
import sampan.errors.SampanException;

/// RUN: an ordinary container on the layers so far; what it wrote is the layer.
final class RunStep {
    private final StageRun stage;
    private final Command.Run run;
    private final StageState state;

    RunStep(StageRun stage, Command.Run run) {
        this.stage = stage;
        this.run = run;
        this.state = stage.state;
    }

    void execute() {
        allow("network.host", run.network().equals("host"));
        allow("security.insecure", run.security().equals("insecure"));
        try (RunMounts mounts = new RunMounts(stage, run.mounts(), run.at().line())) {
            List<String> words = words();
            String shown = state.shownArguments() + String.join(" ", words);
            StepInput input =
                    new StepInput(
                            "run",
                            state.chainKey(),
                            StageRun.text(run.at()),
                            settings(words),
                            state.seenArguments(),
                            mounts.content(),
                            Map.of());
            String bound = input.content().isEmpty() ? "" : " # sha256:" + input.content();
            stage.finish(
                    input, "RUN " + shown + bound, () -> Optional.of(layer(mounts, words, shown)));
        }
    }

    private void allow(String entitlement, boolean asked) {
        if (asked && !stage.build.request.running().allowed().contains(entitlement)) {
            throw SampanException.invalid(
                    "granting entitlement "
                            + entitlement
                            + " is not allowed: the build must be started with --allow "
                            + entitlement);
        }
    }

    private Map<String, String> settings(List<String> words) {
        Map<String, String> settings =
                new LinkedHashMap<>(
                        stage.settings(
                                "user", state.config.user(),
                                "workdir", state.config.workingDir(),
                                "command", String.join("\0", words),
                                "network", run.network(),
                                "security", run.security()));
        state.config.environment().forEach((n, v) -> settings.put("env " + n, v));
        return settings;
    }

    /// The program's words. A heredoc alone is a script for the shell; with a command in front, the
    /// shell reads both.
    private List<String> words() {
        Instruction at = run.at();
        if (at.heredocs().isEmpty() || !run.program().shell()) {
            return state.config.words(run.program());
        }
        Heredoc first = at.heredocs().getFirst();
        if (at.heredocs().size() == 1 && at.rest().equals(first.marker())) {
            return first.content().startsWith("#!")
                    ? List.of("/dev/pipes/" + first.name())
                    : shell(first.content());
        }
        StringBuilder text = new StringBuilder(at.rest());
        for (Heredoc document : at.heredocs()) {
            text.append('\n').append(document.content()).append(document.name());
        }
        return shell(text.toString());
    }

    private boolean isScript() {
        Instruction at = run.at();
        return run.program().shell()
                && at.heredocs().size() == 1
                && at.rest().equals(at.heredocs().getFirst().marker())
                && at.heredocs().getFirst().content().startsWith("#!");
    }

    private List<String> shell(String text) {
        List<String> words = new ArrayList<>(state.config.shell());
        words.add(text);
        return List.copyOf(words);
    }

    private BuiltLayer layer(RunMounts mounts, List<String> words, String shown) {
        mounts.open();
        if (isScript()) {
            Heredoc script = run.at().heredocs().getFirst();
            mounts.script(script.name(), StageRun.bytes(script.content()));
        }
        StepContainers containers = stage.build.parts.containers();
        StepSpec spec = StepSpec.of(stage, run, mounts);
        String id = containers.create(spec.make(words), spec.image());
        boolean keep = false;
        try {
            stage.build.began(id);
            stage.say(new BuildEvent.Running(id));
            int exitCode =
                    containers.run(
                            id,
                            stage.build.events.apart(),
                            (bytes, error) -> stage.say(new BuildEvent.Output(bytes, error)));
            if (exitCode != 0) {
                keep = stage.build.request.options().keepFailed();
                throw new BuildFailure(shown.strip(), exitCode);
            }
            RootMount mount = stage.build.parts.stores().snapshots().rootMount(id);
            return stage.build.images.layer(out ->
                    UpperLayer.pack(mount, out, mounts.targets(), stage.build.given.newest()));
        } finally {
            stage.build.ended(id);
            if (!keep) {
                containers.remove(id);
                stage.say(new BuildEvent.Removed(id));
            }
        }
    }
}
