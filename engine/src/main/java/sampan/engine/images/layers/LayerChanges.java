package sampan.engine.images.layers;

import java.util.List;

/// What the layers of an image did, from the bottom up.
///
/// @param bytes of all files of all layers
/// @param wasted bytes of files that a later layer replaced or removed
public record LayerChanges(List<OneLayer> layers, long bytes, long wasted) {
    public LayerChanges {
        layers = List.copyOf(layers);
    }

    /// What of all bytes is seen in the end, from 0 to 1.
    public double score() {
        return bytes == 0 ? 1 : 1 - (double) wasted / bytes;
    }

    public enum Kind {
        ADDED,
        CHANGED,
        REMOVED
    }

    /// @param path without a slash in front
    /// @param bytes of the file; of what was removed, what it had
    public record Change(Kind kind, String path, boolean directory, long bytes) {}

    /// @param diffId `sha256:…`
    /// @param createdBy the step that made it, or empty
    /// @param wasted bytes of earlier layers that this one hid
    public record OneLayer(
            String diffId, String createdBy, List<Change> changes, long bytes, long wasted) {
        public OneLayer {
            changes = List.copyOf(changes);
        }
    }
}
