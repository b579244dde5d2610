package sampan.engine.images;

import java.time.Instant;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// A name on disk.
///
/// @param tagged when it was given
public record ReferenceRecord(Reference reference, Digest image, Instant tagged) {}
