package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;

/// `sampan unpause`.
@Command(description = "Unpause all processes within one or more containers")
public final class UnpauseCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public UnpauseCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Each.of(context, containers, c -> context.engine().tasks().unpause(c));
    }
}
