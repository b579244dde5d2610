package sampan.app.cli.registry;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.engine.services.RegistryService.PullRequest;
import sampan.engine.services.RegistryService.Pulled;
import sampan.errors.SampanException;
import sampan.oci.Reference;

/// `sampan pull`.
@Command(description = "Download an image from a registry")
public final class PullCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME[:TAG|@DIGEST]", description = "What to pull")
    private String name = "";

    @Option(
            names = {"-a", "--all-tags"},
            description = "Download all tagged images in the repository")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Suppress verbose output")
    private boolean quiet;

    @Option(names = "--platform", description = "Platform of the image: os/arch[/variant]")
    private String platform = "";

    public PullCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Reference bare = Reference.parseBare(name);
        boolean named = bare.tag().isPresent() || bare.digest().isPresent();
        if (all && named) {
            throw SampanException.invalid("tag can't be used with --all-tags/-a");
        }
        if (!all && !named && !quiet) {
            context.out().println("Using default tag: latest");
        }
        String wanted = all ? bare.name() : Reference.parse(name).toString();
        List<Pulled> pulled;
        try (ProgressBars progress =
                new ProgressBars(
                        context.caller(),
                        context.out(),
                        context.caller().stdoutIsTerminal(),
                        quiet)) {
            pulled =
                    context.engine()
                            .registries()
                            .pull(
                                    new PullRequest(
                                            wanted,
                                            platform,
                                            Credentials.of(context.caller()).forReference(wanted)),
                                    progress);
        }
        if (all) {
            context.out().println(bare.name());
        } else {
            pulled.forEach(p -> context.out().println(Reference.parse(p.reference())));
        }
        return 0;
    }
}
