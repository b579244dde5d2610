package sampan.app.cli.namespaces;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

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
        try (Fd links = Fd.open("/proc/" + pid + "/ns", Open.RDONLY | Open.DIRECTORY)) {
            FileOps.readDir(links).stream()
                    .map(entry -> entry.name())
                    .sorted()
                    .forEach(name ->
                            context.out().println(name + " -> " + FileOps.readlinkAt(links, name)));
        }
        return 0;
    }
}
