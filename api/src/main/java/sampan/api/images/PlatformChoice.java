package sampan.api.images;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.engine.services.ImageService;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// The `platform` of requests about images: JSON of an OCI platform (since API 1.46).
final class PlatformChoice {
    private PlatformChoice() {}

    static Optional<Platform> of(Call call) {
        String text = call.query("platform");
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(text));
    }

    /// As [#of], after a look that each of these images is there for it.
    static Optional<Platform> of(Call call, ImageService images, List<String> names) {
        Optional<Platform> wanted = of(call);
        wanted.ifPresent(platform -> names.forEach(name -> images.inspect(name, platform)));
        return wanted;
    }

    static Platform parse(String text) {
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
