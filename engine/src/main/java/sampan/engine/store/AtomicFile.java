package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Writes whole files: whoever reads sees the old content or the new, never a part of it.
public final class AtomicFile {
    /// Ends the names of files that are being written; what a killed daemon left is swept at start.
    public static final String TEMPORARY = ".tmp";

    private static final AtomicLong SERIAL = new AtomicLong();
    private static final Set<Path> WRITING = ConcurrentHashMap.newKeySet();

    private AtomicFile() {}

    /// Replaces or makes the file with mode 0600.
    public static void write(Path file, byte[] content, Durability durability) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException("not a file: " + file);
        }
        Path temporary =
                directory.resolve(
                        "." + file.getFileName() + "." + SERIAL.incrementAndGet() + TEMPORARY);
        WRITING.add(temporary);
        try {
            try {
                writeNew(temporary, content, durability);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                Remains.forget(file);
            } catch (IOException e) {
                Remains.deleteFile(temporary);
                throw e;
            } finally {
                WRITING.remove(temporary);
            }
            if (durability == Durability.POWER) {
                sync(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether the path is a temporary file of a write that goes on.
    static boolean isBeingWritten(Path path) {
        return WRITING.contains(path.toAbsolutePath());
    }

    private static void writeNew(Path file, byte[] content, Durability durability)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING),
                        Directories.OWNER_FILE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            if (durability == Durability.POWER) {
                channel.force(true);
            }
        }
    }

    /// Makes the names in a directory survive a power cut.
    public static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
