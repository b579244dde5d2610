package sampan.app.cli.registry;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.errors.SampanException;
import sampan.oci.Reference;

/// `sampan push`.
@Command(description = "Upload an image to a registry")
public final class PushCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME[:TAG]", description = "What to push")
    private String name = "";

    @Option(
            names = {"-a", "--all-tags"},
            description = "Push all tags of an image to the repository")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Suppress verbose output")
    private boolean quiet;

    public PushCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Reference bare = Reference.parseBare(name);
        if (all && bare.tag().isPresent()) {
            throw SampanException.invalid("tag can't be used with --all-tags/-a");
        }
        if (!all && bare.tag().isEmpty() && !quiet) {
            context.out().println("Using default tag: latest");
        }
        String wanted = all ? bare.name() : Reference.parse(name).toString();
        try (ProgressBars progress =
                new ProgressBars(
                        context.caller(),
                        context.out(),
                        context.caller().stdoutIsTerminal(),
                        quiet)) {
            context.engine()
                    .registries()
                    .push(wanted, Credentials.of(context.caller()).forReference(wanted), progress);
        }
        if (quiet) {
            context.out().println(wanted);
        }
        return 0;
    }
}
