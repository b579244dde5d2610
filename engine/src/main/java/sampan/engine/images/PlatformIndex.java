package sampan.engine.images;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.json.Json;

/// An index in the content store that names stand for.
///
/// @param manifests of all its platforms, whether they are here or not
/// @param attestations of its images that are here
public record PlatformIndex(Digest digest, Set<Digest> manifests, List<Attestation> attestations) {
    public PlatformIndex {
        attestations = List.copyOf(attestations);
    }

    public static PlatformIndex of(Digest digest, byte[] content, List<Attestation> attestations) {
        return new PlatformIndex(
                digest,
                Json.read(content, Index.class).manifests().stream()
                        .map(Descriptor::digest)
                        .collect(Collectors.toUnmodifiableSet()),
                attestations);
    }

    /// With those that were here before, where it lists them.
    List<Attestation> attestationsWith(Optional<ReferenceRecord> before) {
        return Stream.concat(
                        attestations.stream(),
                        before.stream().flatMap(name -> name.attestations().stream()))
                .filter(each -> manifests.contains(each.manifest()))
                .distinct()
                .toList();
    }
}
