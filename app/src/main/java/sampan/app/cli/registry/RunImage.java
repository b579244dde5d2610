package sampan.app.cli.registry;

import sampan.app.cli.CommandContext;
import sampan.engine.images.HostImage;
import sampan.engine.services.ImageService;
import sampan.engine.services.PlatformText;
import sampan.engine.services.RegistryService.PullRequest;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// The image of `run` and `create`, pulled where `--pull` says so.
public final class RunImage {
    private RunImage() {}

    /// @param policy `always`, `missing` or `never`
    public static void ensure(
            CommandContext context, String image, String policy, String platform, boolean quiet) {
        boolean here = isHere(context.engine().images(), image, platform);
        if (policy.equals("never") || (here && policy.equals("missing"))) {
            return;
        }
        Reference reference;
        try {
            reference = Reference.parse(image);
        } catch (SampanException e) {
            return; // an id, or nothing: the creation says what is wrong
        }
        if (reference.sameRepository(HostImage.REFERENCE)) {
            return;
        }
        if (!here && !quiet) {
            context.err().println("Unable to find image '" + reference.familiar() + "' locally");
        }
        try (ProgressBars progress =
                new ProgressBars(
                        context.caller(),
                        context.err(),
                        context.caller().stderrIsTerminal(),
                        quiet)) {
            var unused =
                    context.engine()
                            .registries()
                            .pull(
                                    new PullRequest(
                                            reference.toString(),
                                            platform,
                                            Credentials.of(context.caller())
                                                    .forReference(reference.toString())),
                                    progress);
        }
    }

    private static boolean isHere(ImageService images, String image, String platform) {
        if (platform.isEmpty()) {
            return images.find(image).isPresent();
        }
        Platform wanted = PlatformText.parse(platform);
        try {
            var unused = images.inspect(image, wanted);
            return true;
        } catch (SampanException e) {
            return false;
        }
    }
}
