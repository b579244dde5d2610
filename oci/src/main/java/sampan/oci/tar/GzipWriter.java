package sampan.oci.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import sampan.linux.deflate.FastGzip;

/// Compresses to gzip: by libisal where the machine has it, else by zlib on several threads, in
/// pieces that each know the 32 KiB before it, joined to one member. On one machine the same
/// content always gives the same bytes, however many threads there are.
public final class GzipWriter {
    private static final int PIECE_BYTES = 512 << 10;
    private static final int WINDOW_BYTES = 32 << 10;
    private static final int SPARE_BYTES = 4 << 10;

    /// Of zlib's nine: two thirds of the usual one's time, for 2 % more bytes.
    private static final int LEVEL = 4;

    /// zlib's best.
    public static final int LEVEL_MAX = 9;

    // RFC 1952: deflate, no flags, no time, no hint, unknown system
    private static final byte[] HEADER = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};
    // RFC 1951: a last block with fixed codes that has nothing in it
    private static final byte[] LAST_BLOCK = {3, 0};

    private final ReadableByteChannel source;
    private final WritableByteChannel target;
    private final CRC32 sum = new CRC32();
    private final Deque<Piece> idle = new ArrayDeque<>();
    private final Deque<Piece> running = new ArrayDeque<>();
    private long length;

    private GzipWriter(ReadableByteChannel source, WritableByteChannel target) {
        this.source = source;
        this.target = target;
    }

    /// Reads the source to its end; neither channel is closed.
    ///
    /// @param threads that compress at the same time
    public static void compress(ReadableByteChannel source, WritableByteChannel target, int threads)
            throws IOException {
        compress(source, target, threads, OptionalInt.empty());
    }

    /// @param level of zlib, up to [#LEVEL_MAX]; absent: whatever is quick
    public static void compress(
            ReadableByteChannel source, WritableByteChannel target, int threads, OptionalInt level)
            throws IOException {
        Optional<FastGzip> fast = level.isPresent() ? Optional.empty() : FastGzip.create();
        if (fast.isEmpty()) {
            compressByZlib(source, target, threads, level.orElse(LEVEL));
            return;
        }
        try (FastGzip gzip = fast.get()) {
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            while (fill(source, piece.clear())) {
                gzip.write(piece, false, target);
            }
            gzip.write(piece.limit(0), true, target);
        }
    }

    static void compressByZlib(ReadableByteChannel source, WritableByteChannel target, int threads)
            throws IOException {
        compressByZlib(source, target, threads, LEVEL);
    }

    private static void compressByZlib(
            ReadableByteChannel source, WritableByteChannel target, int threads, int level)
            throws IOException {
        GzipWriter writer = new GzipWriter(source, target);
        ExecutorService executor =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("compressor-", 0).factory());
        for (int i = 0; i <= threads; i++) {
            writer.idle.add(new Piece(level));
        }
        try {
            writer.run(executor);
        } finally {
            executor.shutdownNow();
            executor.close();
            writer.idle.forEach(Piece::end);
            writer.running.forEach(Piece::end);
        }
    }

    /// Fills the whole piece, so that it does not matter how the source gives its bytes; false at
    /// the end.
    static boolean fill(ReadableByteChannel source, ByteBuffer piece) throws IOException {
        int size = 0;
        while (piece.hasRemaining() && size >= 0) {
            size = source.read(piece);
        }
        return piece.flip().hasRemaining();
    }

    private void run(ExecutorService executor) throws IOException {
        writeFully(ByteBuffer.wrap(HEADER));
        ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES).limit(0);
        while (true) {
            Piece piece = idle.isEmpty() ? finishFirst() : idle.remove();
            if (!piece.fill(source, window)) {
                idle.add(piece);
                break;
            }
            sum.update(piece.content());
            length += piece.content().remaining();
            window = piece.tail();
            running.add(piece);
            piece.work = executor.submit(piece::deflate);
        }
        while (!running.isEmpty()) {
            idle.add(finishFirst());
        }
        writeFully(ByteBuffer.wrap(LAST_BLOCK));
        ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(trailer.putInt((int) sum.getValue()).putInt((int) length).flip());
    }

    /// Waits for the oldest piece and writes it.
    private Piece finishFirst() throws IOException {
        Piece piece = running.getFirst();
        try {
            writeFully(piece.work.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while compressing", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("compressing failed", e.getCause());
        }
        return running.removeFirst();
    }

    private void writeFully(ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            target.write(content);
        }
    }

    /// A part of the content with what comes before it.
    private static final class Piece {
        private final Deflater deflater;
        private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
        private final ByteBuffer plain = ByteBuffer.allocateDirect(PIECE_BYTES);
        // What cannot be compressed, or is not to be, grows by five bytes in each 16 KiB.
        private final ByteBuffer packed = ByteBuffer.allocateDirect(PIECE_BYTES + SPARE_BYTES);
        private Future<ByteBuffer> work = CompletableFuture.completedFuture(packed);

        Piece(int level) {
            deflater = new Deflater(level, true);
        }

        /// False at the source's end.
        boolean fill(ReadableByteChannel source, ByteBuffer before) throws IOException {
            window.clear().put(before).flip();
            return GzipWriter.fill(source, plain.clear());
        }

        ByteBuffer content() {
            return plain.duplicate();
        }

        ByteBuffer tail() {
            int size = Math.min(WINDOW_BYTES, plain.limit());
            return plain.duplicate().position(plain.limit() - size);
        }

        ByteBuffer deflate() {
            deflater.reset();
            if (window.hasRemaining()) {
                deflater.setDictionary(window.duplicate());
            }
            deflater.setInput(content());
            packed.clear();
            deflater.deflate(packed, Deflater.SYNC_FLUSH);
            if (!packed.hasRemaining()) {
                throw new IllegalStateException("no room for a piece that grew");
            }
            return packed.flip();
        }

        void end() {
            deflater.end();
        }
    }
}
