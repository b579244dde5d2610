package sampan.engine.images;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sampan.oci.Digest;

/// An image on disk.
///
/// @param id digest of the config blob
/// @param manifest digest of the manifest blob
/// @param layerBlobs the layers as they came, from the bottom up
/// @param diffIds the same layers unpacked
/// @param size bytes of all layers unpacked
/// @param parent the image that this one was committed on
/// @param digests `repository@digest` where it came by a registry
public record ImageRecord(
        Digest id,
        Digest manifest,
        List<Digest> layerBlobs,
        List<Digest> diffIds,
        long size,
        Optional<Digest> parent,
        List<String> digests,
        Instant added) {}
