package sampan.app.cli.containers;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.DescriptorStreams;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan export`.
@Command(description = "Export a container's filesystem as a tar archive")
public final class ExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-o", "--output"},
            description = "Write to a file, instead of STDOUT")
    private String output = "";

    @Parameters(paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    public ExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (output.isEmpty()) {
            if (context.caller().stdoutIsTerminal()) {
                throw new UsageException(
                        "cowardly refusing to save to a terminal. Use the -o flag or redirect");
            }
            context.engine()
                    .archives()
                    .export(container, DescriptorStreams.output(context.caller().stdout()));
            return 0;
        }
        try (Fd file = context.caller().open(output, Open.WRONLY | Open.CREAT | Open.TRUNC, 0666)) {
            context.engine().archives().export(container, DescriptorStreams.output(file));
        }
        return 0;
    }
}
