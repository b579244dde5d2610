package sampan.engine.images;

import java.time.Instant;
import java.util.Optional;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// A name on disk.
///
/// @param tagged when it was given
/// @param manifest what a registry has under this digest, for this machine's platform: the manifest
///   itself, or one of the index
public record ReferenceRecord(
        Reference reference, Digest image, Instant tagged, Optional<Digest> manifest) {
    public ReferenceRecord {
        manifest = manifest == null ? Optional.empty() : manifest;
    }

    /// Whether a registry knows this manifest by this name.
    public boolean knows(Digest form) {
        return manifest.or(reference::digest).equals(Optional.of(form));
    }
}
