package sampan.engine.snapshots.overlay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.BootId;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.store.Remains;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Layers that the disk may not have yet. A layer's thousands of files are written out by one
/// syncfs(2) in the background, some time after the layer is in use; until then a mark says in
/// which run of the machine it was made. A mark of another run means that power was lost meanwhile:
/// the layer is not trusted, and made again from its blob. Nobody waits for a sync: a daemon that
/// ends leaves its marks to the next one.
final class Unsynced {
    private final Path directory;
    private final String boot = BootId.current();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Set<String> marked = ConcurrentHashMap.newKeySet();
    private final ExecutorService syncer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("layer-syncer").factory());

    Unsynced(Path directory) {
        this.directory = Directories.make(directory);
    }

    /// The numbers of layers that are not to be trusted; marks of this run go on waiting.
    Set<String> distrusted() {
        Set<String> found = ConcurrentHashMap.newKeySet();
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory)) {
            for (Path mark : marks) {
                String name = mark.getFileName().toString();
                if (name.endsWith(AtomicFile.TEMPORARY)) {
                    Files.deleteIfExists(mark);
                } else if (Files.readString(mark).equals(boot)) {
                    written(name);
                } else {
                    found.add(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /// Whether the mark is of a layer that waits.
    boolean knows(String number) {
        return waiting.contains(number) || marked.contains(number);
    }

    /// Called before the layer is moved to its place.
    void mark(String number) {
        byte[] content = boot.getBytes(StandardCharsets.US_ASCII);
        marked.add(number);
        AtomicFile.write(directory.resolve(number), content, Durability.DAEMON);
    }

    /// The layer is in its place, or gone: it is synced some time later.
    void written(String number) {
        waiting.add(number);
        marked.remove(number);
        Future<?> unused = syncer.submit(this::sync);
    }

    // One sync serves all that wait; those who asked for it meanwhile find nothing left to do.
    private void sync() {
        Set<String> served = Set.copyOf(waiting);
        if (served.isEmpty()) {
            return;
        }
        try (Fd file = Fd.open(directory.toString(), Open.RDONLY | Open.DIRECTORY)) {
            FileIo.syncfs(file);
        } catch (ErrnoException e) {
            return; // the marks stay, and are right
        }
        served.forEach(this::forget);
        waiting.removeAll(served);
    }

    void forget(String number) {
        Remains.delete(directory.resolve(number));
    }
}
