package sampan.oci.tar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdWriterTest {
    private static byte[] content(int size) {
        byte[] bytes = new byte[size];
        new Random(5).nextBytes(bytes);
        for (int i = 0; i < size; i++) {
            bytes[i] = i % 90_000 < 50_000 ? bytes[i] : (byte) (i / 100 % 7);
        }
        return bytes;
    }

    private static byte[] packed(byte[] content, OptionalInt level) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZstdWriter.compress(
                Channels.newChannel(new ByteArrayInputStream(content)),
                Channels.newChannel(out),
                level);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, (512 << 10) - 1, 512 << 10, (512 << 10) + 1, 5_000_000})
    void whatIsPackedIsRead(int size) throws IOException {
        byte[] plain = content(size);
        for (OptionalInt level : new OptionalInt[] {OptionalInt.empty(), OptionalInt.of(1)}) {
            byte[] packed = packed(plain, level);
            assertThat(Compression.detect(packed)).isEqualTo(Compression.ZSTD);
            try (InputStream in =
                    Channels.newInputStream(
                            Compression.open(
                                    Channels.newChannel(new ByteArrayInputStream(packed))))) {
                assertThat(in.readAllBytes()).isEqualTo(plain);
            }
        }
    }

    @Test
    void aHigherLevelLooksFurtherBack() throws IOException {
        byte[] plain = new byte[4 << 20];
        new Random(7).nextBytes(plain);
        System.arraycopy(plain, 0, plain, 2 << 20, 2 << 20);
        assertThat(packed(plain, OptionalInt.of(19)).length).isLessThan(3 << 20);
        assertThat(packed(plain, OptionalInt.of(1)).length).isGreaterThan(3 << 20);
    }
}
