package sampan.engine.build.execute;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;

/// Directories that `RUN --mount=type=cache` shares between builds. Thread-safe.
public final class CacheMounts {
    private static final int PRIVATE_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}(-[0-9]{1,2})?");

    private final Path directory;
    private final Map<String, Semaphore> locks = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();

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
        users.merge(name, 1, Integer::sum);
        try {
            boolean fresh = make(name, mode, uid, gid);
            return new Use(
                    directory.resolve(name),
                    fresh,
                    () -> {
                        left(name);
                        ended.run();
                    });
        } catch (RuntimeException e) {
            left(name);
            ended.run();
            throw e;
        }
    }

    private synchronized void left(String name) {
        users.computeIfPresent(name, (_, n) -> n == 1 ? null : n - 1);
    }

    private boolean make(String name, int mode, int uid, int gid) {
        Path path = directory.resolve(name);
        boolean fresh = !Files.exists(path);
        if (fresh) {
            Directories.make(path);
            try (Fd home = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY)) {
                FileOps.fchownAt(home, name, uid, gid);
                FileOps.fchmodAt(home, name, mode);
            }
        }
        return fresh;
    }

    /// Bytes on disk that all take.
    public long bytes() {
        return Entries.of(directory).stream().mapToLong(OnDisk::tree).sum();
    }

    /// Removes all that no step uses; returns the bytes on disk that they took.
    public synchronized long prune() {
        return remove(_ -> true);
    }

    /// Removes those that no step has used since then.
    public synchronized long prune(Instant unusedSince) {
        return remove(mount -> used(mount).isBefore(unusedSince));
    }

    private long remove(Predicate<Path> chosen) {
        long bytes = 0;
        for (Path mount : Entries.of(directory)) {
            if (!users.containsKey(mount.getFileName().toString()) && chosen.test(mount)) {
                long size = OnDisk.tree(mount);
                Directories.removeTree(mount);
                bytes += size;
            }
        }
        return bytes;
    }

    private static Instant used(Path mount) {
        try {
            return Files.getLastModifiedTime(mount).toInstant();
        } catch (IOException e) {
            return Instant.MAX;
        }
    }

    /// What lies beside the mounts and is none.
    public List<Path> strangers() {
        return Entries.strangers(directory, name -> NAME.matcher(name).matches());
    }
}
