package sampan.engine.images.transfer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sampan.engine.images.Attestation;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.ReferenceRecord.Variant;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Repository;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Which images of a name are pushed, and whether its index goes with them.
///
/// @param images without the index: one alone
/// @param variants with the index: all of it that is here
/// @param attestations of the index that are here
/// @param left the index that is not pushed, because the registry would lack images of it
record PushedPlatforms(
        List<Digest> images,
        List<Variant> variants,
        List<Attestation> attestations,
        Optional<ManifestContent> index,
        Optional<Descriptor> left) {
    static PushedPlatforms of(
            Stores stores,
            ReferenceRecord name,
            Optional<Platform> platform,
            Repository repository) {
        if (platform.isPresent()) {
            return one(ofPlatform(stores, name, platform.get()), Optional.empty());
        }
        Optional<ManifestContent> index = index(stores, name);
        if (index.isEmpty()) {
            return one(name.image(), Optional.empty());
        }
        List<Variant> here =
                name.variants().stream().filter(variant -> isHere(stores, variant)).toList();
        List<Attestation> attesting =
                name.attestations().stream()
                        .filter(each -> stores.content().has(each.manifest()))
                        .filter(each -> each.blobs().stream().allMatch(stores.content()::has))
                        .toList();
        Set<Digest> manifests =
                Stream.concat(
                                here.stream().map(Variant::manifest),
                                attesting.stream().map(Attestation::manifest))
                        .collect(Collectors.toUnmodifiableSet());
        boolean whole =
                Json.read(index.get().bytes(), Index.class).manifests().stream()
                        .map(Descriptor::digest)
                        .allMatch(entry ->
                                manifests.contains(entry)
                                        || repository.head(entry.toString()).isPresent());
        return whole
                ? new PushedPlatforms(List.of(), here, attesting, index, Optional.empty())
                : one(name.image(), index.map(ManifestContent::descriptor));
    }

    private static PushedPlatforms one(Digest id, Optional<Descriptor> left) {
        return new PushedPlatforms(List.of(id), List.of(), List.of(), Optional.empty(), left);
    }

    /// The index that a name stands for, where it is still here.
    static Optional<ManifestContent> index(Stores stores, ReferenceRecord name) {
        return name.index()
                .filter(stores.content()::has)
                .map(digest -> {
                    byte[] bytes = stores.content().read(digest, ImageStore.CONFIG_BYTES_MAX);
                    String type = Json.read(bytes, Index.class).mediaType();
                    return new ManifestContent(
                            type.isEmpty() ? MediaType.OCI_INDEX : type, digest, bytes);
                });
    }

    private static boolean isHere(Stores stores, Variant variant) {
        ImageRecord record = stores.images().record(variant.image());
        return stores.images().keptForms(record).stream()
                .anyMatch(form -> form.manifest().equals(variant.manifest()));
    }

    /// The image of a name for one platform.
    static Digest ofPlatform(Stores stores, ReferenceRecord name, Platform platform) {
        return name.images().stream()
                .filter(id -> stores.images().document(id).platform().runsOn(platform))
                .findFirst()
                .orElseThrow(() ->
                        mismatch(
                                name.reference().familiar(),
                                stores.images().document(name.image()).platform(),
                                platform));
    }

    /// As Docker says it.
    static SampanException mismatch(String text, Platform own, Platform wanted) {
        return SampanException.notFound(
                "image with reference "
                        + text
                        + " was found but its platform ("
                        + own
                        + ") does not match the specified platform ("
                        + wanted
                        + ")");
    }
}
