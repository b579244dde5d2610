package sampan.app.cli.registry;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.engine.services.PlatformText;
import sampan.engine.services.RegistryService.PushRequest;
import sampan.engine.services.RegistryService.Pushed;
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

    @Option(
            names = "--platform",
            description = "Push the image for this platform alone: os/arch[/variant]")
    private String platform = "";

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
        List<Pushed> pushed;
        try (ProgressBars progress =
                new ProgressBars(
                        context.caller(),
                        context.out(),
                        context.caller().stdoutIsTerminal(),
                        quiet)) {
            pushed =
                    context.engine()
                            .registries()
                            .push(
                                    new PushRequest(
                                            wanted,
                                            PlatformText.optional(platform),
                                            Credentials.of(context.caller()).forReference(wanted)),
                                    progress);
        }
        pushed.stream()
                .filter(each -> each.left().isPresent())
                .forEach(each ->
                        context.err()
                                .println(
                                        each.tag()
                                                + ": not all platforms of "
                                                + each.left().get().digest()
                                                + " are here, so that only the image "
                                                + each.digest()
                                                + " was pushed"));
        if (quiet) {
            context.out().println(wanted);
        }
        return 0;
    }
}
