package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerStatus;

/// `sampan attach`.
@Command(
        description =
                "Attach local standard input, output, and error streams to a running container")
public final class AttachCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--no-stdin", description = "Do not attach STDIN")
    private boolean noStdin;

    @Option(
            names = "--sig-proxy",
            arity = "0..1",
            fallbackValue = "true",
            description = "Pass signals on to the process")
    private boolean signalProxy = true;

    @Option(names = "--detach-keys", description = "Key sequence that detaches")
    private String detachKeys = "";

    @Parameters(paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    public AttachCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Container found = context.engine().containers().inspect(container);
        if (found.status() == ContainerStatus.PAUSED) {
            throw new UsageException("You cannot attach to a paused container, unpause it first");
        }
        if (!found.status().alive()) {
            throw new UsageException("You cannot attach to a stopped container, start it first");
        }
        return new Attaching(context, DetachKeys.parse(detachKeys), signalProxy)
                .run(found, !noStdin, () -> {});
    }
}
