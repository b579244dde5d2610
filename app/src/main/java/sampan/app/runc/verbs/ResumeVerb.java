package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.runtime.lifecycle.ContainerLife;

/// `resume`.
@Command(description = "resumes all processes that have been previously paused")
public final class ResumeVerb implements Callable<Integer> {
    private final RuncContext context;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public ResumeVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ContainerLife.resume(context.container(id));
        return 0;
    }
}
