package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.runtime.lifecycle.ContainerLife;

/// `pause`.
@Command(description = "pause suspends all processes inside the container")
public final class PauseVerb implements Callable<Integer> {
    private final RuncContext context;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public PauseVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ContainerLife.pause(context.container(id));
        return 0;
    }
}
