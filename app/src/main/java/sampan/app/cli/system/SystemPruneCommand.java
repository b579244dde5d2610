package sampan.app.cli.system;

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
import sampan.app.cli.usage.UsageException;
import sampan.engine.services.CacheBounds;

/// `sampan system prune`: stopped containers, dangling images and, where asked, anonymous volumes.
@Command(description = "Remove unused data")
public final class SystemPruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all unused images not just dangling ones")
    private boolean all;

    @Option(names = "--filter", description = "Provide filter values (e.g. label=KEY=VALUE)")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    @Option(names = "--volumes", description = "Prune anonymous volumes")
    private boolean volumes;

    public SystemPruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<String, List<String>> wanted = Filters.parse(filters);
        if (volumes && wanted.containsKey("until")) {
            throw new UsageException(
                    "ERROR: The \"until\" filter is not supported with \"--volumes\"");
        }
        Confirm.ask(context, force, warning());
        var containers = context.engine().containers().prune(wanted);
        long bytes = containers.bytes();
        section("Deleted Containers:", containers.ids());
        if (volumes) {
            var pruned = context.engine().volumes().prune(wanted);
            bytes += pruned.bytes();
            section("Deleted Volumes:", pruned.names());
        }
        Map<String, List<String>> images = new LinkedHashMap<>(wanted);
        images.put("dangling", List.of(all ? "false" : "true"));
        var pruned = context.engine().images().prune(images);
        bytes += pruned.bytes();
        section(
                "Deleted Images:",
                pruned.removals().stream()
                        .map(r -> r.kind().toLowerCase(Locale.ROOT) + ": " + r.subject())
                        .toList());
        if (wanted.keySet().stream().allMatch("until"::equals)) {
            var steps = context.engine().builds().prune(all, wanted, CacheBounds.NONE);
            bytes += steps.bytes();
            section("Deleted build cache objects:", steps.ids());
        }
        context.out().println("Total reclaimed space: " + Words.size(bytes));
        return 0;
    }

    private String warning() {
        return "WARNING! This will remove:\n"
                + "  - all stopped containers\n"
                + (volumes ? "  - all anonymous volumes not used by at least one container\n" : "")
                + (all
                        ? "  - all images without at least one container associated to them\n"
                        : "  - all dangling images\n")
                + (all ? "  - all build cache\n" : "  - unused build cache\n");
    }

    private void section(String title, List<String> names) {
        if (!names.isEmpty()) {
            context.out().println(title);
            names.forEach(context.out()::println);
            context.out().println();
        }
    }
}
