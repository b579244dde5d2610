package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

class LargeFilesTest {
    private static final long CACHESTAT = 451; // kernel 6.5, the same number everywhere
    private static final int RWF_DONTCACHE = 0x80;
    private static final int PAGE_BYTES = 4096;
    private static final byte[] CONTENT = noise((8 << 20) + 12_345);

    @TempDir Path temp;

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Path written(Function<Path, WrittenOutFile> how, boolean direct) throws IOException {
        Path path = Files.createFile(temp.resolve("f" + direct));
        try (WritableByteChannel file = how.apply(path)) {
            for (int at = 0; at < CONTENT.length; at += 300_000) {
                int size = Math.min(300_000, CONTENT.length - at);
                ByteBuffer piece =
                        direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
                piece.put(CONTENT, at, size).flip();
                while (piece.hasRemaining()) {
                    file.write(piece);
                }
            }
        }
        return path;
    }

    private static long cachedBytes(Path path) {
        try (Fd file = Fd.open(path.toString(), Open.RDONLY);
                Arena arena = Arena.ofConfined()) {
            MemorySegment range = arena.allocate(16, 8); // all of the file
            MemorySegment found = arena.allocate(40, 8);
            Kernel.call(
                    "cachestat",
                    path.toString(),
                    CACHESTAT,
                    file.number(),
                    range.address(),
                    found.address(),
                    0,
                    0,
                    0);
            return found.get(ValueLayout.JAVA_LONG, 0) * PAGE_BYTES;
        }
    }

    @Test
    void whatIsKeptIsReadAgainFromThePageCache() throws IOException {
        for (boolean direct : new boolean[] {true, false}) {
            Path path = written(WrittenOutFile::kept, direct);
            assertThat(Files.readAllBytes(path)).isEqualTo(CONTENT);
            assertThat(cachedBytes(path)).isGreaterThanOrEqualTo(CONTENT.length);
        }
    }

    @Test
    void whatIsDroppedLeavesThePageCacheWhereTheKernelCan() throws IOException {
        for (boolean direct : new boolean[] {true, false}) {
            Path path = written(WrittenOutFile::dropped, direct);
            if (canDrop()) {
                long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (cachedBytes(path) > CONTENT.length / 2 && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                }
                assertThat(cachedBytes(path)).isLessThanOrEqualTo(CONTENT.length / 2);
            }
            assertThat(Files.readAllBytes(path)).isEqualTo(CONTENT);
        }
    }

    private boolean canDrop() throws IOException {
        Path path = Files.createTempFile(temp, "probe", "");
        try (Fd file = Fd.open(path.toString(), Open.WRONLY);
                Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
            vector.set(ValueLayout.JAVA_LONG, 8, 1);
            long at = vector.address();
            long size = Kernel.raw(Nr.PWRITEV2, file.number(), at, 1, -1, 0, RWF_DONTCACHE);
            assertThat(size).isIn(1L, (long) -Errno.EOPNOTSUPP);
            return size == 1;
        }
    }

    @Test
    void whatIsReadOnceLeavesThePageCache() throws IOException {
        Path path = Files.write(temp.resolve("f"), CONTENT);
        try (Fd file = Fd.open(path.toString(), Open.RDONLY)) {
            FileIo.fsync(file);
        }
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (ReadableByteChannel file = ReadOnceFile.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100_000);
            WritableByteChannel target = Channels.newChannel(read);
            while (file.read(buffer) >= 0) {
                target.write(buffer.flip());
                buffer.clear();
            }
            assertThat(file.read(buffer)).isEqualTo(-1);
        }
        assertThat(read.toByteArray()).isEqualTo(CONTENT);
        assertThat(cachedBytes(path)).isLessThan(CONTENT.length / 8);
    }
}
