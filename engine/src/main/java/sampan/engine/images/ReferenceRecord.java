package sampan.engine.images;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// A name on disk.
///
/// @param image what it means unless a platform is asked for
/// @param tagged when it was given
/// @param manifest of the image, where a registry has it under this digest, or an index names it
/// @param index the index that the name stands for, kept as it came
/// @param others images of other platforms of the index that are here
/// @param attestations of its images that are here, as the index lists them
public record ReferenceRecord(
        Reference reference,
        Digest image,
        Instant tagged,
        Optional<Digest> manifest,
        Optional<Digest> index,
        List<Variant> others,
        List<Attestation> attestations) {
    public ReferenceRecord {
        manifest = manifest == null ? Optional.empty() : manifest;
        index = index == null ? Optional.empty() : index;
        others = others == null ? List.of() : List.copyOf(others);
        attestations = attestations == null ? List.of() : List.copyOf(attestations);
    }

    /// The image of one platform.
    public record Variant(Digest image, Digest manifest) {}

    /// Whether a registry knows this manifest by this name.
    public boolean knows(Digest form) {
        return manifest.or(reference::digest).equals(Optional.of(form));
    }

    /// Blobs that no image has: the index and what attests its images.
    public List<Digest> ownBlobs() {
        List<Digest> all = new ArrayList<>(index.stream().toList());
        for (Attestation attestation : attestations) {
            all.add(attestation.manifest());
            all.addAll(attestation.blobs());
        }
        return all;
    }

    /// Every image that it may mean; the usual one first.
    public List<Digest> images() {
        List<Digest> all = new ArrayList<>(List.of(image));
        others.forEach(other -> all.add(other.image()));
        return all;
    }

    public boolean means(Digest id) {
        return images().contains(id);
    }

    /// Whether it means the same, whenever it was given.
    boolean saysAs(ReferenceRecord other) {
        return images().equals(other.images())
                && variants().equals(other.variants())
                && attestations.equals(other.attestations)
                && index.equals(other.index);
    }

    /// Every image of its index that is here.
    public List<Variant> variants() {
        List<Variant> all = new ArrayList<>();
        manifest.ifPresent(own -> all.add(new Variant(image, own)));
        all.addAll(others);
        return all;
    }

    /// The same under another name, given now.
    ReferenceRecord called(Reference name) {
        return new ReferenceRecord(
                name, image, Instant.now(), manifest, index, others, attestations);
    }

    /// The same name as one of its images has it.
    ReferenceRecord as(Digest id) {
        return others.stream()
                .filter(other -> other.image().equals(id))
                .map(other ->
                        new ReferenceRecord(
                                reference,
                                id,
                                tagged,
                                Optional.of(other.manifest()),
                                index,
                                List.of(),
                                attestations))
                .findFirst()
                .orElse(this);
    }

    /// The name without one of its images; empty where it was the only one.
    Optional<ReferenceRecord> without(Digest id) {
        List<Variant> left =
                variants().stream().filter(variant -> !variant.image().equals(id)).toList();
        return left.isEmpty() || others.isEmpty()
                ? Optional.empty()
                : Optional.of(among(left, left.getFirst(), attestations));
    }

    /// Those of its images alone.
    ReferenceRecord among(List<Variant> all, Variant usual, List<Attestation> attesting) {
        List<Digest> manifests = all.stream().map(Variant::manifest).toList();
        return new ReferenceRecord(
                reference,
                usual.image(),
                tagged,
                Optional.of(usual.manifest()),
                index,
                all.stream().filter(variant -> !variant.equals(usual)).toList(),
                attesting.stream().filter(a -> manifests.contains(a.subject())).toList());
    }
}
