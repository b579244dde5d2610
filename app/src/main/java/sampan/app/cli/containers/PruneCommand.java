package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Confirm;
import sampan.app.cli.Filters;
import sampan.app.cli.Words;

/// `sampan container prune`.
@Command(description = "Remove all stopped containers")
public final class PruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--filter", description = "Provide filter values")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    public PruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Confirm.ask(context, force, "WARNING! This will remove all stopped containers.");
        var pruned = context.engine().containers().prune(Filters.parse(filters));
        if (!pruned.ids().isEmpty()) {
            context.out().println("Deleted Containers:");
            pruned.ids().forEach(context.out()::println);
            context.out().println();
        }
        context.out().println("Total reclaimed space: " + Words.size(pruned.bytes()));
        return 0;
    }
}
