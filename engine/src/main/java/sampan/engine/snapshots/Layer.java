package sampan.engine.snapshots;

import java.nio.file.Path;
import sampan.oci.Digest;

/// A committed layer.
///
/// @param size bytes of all its files together
/// @param entries in its archive
/// @param directory what it holds, whiteouts in overlayfs's form; never written to
public record Layer(Digest diffId, long size, long entries, Path directory) {}
