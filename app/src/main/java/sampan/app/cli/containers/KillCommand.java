package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;
import sampan.errors.SampanException;

/// `sampan kill`.
@Command(description = "Kill one or more running containers")
public final class KillCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-s", "--signal"},
            description = "Signal to send")
    private String signal = "SIGKILL";

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public KillCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Each.of(
                context,
                containers,
                c -> {
                    try {
                        context.engine().tasks().kill(c, signal);
                    } catch (SampanException e) {
                        String message = e.getMessage();
                        throw new SampanException(
                                e.code(),
                                message.startsWith("cannot kill container")
                                        ? message
                                        : "cannot kill container: " + c + ": " + message,
                                e);
                    }
                });
    }
}
