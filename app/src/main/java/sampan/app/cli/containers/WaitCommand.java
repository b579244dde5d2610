package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.errors.SampanException;

/// `sampan wait`.
@Command(description = "Block until one or more containers stop, then print their exit codes")
public final class WaitCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public WaitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        int status = 0;
        for (String container : containers) {
            try {
                var end = context.engine().tasks().waitFor(container, WaitCondition.NOT_RUNNING);
                context.out().println(end.get().exitCode());
                context.out().flush();
            } catch (ExecutionException e) {
                context.err().println("Error response from daemon: " + e.getMessage());
                status = 1;
            } catch (SampanException e) {
                context.err().println("Error response from daemon: " + e.getMessage());
                status = 1;
            }
        }
        return status;
    }
}
