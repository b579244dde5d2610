package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `sampan rm`.
@Command(description = "Remove one or more containers")
public final class RemoveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--force"},
            description = "Kill it when it runs")
    private boolean force;

    @Option(
            names = {"-v", "--volumes"},
            description = "Remove its anonymous volumes too")
    private boolean volumes;

    @Option(
            names = {"-l", "--link"},
            description = "Refused: links need named networks")
    private boolean link;

    @Parameters(arity = "1..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public RemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (link) {
            throw new UsageException("--link is not supported: there are no links to remove");
        }
        int status = 0;
        for (String container : containers) {
            try {
                context.engine().containers().remove(container, force, volumes);
                context.out().println(container);
            } catch (SampanException e) {
                context.out().flush();
                context.err().println("Error response from daemon: " + e.getMessage());
                // As the docker client: forcing away what is not there is a success.
                status = force && e.code() == ErrorCode.NOT_FOUND ? status : 1;
            }
        }
        return status;
    }
}
