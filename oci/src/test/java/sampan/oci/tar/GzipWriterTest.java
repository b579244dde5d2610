package sampan.oci.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipWriterTest {
    private static byte[] content(int size) {
        byte[] bytes = new byte[size];
        Random random = new Random(3);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i % 300_000 < 150_000 ? random.nextInt() : i / 40);
        }
        return bytes;
    }

    private static byte[] gzip(byte[] content, int threads) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipWriter.compressByZlib(
                Channels.newChannel(new ByteArrayInputStream(content)),
                Channels.newChannel(out),
                threads);
        return out.toByteArray();
    }

    private static byte[] fastGzip(ReadableByteChannel content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipWriter.compress(content, Channels.newChannel(out), 2);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, (512 << 10) - 1, 512 << 10, (512 << 10) + 1, 3_000_000})
    void javaAndWeReadIt(int size) throws IOException {
        byte[] plain = content(size);
        isRead(gzip(plain, 2), plain);
        isRead(fastGzip(Channels.newChannel(new ByteArrayInputStream(plain))), plain);
    }

    @Test
    void aLevelIsTheCallers() throws IOException {
        byte[] plain = content(1_000_000);
        ByteArrayOutputStream none = new ByteArrayOutputStream();
        GzipWriter.compress(
                Channels.newChannel(new ByteArrayInputStream(plain)),
                Channels.newChannel(none),
                2,
                OptionalInt.of(0));
        isRead(none.toByteArray(), plain);
        assertThat(none.size()).isGreaterThan(plain.length);
    }

    private static void isRead(byte[] file, byte[] plain) throws IOException {
        try (InputStream java = new GZIPInputStream(new ByteArrayInputStream(file));
                InputStream ours =
                        Channels.newInputStream(
                                new GzipChannel(
                                        new StreamChannel(new ByteArrayInputStream(file))))) {
            assertThat(java.readAllBytes()).isEqualTo(plain);
            assertThat(ours.readAllBytes()).isEqualTo(plain);
        }
    }

    @Test
    void theSameContentGivesTheSameBytesOnAnyNumberOfThreads() throws IOException {
        byte[] plain = content(3_000_000);
        assertThat(gzip(plain, 1)).isEqualTo(gzip(plain, 5));
    }

    @Test
    void itDoesNotMatterHowTheSourceGivesItsBytes() throws IOException {
        byte[] plain = content(1_500_000);
        ByteArrayInputStream whole = new ByteArrayInputStream(plain);
        InputStream drops =
                new ByteArrayInputStream(plain) {
                    @Override
                    public synchronized int read(byte[] target, int at, int length) {
                        return super.read(target, at, Math.min(length, 777));
                    }
                };
        assertThat(fastGzip(Channels.newChannel(drops)))
                .isEqualTo(fastGzip(Channels.newChannel(whole)));
    }

    @Test
    void noiseHasRoom() throws IOException {
        byte[] noise = new byte[1 << 20];
        new Random(4).nextBytes(noise);
        assertThat(gzip(noise, 2).length).isBetween(1 << 20, (1 << 20) + 1000);
    }

    @Test
    void aFailingSourceIsToldAndLeavesNoThread() {
        ReadableByteChannel broken =
                new ReadableByteChannel() {
                    private int reads;

                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        if (reads++ == 3) {
                            throw new IOException("disk");
                        }
                        target.position(target.limit());
                        return 1;
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {
                        // nothing is held
                    }
                };
        assertThatThrownBy(() ->
                        GzipWriter.compress(
                                broken, Channels.newChannel(new ByteArrayOutputStream()), 2))
                .hasMessage("disk");
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("compressor-"));
    }
}
