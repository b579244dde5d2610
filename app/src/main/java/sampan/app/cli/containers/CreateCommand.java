package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sampan.app.cli.CommandContext;

/// `sampan create`.
@Command(description = "Create a new container")
public final class CreateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ContainerOptions options = new ContainerOptions();

    public CreateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var spec = new SpecFromOptions(context, options).spec(false);
        context.out().println(RunCommand.create(context, options, spec).id().value());
        return 0;
    }
}
