package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.images.ImageNames;
import sampan.engine.services.ArchiveService.CommitRequest;

/// `sampan commit`.
@Command(description = "Create a new image from a container's changes")
public final class CommitCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--author"},
            description = "Author")
    private String author = "";

    @Option(
            names = {"-c", "--change"},
            description = "Apply a Dockerfile instruction to the image")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = {"-m", "--message"},
            description = "Commit message")
    private String message = "";

    @Option(
            names = {"-p", "--pause"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Pause meanwhile")
    private boolean pause = true;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "REPOSITORY[:TAG]",
            description = "Name of the image")
    private String name = "";

    public CommitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String[] parts = ImageNames.split(name);
        String id =
                context.engine()
                        .archives()
                        .commit(
                                new CommitRequest(
                                        container, parts[0], parts[1], message, author, pause,
                                        changes, Map.of()));
        context.out().println(id);
        return 0;
    }
}
