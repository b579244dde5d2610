package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.engine.services.ArchiveService.ChangeKind;

/// `sampan diff`.
@Command(description = "Inspect changes to files or directories on a container's filesystem")
public final class DiffCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    public DiffCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.engine()
                .archives()
                .diff(container)
                .forEach(change ->
                        context.out()
                                .println(letter(change.kind()) + " " + Table.clean(change.path())));
        return 0;
    }

    private static String letter(ChangeKind kind) {
        return switch (kind) {
            case MODIFIED -> "C";
            case ADDED -> "A";
            case DELETED -> "D";
        };
    }
}
