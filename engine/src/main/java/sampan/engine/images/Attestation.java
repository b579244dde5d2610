package sampan.engine.images;

import java.util.List;
import java.util.Optional;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// What an index says of how one of its images was built, kept beside that image.
///
/// @param subject manifest of the image
/// @param manifest of the attestation, which the index lists too
/// @param blobs that it names
public record Attestation(Digest subject, Digest manifest, List<Digest> blobs) {
    /// Annotations of an index's entry that is no image, but attests one.
    public static final String KIND = "vnd.docker.reference.type";

    public static final String SUBJECT = "vnd.docker.reference.digest";
    public static final String ATTESTATION = "attestation-manifest";

    public Attestation {
        blobs = List.copyOf(blobs);
    }

    /// The manifest that an entry of an index attests; empty for an image.
    public static Optional<Digest> subject(Descriptor entry) {
        return ATTESTATION.equals(entry.annotations().get(KIND))
                ? Optional.ofNullable(entry.annotations().get(SUBJECT)).map(Digest::parse)
                : Optional.empty();
    }
}
