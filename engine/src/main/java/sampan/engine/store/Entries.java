package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What lies in a directory.
public final class Entries {
    private Entries() {}

    /// All of it, in no order; nothing where there is no such directory.
    public static List<Path> of(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /// What nobody owns: not by its name, not as a file that is being written or deleted.
    ///
    /// @param owned by the entry's name
    public static List<Path> strangers(Path directory, Predicate<String> owned) {
        return of(directory).stream()
                .filter(path -> !owned.test(String.valueOf(path.getFileName())))
                .filter(path -> !AtomicFile.isBeingWritten(path) && !Remains.has(path))
                .toList();
    }
}
