package sampan.engine.build.execute;

import java.io.OutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.cache.StepInput;
import sampan.engine.build.context.LayerWriter;
import sampan.engine.build.context.LayerWriter.Attributes;
import sampan.engine.build.context.Tree;
import sampan.engine.build.syntax.Command;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.linux.files.Stat;
import sampan.linux.users.Identity;
import sampan.linux.users.UserDatabase;
import sampan.oci.tar.TarWriter;

/// WORKDIR: the directory is made where it is not there; a layer only then.
final class WorkdirStep {
    private final StageRun stage;
    private final Command.Workdir workdir;

    WorkdirStep(StageRun stage, Command.Workdir workdir) {
        this.stage = stage;
        this.workdir = workdir;
    }

    void execute() {
        StageState state = stage.state;
        state.config.apply(workdir, state::variable);
        String path = state.config.workingDir();
        String user = state.config.user();
        StepInput input =
                new StepInput(
                        "workdir",
                        state.chainKey(),
                        path,
                        stage.settings("user", user),
                        Map.of(),
                        "",
                        Map.of());
        stage.finish(input, "WORKDIR " + path, () -> layer(path.substring(1), user));
    }

    private Optional<BuiltLayer> layer(String path, String user) {
        Tree lower = stage.build.trees.of(stage.state.chain());
        if (lower.statFollowing(path).filter(Stat::isDirectory).isPresent()) {
            return Optional.empty();
        }
        Identity owner = UserDatabase.inRoot(lower.root()).resolve(user);
        Attributes attributes =
                new Attributes(
                        owner.uid(),
                        owner.gid(),
                        false,
                        Optional.empty(),
                        Instant.now().getEpochSecond(),
                        stage.build.given.newest());
        return Optional.of(stage.build.images.layer(out -> write(out, lower, attributes, path)));
    }

    private static void write(OutputStream out, Tree lower, Attributes attributes, String path) {
        TarWriter tar = new TarWriter(out);
        new LayerWriter(tar, lower, attributes).directory(path);
        tar.finish();
    }
}
