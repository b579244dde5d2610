package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Each;
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
            throw SampanException.invalid("--link is not supported: there are no links to remove");
        }
        return Each.of(
                context,
                containers,
                c -> {
                    try {
                        context.engine().containers().remove(c, force, volumes);
                    } catch (SampanException e) {
                        // As the docker client: forcing away what is not there is a success.
                        if (!force || e.code() != ErrorCode.NOT_FOUND) {
                            throw e;
                        }
                    }
                });
    }
}
