package sampan.engine.build.execute;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.store.Entries;
import sampan.engine.store.JsonFiles;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
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
    private final JsonFiles<Mount> files;
    private final Map<String, Mount> mounts = new HashMap<>();
    private final Map<String, Semaphore> locks = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();

    /// Reads what is there.
    ///
    /// @param records of the mounts in the directory
    public CacheMounts(Path directory, Path records) {
        this.directory = Directories.make(directory);
        this.files = new JsonFiles<>(records, Mount.class);
        JsonFiles.Loaded<Mount> loaded = files.load();
        loaded.broken().forEach(broken -> Remains.delete(broken.file()));
        for (Path path : Entries.of(directory)) {
            String name = path.getFileName().toString();
            mounts.put(name, loaded.objects().getOrDefault(name, unknown(name, path)));
        }
        loaded.objects().keySet().stream()
                .filter(name -> !mounts.containsKey(name))
                .forEach(files::remove);
    }

    private static Mount unknown(String name, Path path) {
        Instant changed = changed(path);
        return new Mount(name, "cached mount", changed, changed, 0);
    }

    /// A directory that was given.
    ///
    /// @param used when a step last had it
    public record Mount(String name, String description, Instant created, Instant used, long uses) {
        private Mount usedAgain(Instant now, long more) {
            return new Mount(name, description, created, now, uses + more);
        }
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

    /// What a step wants.
    ///
    /// @param target where it is mounted
    record Wanted(String id, String target, int mode, int uid, int gid) {
        private String description() {
            return "cached mount " + target + (id.equals(target) ? "" : " with id " + id);
        }
    }

    /// @param sharing `shared`, `private` (another one where it is in use) or `locked` (waits)
    Use open(Wanted wanted, String sharing) {
        String id = wanted.id();
        String name = Digest.of(id.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
        return switch (sharing) {
            case "locked" -> {
                Semaphore lock = lock(name);
                acquire(lock);
                yield made(name, wanted, lock::release);
            }
            case "private" -> {
                for (int i = 0; i < PRIVATE_MAX; i++) {
                    Semaphore lock = lock(name + "-" + i);
                    if (lock.tryAcquire()) {
                        yield made(name + "-" + i, wanted, lock::release);
                    }
                }
                throw SampanException.conflict(
                        "more than " + PRIVATE_MAX + " private uses of cache mount " + id);
            }
            default -> made(name, wanted, () -> {});
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

    private synchronized Use made(String name, Wanted wanted, Runnable ended) {
        users.merge(name, 1, Integer::sum);
        try {
            boolean fresh = make(name, wanted);
            note(name, wanted);
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

    private void note(String name, Wanted wanted) {
        Instant now = Instant.now();
        Mount before =
                mounts.getOrDefault(name, new Mount(name, wanted.description(), now, now, 0));
        Mount used = before.usedAgain(now, 1);
        mounts.put(name, used);
        files.put(name, used, Durability.DAEMON);
    }

    private synchronized void left(String name) {
        users.computeIfPresent(name, (_, n) -> n == 1 ? null : n - 1);
        mounts.computeIfPresent(name, (_, mount) -> mount.usedAgain(Instant.now(), 0));
    }

    private boolean make(String name, Wanted wanted) {
        Path path = directory.resolve(name);
        boolean fresh = !Files.exists(path);
        if (fresh) {
            Directories.make(path);
            try (Fd home = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY)) {
                FileOps.fchownAt(home, name, wanted.uid(), wanted.gid());
                FileOps.fchmodAt(home, name, wanted.mode());
            }
        }
        return fresh;
    }

    public synchronized List<Mount> mounts() {
        return List.copyOf(mounts.values());
    }

    /// Whether a step has it now.
    public synchronized boolean isUsed(Mount mount) {
        return users.containsKey(mount.name());
    }

    /// Bytes on disk that it takes.
    public long bytes(Mount mount) {
        return OnDisk.tree(directory.resolve(mount.name())) + OnDisk.file(files.file(mount.name()));
    }

    /// Removes one, unless a step has it, or had it since this was known of it.
    ///
    /// @return the bytes on disk that it took
    public synchronized long remove(Mount mount) {
        if (isUsed(mount) || !mount.equals(mounts.get(mount.name()))) {
            return 0;
        }
        long bytes = bytes(mount);
        Directories.removeTree(directory.resolve(mount.name()));
        mounts.remove(mount.name());
        Remains.delete(files.file(mount.name()));
        return bytes;
    }

    private static Instant changed(Path mount) {
        try {
            return Files.getLastModifiedTime(mount).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    /// What lies beside the mounts and is none.
    public List<Path> strangers() {
        List<Path> found =
                new ArrayList<>(Entries.strangers(directory, name -> NAME.matcher(name).matches()));
        found.addAll(files.strangers(name -> NAME.matcher(name).matches()));
        return found;
    }
}
