package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.lifecycle.ContainerLife;

/// `kill`.
@Command(
        description =
                "kill sends the specified signal (default: SIGTERM) to the container's init process")
public final class KillVerb implements Callable<Integer> {
    private final RuncContext context;

    @Option(
            names = {"-a", "--all"},
            description = "send the signal to all processes inside the container")
    private boolean all;

    @Parameters(index = "0", paramLabel = "<container-id>")
    private String id = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "[signal]")
    private String signal = "SIGTERM";

    public KillVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Container container = context.container(id);
        ContainerLife.kill(container, number(), all);
        return 0;
    }

    private int number() {
        return signal.equals("0")
                ? 0
                : Signals.parse(signal)
                        .orElseThrow(
                                () -> SampanException.invalid("unknown signal \"" + signal + "\""));
    }
}
