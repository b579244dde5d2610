package sampan.oci.tar;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalInt;
import sampan.linux.zstd.ZstdEncoder;

/// Compresses to one zstd frame. On one machine the same content always gives the same bytes.
public final class ZstdWriter {
    /// zstd's best level; from 20 on it wants very much memory.
    public static final int LEVEL_MAX = 22;

    private static final int LEVEL = 3;
    private static final int PIECE_BYTES = 512 << 10;
    private static final int ROOM_BYTES = 2 << 20;

    private ZstdWriter() {}

    /// Reads the source to its end; neither channel is closed.
    ///
    /// @param level up to [#LEVEL_MAX]; absent: zstd's own
    /// @throws sampan.errors.SampanException UNSUPPORTED where the machine has no libzstd
    public static void compress(
            ReadableByteChannel source, WritableByteChannel target, OptionalInt level)
            throws IOException {
        try (ZstdEncoder encoder = new ZstdEncoder(level.orElse(LEVEL));
                Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(PIECE_BYTES);
            MemorySegment out = arena.allocate(ROOM_BYTES);
            ByteBuffer piece = in.asByteBuffer();
            boolean more = true;
            while (more) {
                more = GzipWriter.fill(source, piece.clear());
                int length =
                        encoder.encode(
                                in.address(),
                                piece.limit(),
                                out.address(),
                                ROOM_BYTES,
                                more ? ZstdEncoder.CONTINUE : ZstdEncoder.END);
                ByteBuffer packed = out.asByteBuffer().limit(length);
                while (packed.hasRemaining()) {
                    target.write(packed);
                }
            }
        }
    }
}
