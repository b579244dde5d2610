package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

class FileIoTest {
    @TempDir Path temp;

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Fd create(String name) {
        return Fd.open(temp.resolve(name).toString(), Open.RDWR | Open.CREAT | Open.EXCL, 0600);
    }

    @Test
    void writesAndReadsAll() {
        byte[] content = noise(300_000);
        try (Fd file = create("f")) {
            FileIo.writeFully(file, content);
            FileIo.seek(file, 0);
            assertThat(FileIo.readFully(file, content.length)).isEqualTo(content);
            FileIo.seek(file, 0);
            assertThatThrownBy(() -> FileIo.readFully(file, content.length - 1))
                    .isInstanceOf(SampanException.class);
            FileIo.seek(file, 0);
            assertThat(FileIo.readPrefix(file, 70_000)).hasSize(70_000);
            FileIo.fsync(file);
            FileIo.fdatasync(file);
        }
    }

    @Test
    void positionsAreRespected() {
        try (Fd file = create("f");
                Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 7, (byte) 8);
            assertThat(FileIo.pwrite(file, data, 10)).isEqualTo(2);
            MemorySegment back = arena.allocate(4);
            assertThat(FileIo.pread(file, back, 9)).isEqualTo(3);
            assertThat(back.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 7, 8, 0);
            FileIo.truncate(file, 5);
            assertThat(FileOps.stat(file).size()).isEqualTo(5);
            FileIo.fallocate(file, 0, 0, 8192);
            assertThat(FileOps.stat(file).size()).isEqualTo(8192);
        }
    }

    @Test
    void copiesFilesAndPipes() throws IOException {
        byte[] content = noise(200_000);
        Files.write(temp.resolve("from"), content);
        try (Fd from = Fd.open(temp.resolve("from").toString(), Open.RDONLY);
                Fd to = create("to")) {
            assertThat(FileIo.copyAll(from, to)).isEqualTo(content.length);
        }
        assertThat(temp.resolve("to")).hasBinaryContent(content);
        try (FileIo.Pipe pipe = FileIo.pipe2(0);
                Fd to = create("piped")) {
            FileIo.writeFully(pipe.writeEnd(), new byte[] {1, 2, 3});
            pipe.writeEnd().close();
            assertThat(FileIo.copyAll(pipe.readEnd(), to)).isEqualTo(3);
        }
        try (Fd from = Fd.open("/proc/self/status", Open.RDONLY);
                Fd to = create("proc")) {
            assertThat(FileIo.copyAll(from, to)).isGreaterThan(100);
        }
    }

    @Test
    void anEmptyPipeDoesNotBlockWhenAskedNotTo() {
        try (FileIo.Pipe pipe = FileIo.pipe2(0)) {
            FileIo.nonBlocking(pipe.readEnd(), true);
            byte[] buffer = new byte[10];
            assertThat(FileIo.read(pipe.readEnd(), buffer)).isEqualTo(-1);
            FileIo.write(pipe.writeEnd(), new byte[] {5});
            assertThat(FileIo.read(pipe.readEnd(), buffer)).isEqualTo(1);
            assertThat(buffer[0]).isEqualTo((byte) 5);
            pipe.writeEnd().close();
            assertThat(FileIo.read(pipe.readEnd(), buffer)).isZero();
        }
    }

    @Test
    void locksExcludeEachOther() {
        try (Fd first = create("lock");
                Fd second = Fd.open(temp.resolve("lock").toString(), Open.RDWR)) {
            assertThat(FileIo.tryLock(first, true)).isTrue();
            assertThat(FileIo.tryLock(second, false)).isFalse();
            FileIo.unlock(first);
            assertThat(FileIo.tryLock(second, false)).isTrue();
            assertThat(FileIo.tryLock(first, false)).isTrue();
        }
    }

    @Test
    void sealedMemoryCannotChange() {
        try (Fd plan = MemFd.sealedData("plan", new byte[] {1, 2, 3})) {
            assertThat(MemFd.isSealed(plan)).isTrue();
            assertThat(FileIo.readFully(plan, 10)).containsExactly(1, 2, 3);
            assertThatThrownBy(() -> FileIo.write(plan, new byte[] {9}))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
            assertThatThrownBy(() -> FileIo.truncate(plan, 0)).isInstanceOf(ErrnoException.class);
            assertThat(FileOps.stat(plan).permissions() & 0111).isZero();
        }
        try (Fd file = create("plain")) {
            assertThat(MemFd.isSealed(file)).isFalse();
        }
    }

    @Test
    void aSealedCopyOfAFile() throws IOException {
        byte[] content = noise(100_000);
        Files.write(temp.resolve("f"), content);
        try (Fd copy = MemFd.sealed("copy", temp.resolve("f"))) {
            assertThat(FileIo.readFully(copy, content.length)).isEqualTo(content);
            assertThat(MemFd.isSealed(copy)).isTrue();
        }
    }
}
