package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import sampan.engine.registry.BlobBody;
import sampan.engine.registry.ContentSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// Blobs that are looked at once, in memory.
public final class SmallBlobs {
    private SmallBlobs() {}

    /// @param blob whose size the caller has checked
    public static byte[] read(ContentSource source, Descriptor blob) {
        ByteBuffer all = ByteBuffer.allocate((int) blob.size() + 1);
        try (BlobBody body = source.blob(blob, 0)) {
            while (all.hasRemaining() && body.read(all) >= 0) {
                // one byte more than promised ends it, too
            }
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "blob " + blob.digest() + ": " + e.getMessage(), e);
        }
        byte[] bytes = new byte[all.flip().remaining()];
        all.get(bytes);
        if (!Digest.of(bytes).equals(blob.digest())) {
            throw SampanException.invalid("blob " + blob.digest() + " has other content");
        }
        return bytes;
    }
}
