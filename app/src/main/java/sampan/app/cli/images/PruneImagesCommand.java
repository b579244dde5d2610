package sampan.app.cli.images;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Confirm;
import sampan.app.cli.Filters;
import sampan.app.cli.Words;

/// `sampan image prune`.
@Command(description = "Remove unused images")
public final class PruneImagesCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all unused images, not just dangling ones")
    private boolean all;

    @Option(names = "--filter", description = "Provide filter values")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    public PruneImagesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Confirm.ask(
                context,
                force,
                all
                        ? "WARNING! This will remove all images without at least one container associated to them."
                        : "WARNING! This will remove all dangling images.");
        Map<String, List<String>> wanted = new LinkedHashMap<>(Filters.parse(filters));
        wanted.put("dangling", List.of(all ? "false" : "true"));
        var pruned = context.engine().images().prune(wanted);
        if (!pruned.removals().isEmpty()) {
            context.out().println("Deleted Images:");
            pruned.removals()
                    .forEach(r ->
                            context.out()
                                    .println(
                                            r.kind().toLowerCase(Locale.ROOT)
                                                    + ": "
                                                    + r.subject()));
            context.out().println();
        }
        context.out().println("Total reclaimed space: " + Words.size(pruned.bytes()));
        return 0;
    }
}
