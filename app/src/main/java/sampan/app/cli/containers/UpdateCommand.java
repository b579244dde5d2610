package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;

/// `sampan update`.
@Command(description = "Update configuration of one or more containers")
public final class UpdateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private LimitOptions limits = new LimitOptions();

    @Option(names = "--restart", description = "Restart policy")
    private String restart = "";

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public UpdateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!changes()) {
            throw new UsageException("you must provide one or more flags when using this command");
        }
        var resources = LimitSpec.of(limits);
        Optional<RestartPolicy> policy =
                restart.isEmpty()
                        ? Optional.empty()
                        : Optional.of(SpecFromOptions.restart(restart));
        return Each.of(
                context,
                containers,
                c ->
                        context.engine()
                                .containers()
                                .update(c, resources, policy)
                                .forEach(warning -> context.err().println("WARNING: " + warning)));
    }

    private boolean changes() {
        return !restart.isEmpty() || !LimitSpec.of(limits).equals(LimitSpec.of(new LimitOptions()));
    }
}
