package sampan.engine.registry;

import java.nio.channels.ReadableByteChannel;

/// A blob's bytes as they come. Reading fails with an [java.io.IOException] where the connection
/// breaks or stalls; what was read until then is right, and another body may go on from there.
public interface BlobBody extends ReadableByteChannel {
    /// Where in the blob it begins: the offset that was asked for, or 0 where the registry knows no
    /// ranges.
    long offset();
}
