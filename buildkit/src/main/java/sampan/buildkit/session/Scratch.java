package sampan.buildkit.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import sampan.linux.files.FileTree;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A directory that nobody else may enter, and that goes with all that was put there.
public record Scratch(Path path) implements AutoCloseable {
    private static final FileAttribute<?> OWN =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /// A new one.
    public static Scratch below(Path parent) {
        try {
            return new Scratch(Files.createTempDirectory(parent, "wire-", OWN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One of that name, emptied of what another daemon left.
    ///
    /// @param path whose parent is there
    public static Scratch at(Path path) {
        Scratch scratch = new Scratch(path);
        scratch.close();
        try {
            Files.createDirectory(path, OWN);
            return scratch;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no directory to remove: " + path);
        }
        try (Fd directory = Fd.open(parent.toString(), Open.RDONLY | Open.DIRECTORY)) {
            FileTree.remove(directory, path.getFileName().toString());
        }
    }
}
