package sampan.linux.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sampan.errors.SampanException;

class RawInflaterTest {
    private static final byte[] AFTER = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    enum Kind {
        JAVA,
        LIBISAL;

        RawInflater open() {
            return switch (this) {
                case JAVA -> new JavaInflater();
                case LIBISAL -> new IsalInflater(LibIsal.LOADED.orElseThrow());
            };
        }
    }

    private static byte[] deflated(byte[] plain, int level) {
        Deflater deflater = new Deflater(level, true);
        deflater.setInput(plain);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] piece = new byte[10_000];
        while (!deflater.finished()) {
            out.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static byte[] content() {
        byte[] bytes = new byte[300_000];
        Random random = new Random(5);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 70_000 < 30_000 ? random.nextInt() : i / 100);
        }
        return bytes;
    }

    /// Gives the file in pieces and takes it in pieces; returns what came out, and what was left.
    private static byte[][] inflate(
            RawInflater inflater, byte[] file, int in, int out, boolean direct) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer input = ByteBuffer.allocateDirect(RawInflater.PUT_BACK_MAX + in);
        input.limit(RawInflater.PUT_BACK_MAX).position(RawInflater.PUT_BACK_MAX);
        int given = 0;
        while (!inflater.finished()) {
            ByteBuffer output = direct ? ByteBuffer.allocateDirect(out) : ByteBuffer.allocate(out);
            int size = inflater.inflate(input, output);
            assertThat(output.position()).isEqualTo(size);
            byte[] piece = new byte[size];
            output.get(0, piece);
            all.writeBytes(piece);
            if (size == 0 && !inflater.finished()) {
                assertThat(input.hasRemaining()).isFalse();
                int more = Math.min(in, file.length - given);
                assertThat(more).as("input that is still there").isPositive();
                input.clear().position(RawInflater.PUT_BACK_MAX);
                input.put(file, given, more);
                input.limit(input.position()).position(RawInflater.PUT_BACK_MAX);
                given += more;
            }
        }
        byte[] left = new byte[input.remaining() + file.length - given];
        int held = input.remaining();
        input.get(left, 0, held);
        System.arraycopy(file, given, left, held, file.length - given);
        return new byte[][] {all.toByteArray(), left};
    }

    @ParameterizedTest
    @EnumSource
    void findsTheEndWhateverTheSizeOfThePieces(Kind kind) {
        byte[] plain = content();
        for (int level : new int[] {0, 1, 6, 9}) {
            byte[] file = deflated(plain, level);
            byte[] whole = Arrays.copyOf(file, file.length + AFTER.length);
            System.arraycopy(AFTER, 0, whole, file.length, AFTER.length);
            try (RawInflater inflater = kind.open()) {
                for (int[] sizes : new int[][] {{1, 3}, {7, 70_000}, {65_536, 50}, {9999, 4096}}) {
                    byte[][] result = inflate(inflater, whole, sizes[0], sizes[1], level > 0);
                    assertThat(result[0]).isEqualTo(plain);
                    assertThat(result[1]).isEqualTo(AFTER);
                    inflater.reset();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyStreamEnds(Kind kind) {
        try (RawInflater inflater = kind.open()) {
            byte[][] result = inflate(inflater, deflated(new byte[0], 6), 1, 1, true);
            assertThat(result[0]).isEmpty();
            assertThat(result[1]).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void brokenDataIsNoCrash(Kind kind) {
        byte[] file = deflated(content(), 6);
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] broken = file.clone();
            for (int j = 0; j <= i % 20; j++) {
                broken[random.nextInt(Math.min(broken.length, 1 << (i % 17 + 1)))] ^=
                        (byte) (1 << random.nextInt(8));
            }
            try (RawInflater inflater = kind.open()) {
                ByteBuffer input = ByteBuffer.allocateDirect(broken.length + 8).position(8);
                input.put(broken).position(8);
                ByteBuffer output = ByteBuffer.allocateDirect(1 << 20);
                try {
                    while (!inflater.finished() && inflater.inflate(input, output.clear()) > 0) {
                        // any bytes will do
                    }
                } catch (SampanException e) {
                    assertThat(e).hasMessageNotContaining("null");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDistanceBeforeTheStartIsRefused(Kind kind) {
        // a fixed block: length 3 at distance 1, with nothing before it
        ByteBuffer input = ByteBuffer.allocateDirect(20).position(8);
        input.put(new byte[] {0x03, 0x02, 0, 0, 0, 0, 0}).flip().position(8);
        try (RawInflater inflater = kind.open()) {
            ByteBuffer output = ByteBuffer.allocateDirect(100);
            assertThatThrownBy(() -> inflater.inflate(input, output))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("distance");
        }
    }
}
