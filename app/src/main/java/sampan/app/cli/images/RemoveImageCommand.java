package sampan.app.cli.images;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `sampan rmi`.
@Command(description = "Remove one or more images")
public final class RemoveImageCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--force"},
            description = "Force removal")
    private boolean force;

    @Option(names = "--no-prune", description = "Do not delete untagged parents")
    private boolean noPrune;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Names or ids")
    private List<String> images = new ArrayList<>();

    public RemoveImageCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        int status = 0;
        for (String image : images) {
            try {
                context.engine()
                        .images()
                        .remove(image, force, noPrune)
                        .forEach(r -> context.out().println(r.kind() + ": " + r.subject()));
            } catch (SampanException e) {
                context.err().println("Error response from daemon: " + e.getMessage());
                status = force && e.code() == ErrorCode.NOT_FOUND ? status : 1;
            }
        }
        return status;
    }
}
