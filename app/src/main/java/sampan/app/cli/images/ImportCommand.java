package sampan.app.cli.images;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.DescriptorStreams;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan import`.
@Command(description = "Import the contents from a tarball to create a filesystem image")
public final class ImportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-c", "--change"},
            description = "Apply a Dockerfile instruction to the image")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = {"-m", "--message"},
            description = "Commit message")
    private String message = "";

    @Parameters(index = "0", paramLabel = "file|-", description = "The archive")
    private String file = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "REPOSITORY[:TAG]",
            description = "Name of the image")
    private String name = "";

    public ImportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String[] parts = ImageNames.split(name);
        if (file.equals("-")) {
            context.out().println(imported(context.caller().in(), parts));
            return 0;
        }
        if (file.startsWith("http://") || file.startsWith("https://")) {
            throw new UsageException(
                    "import of " + file + ": addresses are not supported; fetch it and pipe it in");
        }
        try (Fd archive = context.caller().open(file, Open.RDONLY, 0)) {
            context.out().println(imported(DescriptorStreams.input(archive), parts));
        }
        return 0;
    }

    private String imported(InputStream tar, String[] parts) {
        return context.engine().transfers().importTar(tar, parts[0], parts[1], message, changes);
    }
}
