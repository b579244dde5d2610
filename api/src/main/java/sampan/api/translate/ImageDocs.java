package sampan.api.translate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import sampan.api.call.ApiVersion;
import sampan.api.wire.Doc;
import sampan.engine.images.Image;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.services.ImageService.HistoryEntry;
import sampan.engine.services.ImageService.Removal;

/// Images as inspect, list and history show them.
public final class ImageDocs {
    private ImageDocs() {}

    /// GET /images/NAME/json.
    public static Doc inspect(Image image, ApiVersion version) {
        Doc doc =
                Doc.of()
                        .put("Id", image.id())
                        .put("RepoTags", image.references())
                        .put("RepoDigests", image.digests())
                        .put("Parent", image.parent())
                        .put("Comment", image.comment())
                        .put("Created", image.created().map(Times::text).orElse(null))
                        .put("DockerVersion", "")
                        .put("Author", image.author())
                        .put("Config", ConfigDoc.of(image.config(), version))
                        .put("Architecture", image.architecture())
                        .putUnlessEmpty("Variant", image.variant())
                        .put("Os", image.os())
                        .put("Size", image.size());
        if (!version.atLeast(44)) {
            doc.put("VirtualSize", image.size());
        }
        if (!version.atLeast(45)) {
            doc.put("ContainerConfig", ConfigDoc.of(ImageConfig.NONE, version));
        }
        return doc.put("GraphDriver", Doc.of().put("Data", null).put("Name", "overlay2"))
                .put("RootFS", Doc.of().put("Type", "layers").put("Layers", image.layers()))
                .put("Metadata", Doc.of().put("LastTagTime", Times.text(image.tagged())));
    }

    /// One element of GET /images/json.
    ///
    /// @param containers number that use it, or -1 where it was not counted
    /// @param shared bytes that other images have too, or -1
    public static Doc summary(Image image, long containers, long shared, ApiVersion version) {
        return summary(image, containers, shared, image.size(), version);
    }

    /// The same with the bytes that it takes on disk.
    public static Doc summary(
            Image image, long containers, long shared, long size, ApiVersion version) {
        boolean marked = !version.atLeast(43);
        Doc doc =
                Doc.of()
                        .put("Containers", containers)
                        .put("Created", image.created().map(t -> t.getEpochSecond()).orElse(0L))
                        .put("Id", image.id())
                        .putOrNull("Labels", Doc.sorted(image.config().labels()))
                        .put("ParentId", image.parent())
                        .put("RepoDigests", digests(image, marked))
                        .put(
                                "RepoTags",
                                orNone(
                                        image.references(),
                                        "<none>:<none>",
                                        marked && untagged(image)))
                        .put("SharedSize", shared)
                        .put("Size", size);
        return version.atLeast(44) ? doc : doc.put("VirtualSize", size);
    }

    private static @Nullable List<String> digests(Image image, boolean marked) {
        if (marked && image.digests().isEmpty() && !image.references().isEmpty()) {
            return null;
        }
        return orNone(image.digests(), "<none>@<none>", marked && untagged(image));
    }

    private static boolean untagged(Image image) {
        return image.references().isEmpty() && image.digests().isEmpty();
    }

    private static List<String> orNone(List<String> names, String none, boolean marked) {
        return names.isEmpty() && marked ? List.of(none) : names;
    }

    public static Doc history(HistoryEntry entry) {
        return Doc.of()
                .put("Comment", entry.comment())
                .put("Created", entry.created().getEpochSecond())
                .put("CreatedBy", entry.createdBy())
                .put("Id", entry.id())
                .put("Size", entry.size())
                .putOrNull("Tags", entry.tags());
    }

    /// `{"Untagged": …}` or `{"Deleted": …}`.
    public static Doc removal(Removal removal) {
        return Doc.of().put(removal.kind(), removal.subject());
    }
}
