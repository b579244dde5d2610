package sampan.app.cli.images;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;

/// `sampan tag`.
@Command(description = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE")
public final class TagCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "SOURCE_IMAGE[:TAG]", description = "What is named")
    private String source = "";

    @Parameters(index = "1", paramLabel = "TARGET_IMAGE[:TAG]", description = "Its new name")
    private String target = "";

    public TagCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String[] parts = ImageNames.split(target);
        context.engine().images().tag(source, parts[0], parts[1].isEmpty() ? "latest" : parts[1]);
        return 0;
    }
}
