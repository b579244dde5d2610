package sampan.app.cli.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.DescriptorStreams;
import sampan.engine.services.PlatformText;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.image.Platform;

/// `sampan save`.
@Command(description = "Save one or more images to a tar archive (streamed to STDOUT by default)")
public final class SaveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-o", "--output"},
            description = "Write to a file, instead of STDOUT")
    private String output = "";

    @Option(
            names = "--platform",
            description = "Only the image for this platform: os/arch[/variant]")
    private String platform = "";

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Names or ids")
    private List<String> images = new ArrayList<>();

    public SaveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<Platform> wanted = PlatformText.optional(platform);
        if (output.isEmpty()) {
            if (context.caller().stdoutIsTerminal()) {
                throw new UsageException(
                        "cowardly refusing to save to a terminal. Use the -o flag or redirect");
            }
            context.engine()
                    .transfers()
                    .save(images, wanted, DescriptorStreams.output(context.caller().stdout()));
            return 0;
        }
        // Found before the file is made, so that a wrong name leaves none behind.
        images.forEach(image -> {
            if (wanted.isPresent()) {
                context.engine().images().inspect(image, wanted.get());
            } else {
                context.engine().images().inspect(image);
            }
        });
        try (Fd file = context.caller().open(output, Open.WRONLY | Open.CREAT | Open.TRUNC, 0600)) {
            context.engine().transfers().save(images, wanted, DescriptorStreams.output(file));
        }
        return 0;
    }
}
