package sampan.app.cli.build;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.PruneOptions;

/// `sampan builder prune`.
@Command(description = "Remove build cache")
public final class PruneBuildsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all build cache, not just that of no image")
    private boolean all;

    @Mixin private PruneOptions options = new PruneOptions();

    public PruneBuildsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        options.confirm(context, all ? "all build cache" : "the build cache of no image");
        var pruned = context.engine().builds().prune(all, options.filters());
        options.summary(
                context, "Deleted build cache objects", pruned.ids().stream(), pruned.bytes());
        return 0;
    }
}
