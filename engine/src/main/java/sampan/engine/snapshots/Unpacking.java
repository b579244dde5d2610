package sampan.engine.snapshots;

import java.nio.channels.ReadableByteChannel;
import sampan.oci.Digest;

/// A layer that is being unpacked. Closing it without a commit drops it. Used by one thread at a
/// time.
public interface Unpacking extends AutoCloseable {
    /// Unpacks a plain tar, once.
    ///
    /// @throws sampan.errors.SampanException INVALID for what the archive gets wrong
    void apply(ReadableByteChannel tar);

    /// Makes it a layer. Where one of this diffID is there already, that is the answer; so it may
    /// be asked again.
    Layer commit(Digest diffId);

    @Override
    void close();
}
