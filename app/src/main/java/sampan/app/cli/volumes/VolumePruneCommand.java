package sampan.app.cli.volumes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Confirm;
import sampan.app.cli.Filters;
import sampan.app.cli.Words;

/// `sampan volume prune`.
@Command(description = "Remove unused local volumes")
public final class VolumePruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Named volumes too, not just anonymous ones")
    private boolean all;

    @Option(names = "--filter", description = "Provide filter values")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    public VolumePruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Confirm.ask(
                context,
                force,
                "WARNING! This will remove "
                        + (all ? "all" : "anonymous")
                        + " local volumes not used by at least one container.");
        Map<String, List<String>> wanted = new LinkedHashMap<>(Filters.parse(filters));
        if (all) {
            wanted.put("all", List.of("true"));
        }
        var pruned = context.engine().volumes().prune(wanted);
        if (!pruned.names().isEmpty()) {
            context.out().println("Deleted Volumes:");
            pruned.names().forEach(context.out()::println);
            context.out().println();
        }
        context.out().println("Total reclaimed space: " + Words.size(pruned.bytes()));
        return 0;
    }
}
