package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;

/// `sampan top`.
@Command(description = "Display the running processes of a container")
public final class TopCommand implements Callable<Integer> {
    private static final int COLUMN_WIDTH_MIN = 17;

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    @Parameters(index = "1..*", paramLabel = "PS_OPTION", description = "Options of ps")
    private List<String> options = new ArrayList<>();

    public TopCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var top = context.engine().tasks().top(container, String.join(" ", options));
        Table table = new Table(top.titles().toArray(String[]::new)).atLeast(COLUMN_WIDTH_MIN);
        top.processes().forEach(table::row);
        table.print(context);
        return 0;
    }
}
