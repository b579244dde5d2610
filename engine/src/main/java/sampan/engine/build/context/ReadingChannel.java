package sampan.engine.build.context;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// Reads a descriptor; closing it closes the descriptor.
public record ReadingChannel(Fd file) implements ReadableByteChannel {
    private static final int PIECE_BYTES = 256 << 10;

    @Override
    public int read(ByteBuffer target) {
        if (!target.hasRemaining()) {
            return 0;
        }
        byte[] piece = new byte[Math.min(target.remaining(), PIECE_BYTES)];
        int got = FileIo.read(file, piece, 0, piece.length);
        if (got <= 0) {
            return -1;
        }
        target.put(piece, 0, got);
        return got;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() {
        file.close();
    }
}
