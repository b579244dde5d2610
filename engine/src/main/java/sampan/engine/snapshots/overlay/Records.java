package sampan.engine.snapshots.overlay;

import java.util.List;
import sampan.oci.Digest;

/// What lies beside the directories.
final class Records {
    private Records() {}

    /// `layer.json`.
    ///
    /// @param mode of the layer's root directory, which a container's upper directory gets too
    record LayerRecord(Digest diffId, long size, long entries, int mode, int uid, int gid) {}

    /// `snapshot.json`.
    ///
    /// @param host on the machine's root filesystem; else on the layers
    record ActiveRecord(String key, boolean host, List<Digest> layers) {}
}
