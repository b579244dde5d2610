package sampan.app.runc.verbs;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.errors.SampanException;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.lifecycle.ContainerLife;

/// `delete`.
@Command(
        description =
                "delete any resources held by the container often used with detached container")
public final class DeleteVerb implements Callable<Integer> {
    private final RuncContext context;

    @Option(
            names = {"-f", "--force"},
            description = "Forcibly deletes the container if it is still running (uses SIGKILL)")
    private boolean force;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public DeleteVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.requireRoot();
        Optional<Container> found = Container.find(context.host(), context.states(), id);
        if (found.isPresent()) {
            ContainerLife.delete(found.get(), force, context.caller())
                    .ifPresent(context.log()::warning);
            return 0;
        }
        // What a creation that was cut short left.
        context.states().remove(id);
        if (!force) {
            throw SampanException.notFound("container does not exist");
        }
        return 0;
    }
}
