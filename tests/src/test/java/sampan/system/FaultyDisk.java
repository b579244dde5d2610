package sampan.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A directory whose changes fail when they are told to: `tests/faultfs/faultfs.c`, which is
/// compiled here.
final class FaultyDisk implements AutoCloseable {
    static final int ENOSPC = 28;
    static final int EIO = 5;

    /// Which changes fail, from a certain one on.
    enum Extent {
        ONE,
        ALL
    }

    private static final int WORDS = 4;

    private final Path place;
    private final LongBuffer control;
    private final Process process;

    /// @param place made, and mounted over
    FaultyDisk(Path place) {
        this.place = place;
        Path home = place.resolveSibling("faultfs");
        try {
            Files.createDirectories(place);
            Path source = Files.createDirectories(home.resolve("source"));
            Path program = home.resolve("faultfs");
            Command.of(
                            "gcc",
                            "-std=gnu11",
                            "-O1",
                            "-D_FILE_OFFSET_BITS=64",
                            "-I/usr/include/fuse3",
                            "-o",
                            program.toString(),
                            Dist.source("tests/faultfs/faultfs.c").toString(),
                            "-lfuse3",
                            "-lpthread")
                    .run()
                    .expect(0);
            try (RandomAccessFile file =
                    new RandomAccessFile(home.resolve("control").toFile(), "rw")) {
                file.setLength(WORDS * Long.BYTES);
                control =
                        file.getChannel()
                                .map(FileChannel.MapMode.READ_WRITE, 0, WORDS * Long.BYTES)
                                .order(ByteOrder.nativeOrder())
                                .asLongBuffer();
            }
            process =
                    new ProcessBuilder(
                                    program.toString(),
                                    source.toString(),
                                    place.toString(),
                                    home.resolve("control").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(home.resolve("log").toFile())
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Eventually.await(
                "the filesystem that fails",
                () -> Command.of("mountpoint", "-q", place.toString()).run().status() == 0);
    }

    /// Changes so far.
    long changes() {
        return control.get(3);
    }

    /// @param after changes that succeed still
    void fail(Extent extent, int errno, long after) {
        control.put(1, errno);
        control.put(2, after);
        control.put(0, extent == Extent.ONE ? 1 : 2);
    }

    /// Changes until the first that fails, of those that can; negative once some did.
    long left() {
        return control.get(2);
    }

    void heal() {
        control.put(0, 0);
    }

    @Override
    public void close() {
        heal();
        Command.of("umount", place.toString()).run().expect(0);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("faultfs did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
