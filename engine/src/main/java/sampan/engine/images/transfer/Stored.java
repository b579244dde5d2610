package sampan.engine.images.transfer;

import java.util.Optional;
import java.util.concurrent.Future;
import sampan.engine.snapshots.Unpacking;
import sampan.oci.Digest;
import sampan.oci.tar.Compression;

/// A blob that came in and is in the content store.
///
/// @param unpacked what another thread makes of it, where it looked like a layer
record Stored(
        Digest digest, long size, Compression compression, Optional<Future<Unpacked>> unpacked) {
    /// An unpacked layer that is not committed yet.
    ///
    /// @param diffId absent where it is the blob's own digest
    record Unpacked(Optional<Digest> diffId, Unpacking layer) {}
}
