package sampan.api.images;

import java.nio.charset.StandardCharsets;
import java.util.List;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.engine.images.Image;
import sampan.engine.services.ImageService;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// The `platform` of requests that move images: JSON of an OCI platform (since API 1.46). An image
/// here has one platform, so that naming it changes nothing, and naming another finds nothing.
final class PlatformChoice {
    private final ImageService images;

    PlatformChoice(ImageService images) {
        this.images = images;
    }

    /// Every one of these images must be of the platform that was asked for, where one was.
    void require(Call call, List<String> names) {
        String text = call.query("platform");
        if (text.isEmpty()) {
            return;
        }
        Platform wanted = parse(text);
        for (String name : names) {
            Image image = images.inspect(name);
            Platform own = Platform.of(image.os(), image.architecture(), image.variant());
            if (!own.runsOn(wanted)) {
                throw SampanException.notFound(
                        "image with reference "
                                + name
                                + " was found but its platform ("
                                + own
                                + ") does not match the specified platform ("
                                + wanted
                                + ")");
            }
        }
    }

    /// Of an archive with several, the one for this machine is loaded.
    static void requireHost(Call call) {
        String text = call.query("platform");
        if (!text.isEmpty() && !parse(text).runsOn(Platform.host())) {
            throw Problem.unsupported(
                    "loading images for "
                            + parse(text)
                            + " is not supported: this machine runs "
                            + Platform.host());
        }
    }

    private static Platform parse(String text) {
        try {
            Platform wanted = Json.read(text.getBytes(StandardCharsets.UTF_8), Platform.class);
            if (!wanted.os().isEmpty() && !wanted.architecture().isEmpty()) {
                return wanted;
            }
        } catch (SampanException e) {
            // said below
        }
        throw SampanException.invalid(
                "platform " + text + " is none: give {\"os\":\"linux\",\"architecture\":\"...\"}");
    }
}
