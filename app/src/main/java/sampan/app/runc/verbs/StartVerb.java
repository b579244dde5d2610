package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.runtime.lifecycle.ContainerLife;

/// `start`.
@Command(description = "executes the user defined process in a created container")
public final class StartVerb implements Callable<Integer> {
    private final RuncContext context;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public StartVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ContainerLife.start(context.container(id), context.caller());
        return 0;
    }
}
