package sampan.engine.build.execute;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import sampan.engine.store.Directories;
import sampan.engine.trees.TreeUsage;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;

/// Directories that `RUN --mount=type=cache` shares between builds. Thread-safe.
public final class CacheMounts {
    private static final int PRIVATE_MAX = 64;

    private final Path directory;
    private final Map<String, Semaphore> locks = new HashMap<>();

    public CacheMounts(Path directory) {
        this.directory = Directories.make(directory);
    }

    /// A directory in use; closing it lets others have it.
    ///
    /// @param fresh it was made just now and is empty
    record Use(Path path, boolean fresh, Runnable ended) implements AutoCloseable {
        @Override
        public void close() {
            ended.run();
        }
    }

    /// @param sharing `shared`, `private` (another one where it is in use) or `locked` (waits)
    Use open(String id, String sharing, int mode, int uid, int gid) {
        String name = Digest.of(id.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
        return switch (sharing) {
            case "locked" -> {
                Semaphore lock = lock(name);
                acquire(lock);
                yield made(name, mode, uid, gid, lock::release);
            }
            case "private" -> {
                for (int i = 0; i < PRIVATE_MAX; i++) {
                    Semaphore lock = lock(name + "-" + i);
                    if (lock.tryAcquire()) {
                        yield made(name + "-" + i, mode, uid, gid, lock::release);
                    }
                }
                throw SampanException.conflict(
                        "more than " + PRIVATE_MAX + " private uses of cache mount " + id);
            }
            default -> made(name, mode, uid, gid, () -> {});
        };
    }

    private synchronized Semaphore lock(String name) {
        return locks.computeIfAbsent(name, _ -> new Semaphore(1));
    }

    private static void acquire(Semaphore lock) {
        try {
            lock.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        }
    }

    private synchronized Use made(String name, int mode, int uid, int gid, Runnable ended) {
        Path path = directory.resolve(name);
        boolean fresh = !Files.exists(path);
        if (fresh) {
            Directories.make(path);
            try (Fd home = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY)) {
                FileOps.fchownAt(home, name, uid, gid);
                FileOps.fchmodAt(home, name, mode);
            }
        }
        return new Use(path, fresh, ended);
    }

    /// Bytes that all take.
    public long bytes() {
        return TreeUsage.of(directory).allocated();
    }

    /// Empties all; those in use lose what they hold.
    public synchronized long prune() {
        long bytes = bytes();
        Directories.removeTree(directory);
        Directories.make(directory);
        return bytes - bytes();
    }
}
