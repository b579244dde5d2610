package sampan.app.cli.build;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Confirm;
import sampan.app.cli.Filters;
import sampan.app.cli.Words;

/// `sampan builder prune`.
@Command(description = "Remove build cache")
public final class PruneBuildsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all build cache, not just that of no image")
    private boolean all;

    @Option(names = "--filter", description = "Provide filter values (e.g. until=24h)")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    public PruneBuildsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Confirm.ask(
                context,
                force,
                all
                        ? "WARNING! This will remove all build cache."
                        : "WARNING! This will remove the build cache of no image.");
        var pruned = context.engine().builds().prune(all, Filters.parse(filters));
        if (!pruned.ids().isEmpty()) {
            context.out().println("Deleted build cache objects:");
            pruned.ids().forEach(context.out()::println);
            context.out().println();
        }
        context.out().println("Total reclaimed space: " + Words.size(pruned.bytes()));
        return 0;
    }
}
