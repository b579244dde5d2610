package sampan.engine.images;

import java.util.Set;
import java.util.stream.Collectors;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.json.Json;

/// An index in the content store that names stand for.
///
/// @param manifests of all its platforms, whether they are here or not
public record PlatformIndex(Digest digest, Set<Digest> manifests) {
    public static PlatformIndex of(Digest digest, byte[] content) {
        return new PlatformIndex(
                digest,
                Json.read(content, Index.class).manifests().stream()
                        .map(Descriptor::digest)
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
