package sampan.app.cli.namespaces;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.linux.namespaces.Namespaces;

/// `sampan ns show`: the links under /proc/PID/ns.
@Command(
        description =
                "Show the namespaces of a container or process, as the links under /proc/PID/ns")
public final class NsShowCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "CONTAINER|PID", description = "Name, id or pid")
    private String subject = "";

    public NsShowCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        int pid = Subject.pid(context, subject);
        Namespaces.of(pid).values().stream()
                .sorted(java.util.Comparator.comparing(id -> id.kind().procName()))
                .forEach(id -> context.out().println(id.kind().procName() + " -> " + id));
        return 0;
    }
}
