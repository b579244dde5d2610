package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.Container;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `sampan start`.
@Command(description = "Start one or more stopped containers")
public final class StartCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--attach"},
            description = "Attach STDOUT and STDERR, and forward signals")
    private boolean attach;

    @Option(
            names = {"-i", "--interactive"},
            description = "Attach STDIN")
    private boolean interactive;

    @Option(names = "--detach-keys", description = "Key sequence that detaches")
    private String detachKeys = "";

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public StartCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (attach || interactive) {
            if (containers.size() > 1) {
                throw new UsageException("you cannot start and attach multiple containers at once");
            }
            String reference = containers.getFirst();
            Container container = context.engine().containers().inspect(reference);
            Attaching attaching = new Attaching(context, DetachKeys.parse(detachKeys), true);
            return attaching.run(
                    container,
                    interactive,
                    () -> context.engine().tasks().start(reference, Optional.empty()));
        }
        int status = 0;
        for (String reference : containers) {
            try {
                context.engine().tasks().start(reference, Optional.empty());
                context.out().println(reference);
            } catch (SampanException e) {
                if (e.code() == ErrorCode.NOT_MODIFIED) {
                    context.out().println(reference);
                    continue;
                }
                context.err().println("Error response from daemon: " + e.getMessage());
                status = 1;
            }
        }
        if (status != 0) {
            throw new ExitException(
                    status, "Error: failed to start containers: " + String.join(", ", containers));
        }
        return status;
    }
}
