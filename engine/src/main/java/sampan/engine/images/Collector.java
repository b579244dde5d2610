package sampan.engine.images;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import sampan.engine.content.ContentStore;
import sampan.engine.leases.Leases;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.Snapshotter;
import sampan.oci.Digest;

/// Takes away content that nothing reaches: not an image, not a container's snapshot, not a lease.
/// Run after images went, and at start for what a killed daemon left.
public final class Collector {
    private final ImageStore images;
    private final ContentStore content;
    private final Snapshotter snapshots;
    private final Leases leases;

    public Collector(
            ImageStore images, ContentStore content, Snapshotter snapshots, Leases leases) {
        this.images = images;
        this.content = content;
        this.snapshots = snapshots;
        this.leases = leases;
    }

    /// What was taken.
    ///
    /// @param layers diffIDs
    /// @param layerBytes bytes of these layers unpacked
    /// @param blobBytes bytes of blobs
    public record Collected(List<Digest> layers, long layerBytes, long blobBytes) {}

    /// What nothing reaches at the moment: [#collect] would take it.
    public List<Digest> garbage() {
        return leases.deciding(() -> {
            Set<Digest> layers = reachedLayers();
            Set<Digest> blobs = images.reachableBlobs();
            return Stream.concat(
                            snapshots.layers().stream()
                                    .map(Layer::diffId)
                                    .filter(digest -> !layers.contains(digest)),
                            content.digests().stream().filter(digest -> !blobs.contains(digest)))
                    .filter(digest -> !leases.isHeld(digest))
                    .distinct()
                    .toList();
        });
    }

    // Apart from blobs: what a plain layer is called is its blob's digest too, and the blob may go
    // where the image has it compressed.
    private Set<Digest> reachedLayers() {
        Set<Digest> reached = new HashSet<>(images.reachableLayers());
        reached.addAll(snapshots.referenced());
        return reached;
    }

    public Collected collect() {
        leases.expire();
        return leases.deciding(this::decide);
    }

    // Removal of a layer is a rename and of a blob an unlink, so a lease waits for little.
    private Collected decide() {
        Set<Digest> reachedLayers = reachedLayers();
        List<Digest> layers = new ArrayList<>();
        long layerBytes = 0;
        for (Layer layer : snapshots.layers()) {
            if (!reachedLayers.contains(layer.diffId()) && !leases.isHeld(layer.diffId())) {
                snapshots.removeLayer(layer.diffId());
                layers.add(layer.diffId());
                layerBytes += layer.size();
            }
        }
        Set<Digest> reachedBlobs = images.reachableBlobs();
        long blobBytes = 0;
        for (Digest blob : content.digests()) {
            if (!reachedBlobs.contains(blob) && !leases.isHeld(blob)) {
                blobBytes += content.remove(blob);
            }
        }
        for (Digest partial : content.partials()) {
            if (!leases.isHeld(partial)) {
                blobBytes += content.removePartial(partial);
            }
        }
        return new Collected(layers, layerBytes, blobBytes);
    }
}
