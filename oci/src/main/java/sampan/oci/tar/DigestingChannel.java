package sampan.oci.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import sampan.oci.Digest;

/// Sums up what is read through it; closing it closes the source. One thread at a time.
public final class DigestingChannel implements ReadableByteChannel {
    private final ReadableByteChannel source;
    private final MessageDigest sum = Digest.newSha256();

    public DigestingChannel(ReadableByteChannel source) {
        this.source = source;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int start = target.position();
        int size = source.read(target);
        if (size > 0) {
            sum.update(target.slice(start, size));
        }
        return size;
    }

    /// Of all that was read; asked once.
    public Digest digest() {
        return Digest.sha256(sum.digest());
    }

    @Override
    public boolean isOpen() {
        return source.isOpen();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
