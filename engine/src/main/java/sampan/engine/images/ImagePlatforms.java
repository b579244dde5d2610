package sampan.engine.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.images.ReferenceRecord.Variant;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// The manifests behind an image's name: one, or those of an index.
public final class ImagePlatforms {
    private final ImageStore images;

    public ImagePlatforms(ImageStore images) {
        this.images = images;
    }

    /// One manifest.
    ///
    /// @param manifest as the index describes it
    /// @param here with all that it names
    /// @param image that it is of, where that is here
    /// @param contentBytes of the manifest and all it names, as far as known
    /// @param attests the manifest that it attests, where it is no image
    public record PlatformManifest(
            Descriptor manifest,
            boolean here,
            Optional<ResolvedImage> image,
            long contentBytes,
            Optional<Digest> attests) {}

    /// @param text an image's name or id
    /// @throws SampanException NOT_FOUND
    public List<PlatformManifest> of(String text) {
        Image image = images.resolve(text).image();
        if (image.virtual()) {
            return List.of();
        }
        Digest id = Digest.parse(image.id());
        Optional<ReferenceRecord> name =
                images.name(text)
                        .or(() -> images.names(id).stream().findFirst())
                        .filter(known -> known.index().isPresent());
        return name.flatMap(this::index)
                .map(index -> entries(index, name.get()))
                .orElseGet(() -> List.of(own(images.record(id))));
    }

    private Optional<Index> index(ReferenceRecord name) {
        try {
            return name.index().map(digest -> Json.read(images.read(digest), Index.class));
        } catch (SampanException e) {
            return Optional.empty(); // it was broken: the check of the store tells
        }
    }

    private List<PlatformManifest> entries(Index index, ReferenceRecord name) {
        List<PlatformManifest> found = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            Optional<Variant> here =
                    name.variants().stream()
                            .filter(variant -> variant.manifest().equals(entry.digest()))
                            .findFirst();
            boolean whole = isHere(name, entry.digest());
            found.add(
                    new PlatformManifest(
                            entry,
                            whole,
                            here.map(variant -> variant.image().toString()).map(images::resolve),
                            whole ? contentBytes(entry) : entry.size(),
                            Attestation.subject(entry)));
        }
        return found;
    }

    private static boolean isHere(ReferenceRecord name, Digest manifest) {
        return name.variants().stream().anyMatch(image -> image.manifest().equals(manifest))
                || name.attestations().stream().anyMatch(a -> a.manifest().equals(manifest));
    }

    private PlatformManifest own(ImageRecord record) {
        byte[] bytes = images.read(record.manifest());
        Manifest manifest = Json.read(bytes, Manifest.class);
        Descriptor descriptor =
                new Descriptor(
                        manifest.mediaType().isEmpty()
                                ? MediaType.OCI_MANIFEST
                                : manifest.mediaType(),
                        record.manifest(),
                        bytes.length,
                        List.of(),
                        Map.of(),
                        Optional.of(images.document(record.id()).platform()),
                        "");
        return new PlatformManifest(
                descriptor,
                true,
                Optional.of(images.resolve(record.id().toString())),
                contentBytes(descriptor),
                Optional.empty());
    }

    private long contentBytes(Descriptor entry) {
        Manifest manifest = Json.read(images.read(entry.digest()), Manifest.class);
        return entry.size()
                + manifest.config().size()
                + manifest.layers().stream().mapToLong(Descriptor::size).sum();
    }
}
