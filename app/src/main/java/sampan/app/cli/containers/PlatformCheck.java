package sampan.app.cli.containers;

import java.util.Optional;
import sampan.engine.services.Engine;
import sampan.engine.services.PlatformText;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// `--platform`: the image must be there for that one.
final class PlatformCheck {
    private PlatformCheck() {}

    /// @param platform `os[/arch[/variant]]`, an architecture alone, or empty
    static Optional<Platform> required(Engine engine, String image, String platform) {
        if (platform.isEmpty()) {
            return Optional.empty();
        }
        Platform wanted = PlatformText.parse(platform);
        boolean here = engine.images().find(image).isPresent();
        try {
            var unused = engine.images().inspect(image, wanted);
        } catch (SampanException e) {
            if (!here || e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            throw SampanException.notFound(
                    "image with reference "
                            + image
                            + " was found but does not provide the specified platform ("
                            + platform
                            + ")");
        }
        return Optional.of(wanted);
    }
}
