package sampan.app.cli.images;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.PruneOptions;

/// `sampan image prune`.
@Command(description = "Remove unused images")
public final class PruneImagesCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all unused images, not just dangling ones")
    private boolean all;

    @Mixin private PruneOptions options = new PruneOptions();

    public PruneImagesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        options.confirm(
                context,
                all
                        ? "all images without at least one container associated to them"
                        : "all dangling images");
        Map<String, List<String>> wanted = options.filters();
        wanted.put("dangling", List.of(all ? "false" : "true"));
        var pruned = context.engine().images().prune(wanted);
        options.summary(
                context,
                "Deleted Images",
                pruned.removals().stream()
                        .map(r -> r.kind().toLowerCase(Locale.ROOT) + ": " + r.subject()),
                pruned.bytes());
        return 0;
    }
}
