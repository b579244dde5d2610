package sampan.engine.snapshots.overlay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import sampan.engine.snapshots.Freeing;
import sampan.engine.store.Directories;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;

/// Removes trees in the background: a rename takes a tree away at once, its files go later, those
/// of a killed daemon at the next start.
final class Trash implements AutoCloseable {
    private static final int SWEEP_MINUTES_MAX = 10;

    private final Path directory;
    private final AtomicLong serial = new AtomicLong();
    private final Set<Path> sweeping = ConcurrentHashMap.newKeySet();
    private final ExecutorService sweeper =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("snapshot-sweeper").factory());

    Trash(Path directory) {
        this.directory = directory;
        Directories.removeTree(directory);
        Directories.make(directory);
    }

    /// Takes a tree of ours away.
    Freeing take(Path tree) {
        Path moved = directory.resolve(Long.toString(serial.incrementAndGet()));
        sweeping.add(moved);
        try {
            Files.move(tree, moved, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            sweeping.remove(moved);
            throw new UncheckedIOException(e);
        }
        Future<Long> swept = sweeper.submit(() -> sweep(moved));
        return () -> await(swept);
    }

    private long sweep(Path moved) {
        try {
            long bytes = OnDisk.tree(moved);
            Remains.delete(moved);
            return Remains.has(moved) ? 0 : bytes;
        } finally {
            sweeping.remove(moved);
        }
    }

    private static long await(Future<Long> swept) {
        try {
            return swept.get(SWEEP_MINUTES_MAX, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (ExecutionException | TimeoutException e) {
            return 0;
        }
    }

    boolean owns(String name) {
        return sweeping.contains(directory.resolve(name));
    }

    /// Waits until all that was taken is gone.
    @Override
    public void close() {
        sweeper.close();
    }
}
