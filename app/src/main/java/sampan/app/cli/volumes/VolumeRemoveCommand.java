package sampan.app.cli.volumes;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;

/// `sampan volume rm`.
@Command(description = "Remove one or more volumes")
public final class VolumeRemoveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--force"},
            description = "No failure for what is not there")
    private boolean force;

    @Parameters(arity = "1..*", paramLabel = "VOLUME", description = "Names")
    private List<String> volumes = new ArrayList<>();

    public VolumeRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Each.of(context, volumes, v -> context.engine().volumes().remove(v, force));
    }
}
