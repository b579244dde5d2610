package sampan.linux.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class FastGzipTest {
    private static final int PIECE_BYTES = 512 << 10;

    /// Remembers how much came at once.
    private record Pieces(List<Integer> sizes, WritableByteChannel all)
            implements WritableByteChannel {
        @Override
        public int write(ByteBuffer content) throws IOException {
            sizes.add(content.remaining());
            return all.write(content);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void writesWholePiecesAndThenTheRest() throws IOException {
        byte[] plain = new byte[3_000_000];
        new Random(1).nextBytes(plain);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Pieces pieces = new Pieces(new ArrayList<>(), Channels.newChannel(file));
        ByteBuffer input = ByteBuffer.allocateDirect(plain.length).put(plain).flip();
        try (FastGzip gzip = FastGzip.create().orElseThrow()) {
            for (int end = 100_000; end <= plain.length; end += 100_000) {
                gzip.write(input.limit(end), false, pieces);
                assertThat(input.remaining()).isZero();
            }
            gzip.write(input.limit(plain.length), true, pieces);
        }
        assertThat(pieces.sizes).hasSizeBetween(6, 7);
        assertThat(pieces.sizes.subList(0, pieces.sizes.size() - 1)).containsOnly(PIECE_BYTES);
        try (GZIPInputStream back =
                new GZIPInputStream(new ByteArrayInputStream(file.toByteArray()))) {
            assertThat(back.readAllBytes()).isEqualTo(plain);
        }
    }

    @Test
    void whatIsEmptyIsAMemberToo() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (FastGzip gzip = FastGzip.create().orElseThrow()) {
            gzip.write(ByteBuffer.allocateDirect(0), true, Channels.newChannel(file));
        }
        try (GZIPInputStream back =
                new GZIPInputStream(new ByteArrayInputStream(file.toByteArray()))) {
            assertThat(back.readAllBytes()).isEmpty();
        }
    }
}
