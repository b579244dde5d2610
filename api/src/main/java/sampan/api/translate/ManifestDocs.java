package sampan.api.translate;

import java.util.List;
import sampan.api.wire.Doc;
import sampan.engine.images.Image;
import sampan.engine.images.ImagePlatforms.PlatformManifest;
import sampan.engine.images.ResolvedImage;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Platform;

/// The manifests behind an image's name (since API 1.47).
public final class ManifestDocs {
    private static final String UNKNOWN = "unknown";

    private ManifestDocs() {}

    public static Doc descriptor(Descriptor descriptor) {
        Doc doc =
                Doc.of()
                        .put("mediaType", descriptor.mediaType())
                        .put("digest", descriptor.digest().toString())
                        .put("size", descriptor.size());
        if (!descriptor.annotations().isEmpty()) {
            doc.put("annotations", Doc.sorted(descriptor.annotations()));
        }
        descriptor.platform().ifPresent(platform -> doc.put("platform", platform(platform)));
        return doc;
    }

    public static Doc platform(Platform platform) {
        return Doc.of()
                .put("architecture", platform.architecture())
                .put("os", platform.os())
                .putUnlessEmpty("variant", platform.variant());
    }

    /// @param users ids of containers by the id of their image
    public static Doc summary(PlatformManifest one, java.util.Map<String, List<String>> users) {
        long unpacked = one.image().map(ResolvedImage::image).map(Image::size).orElse(0L);
        Doc doc =
                Doc.of()
                        .put("ID", one.manifest().digest().toString())
                        .put("Descriptor", descriptor(one.manifest()))
                        .put("Available", one.here())
                        .put(
                                "Size",
                                Doc.of()
                                        .put("Content", one.contentBytes())
                                        .put("Total", one.contentBytes() + unpacked));
        if (one.attests().isPresent()) {
            return doc.put("Kind", "attestation")
                    .put("AttestationData", Doc.of().put("For", one.attests().get().toString()));
        }
        Platform platform = one.manifest().platform().orElse(Platform.of(UNKNOWN, UNKNOWN, ""));
        List<String> containers =
                one.image()
                        .map(image -> users.getOrDefault(image.image().id(), List.of()))
                        .orElse(List.of());
        return doc.put("Kind", platform.os().equals(UNKNOWN) ? UNKNOWN : "image")
                .put(
                        "ImageData",
                        Doc.of()
                                .put("Platform", platform(platform))
                                .put("Containers", containers)
                                .put("Size", Doc.of().put("Unpacked", unpacked)));
    }
}
