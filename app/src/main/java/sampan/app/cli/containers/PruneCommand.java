package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sampan.app.cli.CommandContext;
import sampan.app.cli.PruneOptions;

/// `sampan container prune`.
@Command(description = "Remove all stopped containers")
public final class PruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private PruneOptions options = new PruneOptions();

    public PruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        options.confirm(context, "all stopped containers");
        var pruned = context.engine().containers().prune(options.filters());
        options.summary(context, "Deleted Containers", pruned.ids().stream(), pruned.bytes());
        return 0;
    }
}
