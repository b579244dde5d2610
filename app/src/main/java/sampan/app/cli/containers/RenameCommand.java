package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;

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
        context.engine().containers().rename(container, name);
        return 0;
    }
}
