package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sampan.app.runc.RuncContext;
import sampan.runtime.lifecycle.ContainerCreation;
import sampan.runtime.lifecycle.ContainerLife;
import sampan.runtime.lifecycle.CreateRequest;

/// `create`.
@Command(description = "create a container")
public final class CreateVerb extends Creating implements Callable<Integer> {
    public CreateVerb(RuncContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        ContainerCreation.Made made = make(CreateRequest.Mode.CREATE);
        try {
            announce(made.pid());
        } catch (RuntimeException e) {
            ContainerLife.delete(made.container(), true, context.caller());
            throw e;
        }
        return 0;
    }
}
