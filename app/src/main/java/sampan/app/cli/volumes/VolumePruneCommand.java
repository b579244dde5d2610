package sampan.app.cli.volumes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.PruneOptions;

/// `sampan volume prune`.
@Command(description = "Remove unused local volumes")
public final class VolumePruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Named volumes too, not just anonymous ones")
    private boolean all;

    @Mixin private PruneOptions options = new PruneOptions();

    public VolumePruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        options.confirm(
                context,
                (all ? "all" : "anonymous") + " local volumes not used by at least one container");
        Map<String, List<String>> wanted = options.filters();
        if (all) {
            wanted.put("all", List.of("true"));
        }
        var pruned = context.engine().volumes().prune(wanted);
        options.summary(context, "Deleted Volumes", pruned.names().stream(), pruned.bytes());
        return 0;
    }
}
