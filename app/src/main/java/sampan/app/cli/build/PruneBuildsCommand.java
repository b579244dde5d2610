package sampan.app.cli.build;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.PruneOptions;
import sampan.app.cli.Words;
import sampan.engine.services.CacheBounds;

/// `sampan builder prune`.
@Command(description = "Remove build cache")
public final class PruneBuildsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Remove all build cache, not just that of no image")
    private boolean all;

    @Option(
            names = {"--reserved-space", "--keep-storage"},
            description = "Amount of disk space always allowed to keep for cache")
    private String reserved = "";

    @Option(
            names = "--max-used-space",
            description = "Maximum amount of disk space allowed to keep for cache")
    private String max = "";

    @Option(names = "--min-free-space", description = "Target amount of free disk space after")
    private String minFree = "";

    @Mixin private PruneOptions options = new PruneOptions();

    public PruneBuildsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        CacheBounds bounds =
                new CacheBounds(
                        bytes("--reserved-space", reserved),
                        bytes("--max-used-space", max),
                        bytes("--min-free-space", minFree));
        options.confirm(context, all ? "all build cache" : "the build cache of no image");
        var pruned = context.engine().builds().prune(all, options.filters(), bounds);
        options.summary(
                context, "Deleted build cache objects", pruned.ids().stream(), pruned.bytes());
        return 0;
    }

    private static long bytes(String option, String text) {
        return text.isEmpty() ? 0 : Words.bytes(option, text);
    }
}
