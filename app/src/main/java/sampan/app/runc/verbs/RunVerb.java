package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.runc.RuncContext;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.lifecycle.ContainerCreation;
import sampan.runtime.lifecycle.ContainerLife;
import sampan.runtime.lifecycle.CreateRequest;

/// `run`.
@Command(description = "create and run a container")
public final class RunVerb extends Creating implements Callable<Integer> {
    @Option(
            names = {"-d", "--detach"},
            description = "detach from the container's process")
    private boolean detach;

    @Option(names = "--keep", description = "do not delete the container after it exits")
    private boolean keep;

    @Option(
            names = "--no-subreaper",
            description = "has no meaning here: the monitor reaps what the container leaves")
    private boolean noSubreaper;

    public RunVerb(RuncContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        if (noSubreaper) {
            context.log().debug("--no-subreaper: this command is none");
        }
        ContainerCreation.Made made =
                make(detach ? CreateRequest.Mode.DETACHED : CreateRequest.Mode.FOREGROUND);
        if (detach) {
            announce(made.pid());
            return 0;
        }
        return foreground(made);
    }

    private int foreground(ContainerCreation.Made made) {
        Container container = made.container();
        try {
            int status = watch(made);
            if (!keep) {
                ContainerLife.remove(container, context.caller()).ifPresent(context.log()::warning);
            }
            return status;
        } finally {
            made.monitor().close();
        }
    }

    private int watch(ContainerCreation.Made made) {
        int pid = made.pid();
        announce(pid);
        boolean terminal = made.container().spec().process().orElseThrow().terminal();
        return attend(pid, terminal, made.monitor(), made.end());
    }
}
