package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.usage.UsageException;
import sampan.errors.SampanException;

/// `sampan rename`.
@Command(description = "Rename a container")
public final class RenameCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    @Parameters(index = "1", paramLabel = "NEW_NAME", description = "The new name")
    private String name = "";

    public RenameCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (container.isBlank() || name.isBlank()) {
            throw new UsageException("Error: Neither old nor new names may be empty");
        }
        try {
            context.engine().containers().rename(container, name);
        } catch (SampanException e) {
            context.err().println("Error response from daemon: " + e.getMessage());
            throw new ExitException(1, "Error: failed to rename container named " + container);
        }
        return 0;
    }
}
