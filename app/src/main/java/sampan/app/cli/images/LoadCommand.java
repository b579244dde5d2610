package sampan.app.cli.images;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Words;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.DescriptorStreams;
import sampan.engine.services.ImageTransferService.Loaded;
import sampan.engine.services.PlatformText;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.image.Platform;

/// `sampan load`.
@Command(description = "Load an image from a tar archive or STDIN")
public final class LoadCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-i", "--input"},
            description = "Read from tar archive file, instead of STDIN")
    private String input = "";

    @Option(
            names = {"-q", "--quiet"},
            description = "Suppress the load output")
    private boolean quiet;

    @Option(
            names = "--platform",
            description = "Only the image for this platform: os/arch[/variant]")
    private String platform = "";

    public LoadCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<Platform> wanted = PlatformText.optional(platform);
        if (input.isEmpty()) {
            if (context.caller().stdinIsTerminal()) {
                throw new UsageException("requested load from stdin, but stdin is empty");
            }
            print(context.engine().transfers().load(context.caller().in(), wanted, this::report));
            return 0;
        }
        try (Fd file = context.caller().open(input, Open.RDONLY, 0)) {
            print(
                    context.engine()
                            .transfers()
                            .load(DescriptorStreams.input(file), wanted, this::report));
        }
        return 0;
    }

    private void report(String id, String status, long current, long total) {
        if (!quiet && context.caller().stderrIsTerminal()) {
            context.err().print("\r\u001b[K" + id + " " + status + " " + Words.size(current));
            context.err().flush();
        }
    }

    private void print(Loaded loaded) {
        if (context.caller().stderrIsTerminal()) {
            context.err().print("\r\u001b[K");
            context.err().flush();
        }
        loaded.references().forEach(name -> context.out().println("Loaded image: " + name));
        if (loaded.references().isEmpty()) {
            loaded.ids().forEach(id -> context.out().println("Loaded image ID: " + id));
        }
    }
}
