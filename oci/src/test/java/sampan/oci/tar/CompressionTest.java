package sampan.oci.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

class CompressionTest {
    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] content(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        Arrays.fill(bytes, 0, size / 2, (byte) 'x');
        return bytes;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static byte[] plain(byte[] file) throws IOException {
        try (ReadableByteChannel channel =
                        Compression.open(new StreamChannel(new ByteArrayInputStream(file)));
                InputStream in = Channels.newInputStream(channel)) {
            return in.readAllBytes();
        }
    }

    @Test
    void passesOnWhatIsNotCompressed() throws IOException {
        assertThat(plain(new byte[0])).isEmpty();
        assertThat(plain(new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
        byte[] large = content(300_000);
        large[0] = 7;
        assertThat(plain(large)).isEqualTo(large);
    }

    @Test
    void readsAllMembersAndPadding() throws IOException {
        byte[] first = content(200_000);
        byte[] second = content(10);
        byte[] file = joined(gzip(first), gzip(second));
        assertThat(plain(file)).isEqualTo(joined(first, second));
        assertThat(plain(joined(file, new byte[1000]))).isEqualTo(joined(first, second));
        assertThat(plain(gzip(new byte[0]))).isEmpty();
    }

    @Test
    void noticesEveryCut() throws IOException {
        byte[] file = gzip(content(5000));
        for (int length = 6; length < file.length; length++) {
            byte[] part = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> plain(part))
                    .as("cut at " + length)
                    .isInstanceOf(TarException.class);
        }
    }

    @Test
    void noticesDamageAndGarbage() throws IOException {
        byte[] file = gzip(content(5000));
        byte[] crc = file.clone();
        crc[crc.length - 8] ^= 1;
        assertThatThrownBy(() -> plain(crc)).hasMessageContaining("checksum");
        byte[] length = file.clone();
        length[length.length - 1] ^= 1;
        assertThatThrownBy(() -> plain(length)).hasMessageContaining("length");
        assertThatThrownBy(() -> plain(joined(file, new byte[] {0, 0, 'x'})))
                .hasMessageContaining("garbage");
        byte[] method = file.clone();
        method[2] = 9;
        assertThatThrownBy(() -> plain(method)).hasMessageContaining("header");
    }

    @ParameterizedTest
    @CsvSource({
        "425A68393141, bzip2",
        "FD377A585A00, xz",
    })
    void namesWhatIsNotSupported(String magic, String name) {
        byte[] head = java.util.HexFormat.of().parseHex(magic);
        assertThatThrownBy(() -> plain(head))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"28B52FFD0000", "502A4D180000"})
    void refusesZstandardThatEndsEarly(String bytes) {
        byte[] head = java.util.HexFormat.of().parseHex(bytes);
        assertThatThrownBy(() -> plain(head))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    }
}
