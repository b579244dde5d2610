package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sampan.errors.SampanException;

/// What was to be deleted and could not be, for the disk did not take it. It is nobody's but ours
/// to delete: [#retry] tries again, at the next collection and at every check of the store; a new
/// daemon sweeps it at its start.
public final class Remains {
    /// Most that are remembered; what is beyond waits for the next start.
    public static final int KEPT_MAX = 10_000;

    private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

    private Remains() {}

    /// Deletes the file or tree, now or later; never throws for what the disk says.
    public static void delete(Path path) {
        try {
            Directories.removeTree(path);
            LEFT.remove(path);
        } catch (UncheckedIOException | SampanException e) {
            if (LEFT.size() < KEPT_MAX) {
                LEFT.add(path);
            }
        }
    }

    /// As [#delete] for a file that is no directory.
    static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
            LEFT.remove(file);
        } catch (IOException e) {
            if (LEFT.size() < KEPT_MAX) {
                LEFT.add(file);
            }
        }
    }

    /// Tries what is left once more.
    public static void retry() {
        List.copyOf(LEFT).forEach(Remains::delete);
    }

    /// Something new has the name.
    static void forget(Path path) {
        LEFT.remove(path);
    }

    /// Whether the path waits for its deletion.
    public static boolean has(Path path) {
        return LEFT.contains(path);
    }
}
