package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import sampan.linux.files.FileTree;
import sampan.linux.files.Placement;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Makes directories and removes trees. Trees may be hostile: any depth, any names, any types; no
/// link in them is followed.
public final class Directories {
    static final FileAttribute<?> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<?> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

    private Directories() {}

    /// The directory, made with its parents (mode 0711) where it is not there.
    public static Path make(Path directory) {
        try {
            return Files.createDirectories(directory, OWNER_DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From now on the directories that are made in this one lie apart on the disk, whatever is
    /// made or removed beside them: ext4 without a journal looks at every inode nearby that was
    /// freed in the last minutes, for each file that is made.
    public static Path spread(Path directory) {
        try (Fd fd = Fd.open(directory.toString(), Open.RDONLY | Open.DIRECTORY)) {
            boolean ignored = Placement.spread(fd);
        }
        return directory;
    }

    /// Removes the tree where there is one.
    public static void removeTree(Path tree) {
        Path parent = tree.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("not a tree to remove: " + tree);
        }
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (Fd directory = Fd.open(parent.toString(), Open.RDONLY | Open.DIRECTORY)) {
            FileTree.remove(directory, tree.getFileName().toString());
        }
    }
}
