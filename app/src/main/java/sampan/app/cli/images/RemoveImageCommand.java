package sampan.app.cli.images;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.engine.services.ImageService;
import sampan.engine.services.ImageService.Removal;
import sampan.engine.services.PlatformText;
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

    @Option(
            names = "--platform",
            description = "Remove the image for this platform alone: os/arch[/variant]")
    private String platform = "";

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Names or ids")
    private List<String> images = new ArrayList<>();

    public RemoveImageCommand(CommandContext context) {
        this.context = context;
    }

    private List<Removal> remove(String image) {
        ImageService service = context.engine().images();
        return PlatformText.optional(platform)
                .map(wanted -> service.remove(image, wanted, force))
                .orElseGet(() -> service.remove(image, force, noPrune));
    }

    @Override
    public Integer call() {
        int status = 0;
        for (String image : images) {
            try {
                remove(image).forEach(r -> context.out().println(r.kind() + ": " + r.subject()));
            } catch (SampanException e) {
                context.err().println("Error response from daemon: " + e.getMessage());
                status = force && e.code() == ErrorCode.NOT_FOUND ? status : 1;
            }
        }
        return status;
    }
}
