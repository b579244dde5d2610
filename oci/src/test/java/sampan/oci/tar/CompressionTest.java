package sampan.oci.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

    /// `hello sampan` a thousand times, by xz -9 and bzip2 -9.
    private static final byte[] XZ =
            Base64.getDecoder()
                    .decode(
                            "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4DLHAD9dADQZSe6N6RZvcZGJTR90+WbIpMmy2Mv8o73s"
                                    + "bxpJ/RFKrOzJo5Fhwx8zGCB6YIRc35oXmB9NWd4fyM5hcy93AAAAEJ7/T7BEI98AAVvIZQAAAMKI"
                                    + "gXCxxGf7AgAAAAAEWVo=");

    private static final byte[] BZIP2 =
            Base64.getDecoder()
                    .decode(
                            "QlpoOTFBWSZTWV51phEAC7fRgAAQQAAiR8gAIABwQDTTQJqqAZqfVINVIMqQZUg1Ug8qQaqQbqQb"
                                    + "qkHFSDKkGVIPxdyRThQkF51phEA=");

    /// One byte, and a dictionary of 512 MiB.
    private static final byte[] GREEDY_XZ =
            Base64.getDecoder()
                    .decode(
                            "/Td6WFoAAATm1rRGAgAhASIAAACCQKzcAQAAeAAAAABFru+D+O4WCgABGQGlLIHMH7bzfQEAAAAA"
                                    + "BFla");

    private static final byte[] HELLO = "hello sampan\n".repeat(1000).getBytes(US_ASCII);

    static Stream<byte[]> rare() {
        return Stream.of(XZ, BZIP2);
    }

    @ParameterizedTest
    @MethodSource("rare")
    void readsXzAndBzip2AllStreamsOfThem(byte[] file) throws IOException {
        assertThat(plain(file)).isEqualTo(HELLO);
        assertThat(plain(joined(file, file))).isEqualTo(joined(HELLO, HELLO));
    }

    @ParameterizedTest
    @MethodSource("rare")
    void noticesEveryCutAndDamageOfXzAndBzip2(byte[] file) {
        for (int length = 6; length < file.length; length++) {
            byte[] part = Arrays.copyOf(file, length);
            refused(part, "cut at " + length);
        }
        // both have a checksum there; not every bit of bzip2 says something
        byte[] damaged = file.clone();
        damaged[11] ^= 4;
        refused(damaged, "damaged");
        refused(joined(file, "garbage!".getBytes(US_ASCII)), "garbage");
    }

    @Test
    void anXzFileTakesNoMoreMemoryThanIsAllowed() {
        assertThatThrownBy(() -> plain(GREEDY_XZ)).hasMessageContaining("more than 128 MiB");
    }

    @Test
    void aLayerIsStoredInWhatImagesMayHold() throws IOException {
        assertThat(forLayer(XZ)).isEqualTo(HELLO);
        byte[] gzip = gzip(HELLO);
        assertThat(forLayer(gzip)).isEqualTo(gzip);
    }

    private static byte[] forLayer(byte[] file) throws IOException {
        try (ReadableByteChannel channel =
                        Compression.openForLayer(
                                new StreamChannel(new ByteArrayInputStream(file)));
                InputStream in = Channels.newInputStream(channel)) {
            return in.readAllBytes();
        }
    }

    private static void refused(byte[] file, String what) {
        assertThatThrownBy(() -> plain(file))
                .as(what)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
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
