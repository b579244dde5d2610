package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.images.Image;
import sampan.engine.images.ImagePlatforms.PlatformManifest;
import sampan.engine.images.layers.LayerChanges;
import sampan.oci.image.Platform;

/// Images that are here. A `reference` is a name (`busybox`, `busybox:1`, `repo@sha256:…`), an id
/// or an unambiguous prefix of one; unknown is NOT_FOUND with Docker's words `No such image: REF`.
public interface ImageService {
    Image inspect(String reference);

    /// The image of one platform; NOT_FOUND with Docker's words where the name has it not.
    Image inspect(String reference, Platform platform);

    /// The manifests behind a name: one, or those of its index.
    List<PlatformManifest> platforms(String reference);

    /// Removes the image of one platform from a name.
    List<Removal> remove(String reference, Platform platform, boolean force);

    /// All images; each with all its references.
    List<Image> list(boolean all, Map<String, List<String>> filters);

    void tag(String reference, String repository, String tag);

    /// @param kind `Untagged` or `Deleted`
    record Removal(String kind, String subject) {}

    /// Removes a reference, and the image when it was the last and no container uses it; CONFLICT
    /// with Docker's words otherwise.
    List<Removal> remove(String reference, boolean force, boolean noPrune);

    /// @param id `<missing>` for steps without an image of their own
    record HistoryEntry(
            String id,
            Instant created,
            String createdBy,
            List<String> tags,
            long size,
            String comment) {}

    List<HistoryEntry> history(String reference);

    /// What each layer added, changed and removed. UNSUPPORTED for the built-in image.
    LayerChanges layers(String reference);

    record Pruned(List<Removal> removals, long bytes) {}

    Pruned prune(Map<String, List<String>> filters);

    /// Number of containers that use each image id, for listings; asked of the containers.
    Optional<Image> find(String reference);
}
