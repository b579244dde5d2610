package sampan.engine.images.transfer;

import java.util.ArrayList;
import java.util.List;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.ManifestContent;
import sampan.errors.SampanException;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// An image that stays in its registry, but for the layers that a build wants of it. Thread-safe.
public final class DistantImage {
    /// Images of one index that are looked at.
    public static final int IMAGES_MAX = 100;

    /// Of their configs together, which are kept in memory.
    private static final long CONFIGS_BYTES_MAX = 16 << 20;

    private final Downloads downloads;
    private final ContentSource source;
    private final List<Descriptor> layers;
    private final ImageDocument document;

    private DistantImage(
            Downloads downloads,
            ContentSource source,
            List<Descriptor> layers,
            ImageDocument document) {
        this.downloads = downloads;
        this.source = source;
        this.layers = layers;
        this.document = document;
    }

    /// What a name means there: an image, or all those of an index, whatever machine they are for.
    static List<DistantImage> behind(String target, ContentSource source, Downloads downloads) {
        ManifestContent top = source.manifest(target);
        if (!MediaType.isIndex(top.mediaType())) {
            return List.of(of(ImageParts.of(top), source, downloads));
        }
        List<Descriptor> entries =
                Json.read(top.bytes(), Index.class).manifests().stream()
                        .filter(entry -> MediaType.isManifest(entry.mediaType()))
                        .toList();
        if (entries.size() > IMAGES_MAX) {
            throw SampanException.invalid(
                    "an index of " + entries.size() + " images: at most " + IMAGES_MAX);
        }
        List<DistantImage> found = new ArrayList<>();
        long bytes = 0;
        for (Descriptor entry : entries) {
            ImageParts parts = ImageParts.of(source.manifest(entry.digest().toString()));
            bytes += parts.config().size();
            if (bytes > CONFIGS_BYTES_MAX) {
                throw SampanException.invalid(
                        "an index whose images' configs have more than "
                                + CONFIGS_BYTES_MAX
                                + " bytes");
            }
            found.add(of(parts, source, downloads));
        }
        return found;
    }

    private static DistantImage of(ImageParts parts, ContentSource source, Downloads downloads) {
        ImageDocument document =
                parts.artifact()
                        ? ImageDocument.NONE
                        : Json.read(SmallBlobs.read(source, parts.config()), ImageDocument.class);
        List<Descriptor> layers = parts.artifact() ? List.of() : parts.layers();
        if (document.rootfs().diffIds().size() != layers.size()) {
            throw SampanException.invalid(
                    "image with "
                            + layers.size()
                            + " layers, but its config names "
                            + document.rootfs().diffIds().size());
        }
        return new DistantImage(downloads, source, layers, document);
    }

    public ImageDocument document() {
        return document;
    }

    /// Brings a layer, which is kept for as long as the build's images last.
    public BuiltLayer layer(int index, BuiltImages build) {
        return build.bring(
                (transfer, report) ->
                        downloads.layer(
                                source,
                                transfer,
                                layers.get(index),
                                document.rootfs().diffIds().get(index),
                                report),
                layers.get(index),
                document.rootfs().diffIds().get(index));
    }
}
