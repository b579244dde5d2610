package sampan.engine.registry;

import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// A manifest or index as it came.
///
/// @param digest of exactly these bytes
public record ManifestContent(String mediaType, Digest digest, byte[] bytes) {
    public Descriptor descriptor() {
        return Descriptor.of(mediaType, digest, bytes.length);
    }
}
