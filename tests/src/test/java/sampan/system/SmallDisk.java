package sampan.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// An ext4 filesystem of its own in a file, mounted where a daemon keeps its data.
final class SmallDisk implements AutoCloseable {
    private final Path image;
    private final Path place;

    /// @param place made where it is not there
    SmallDisk(Path place, int mebibytes) {
        this.place = place;
        this.image = place.resolveSibling(place.getFileName() + ".ext4");
        try {
            Files.createDirectories(place);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength((long) mebibytes << 20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Nothing is written later on its own account.
        Command.of(
                        "mkfs.ext4",
                        "-q",
                        "-F",
                        "-m0",
                        "-O",
                        "^has_journal",
                        "-E",
                        "lazy_itable_init=0,nodiscard",
                        image.toString())
                .run()
                .expect(0);
        Command.of("mount", "-o", "loop", image.toString(), place.toString()).run().expect(0);
    }

    /// Bytes that the filesystem has given out, as df(1) tells.
    long used() {
        Command.of("sync", "-f", place.toString()).run().expect(0);
        try {
            FileStore store = Files.getFileStore(place);
            return store.getTotalSpace() - store.getUnallocatedSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int percent() {
        try {
            FileStore store = Files.getFileStore(place);
            long used = store.getTotalSpace() - store.getUnallocatedSpace();
            return (int) (used * 100 / (used + store.getUsableSpace()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Command.of("umount", place.toString()).run().expect(0);
        try {
            Files.delete(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
