package sampan.engine.snapshots.overlay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import sampan.engine.store.Directories;

/// Removes trees in the background: a rename takes a tree away at once, its files go later, those
/// of a killed daemon at the next start.
final class Trash implements AutoCloseable {
    private final Path directory;
    private final AtomicLong serial = new AtomicLong();
    private final ExecutorService sweeper =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("snapshot-sweeper").factory());

    Trash(Path directory) {
        this.directory = directory;
        Directories.removeTree(directory);
        Directories.make(directory);
    }

    void take(Path tree) {
        Path moved = directory.resolve(Long.toString(serial.incrementAndGet()));
        try {
            Files.move(tree, moved, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = sweeper.submit(() -> Directories.removeTree(moved));
    }

    /// Waits until all that was taken is gone.
    @Override
    public void close() {
        sweeper.close();
    }
}
