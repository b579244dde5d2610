package sampan.oci.tar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// Reads a stream in large pieces. The stream stays its owner's to close. One thread at a time.
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
        int size = source.read(piece, 0, Math.min(PIECE, target.remaining()));
        if (size > 0) {
            target.put(piece, 0, size);
        }
        return size;
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
