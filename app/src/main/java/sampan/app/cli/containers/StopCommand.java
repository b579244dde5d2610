package sampan.app.cli.containers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;

/// `sampan stop`.
@Command(description = "Stop one or more running containers")
public final class StopCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-s", "--signal"},
            description = "Signal to send")
    private String signal = "";

    @Option(
            names = {"-t", "--timeout", "--time"},
            description = "Seconds to wait before killing")
    private Optional<Integer> timeout = Optional.empty();

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public StopCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        return Each.lasting(
                context,
                containers,
                c ->
                        context.engine()
                                .tasks()
                                .stop(c, given(signal), timeout.map(Duration::ofSeconds)));
    }

    /// Absent where nothing was given.
    static Optional<String> given(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
