package sampan.oci.tar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// Reads a stream in large pieces, waiting until one is full or the stream ends: what comes in the
/// small parts of a socket's reads would be summed, written and handed on part by part. The stream
/// stays its owner's to close. One thread at a time.
public final class StreamChannel implements ReadableByteChannel {
    private static final int PIECE = 256 << 10;

    private final InputStream source;
    private final byte[] piece = new byte[PIECE];
    private boolean open = true;

    public StreamChannel(InputStream source) {
        this.source = source;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int most = Math.min(PIECE, target.remaining());
        int size = source.readNBytes(piece, 0, most);
        target.put(piece, 0, size);
        return size == 0 && most > 0 ? -1 : size;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
