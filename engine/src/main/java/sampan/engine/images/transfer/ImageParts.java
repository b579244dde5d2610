package sampan.engine.images.transfer;

import java.util.List;
import sampan.engine.images.ImageStore;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.RegistryLimits;
import sampan.errors.SampanException;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// What a manifest from a registry names, within our limits.
///
/// @param artifact something else than an image: its blobs are kept, and nothing is unpacked
record ImageParts(Descriptor config, List<Descriptor> layers, boolean artifact) {
    /// @throws SampanException INVALID for what is no manifest, or beyond a limit
    static ImageParts of(ManifestContent content) {
        if (!MediaType.isManifest(content.mediaType())) {
            throw SampanException.invalid(
                    "manifest of type '"
                            + content.mediaType()
                            + "' is not supported: push the image again with a current client");
        }
        Manifest manifest = Json.read(content.bytes(), Manifest.class);
        boolean artifact = !MediaType.isImageConfig(manifest.config().mediaType());
        check(manifest.config(), ImageStore.CONFIG_BYTES_MAX);
        if (manifest.layers().size() > RegistryLimits.LAYERS_MAX) {
            throw SampanException.invalid(
                    "image with "
                            + manifest.layers().size()
                            + " layers: at most "
                            + RegistryLimits.LAYERS_MAX);
        }
        for (Descriptor layer : manifest.layers()) {
            check(layer, RegistryLimits.BLOB_BYTES_MAX);
            if (!layer.urls().isEmpty()) {
                throw SampanException.invalid(
                        "layer "
                                + layer.digest().brief()
                                + " lies elsewhere (urls): not supported");
            }
        }
        return new ImageParts(manifest.config(), manifest.layers(), artifact);
    }

    private static void check(Descriptor blob, long bytesMax) {
        if (blob.size() > bytesMax) {
            throw SampanException.invalid(
                    "blob "
                            + blob.digest()
                            + " has "
                            + blob.size()
                            + " bytes: at most "
                            + bytesMax);
        }
        if (!blob.digest().isSha256()) {
            throw SampanException.invalid(
                    "content " + blob.digest() + " cannot be stored: use sha256");
        }
    }
}
