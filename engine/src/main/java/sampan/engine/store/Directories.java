package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import sampan.errors.ErrnoException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Makes directories and removes trees. Trees may be hostile: any depth, any names, any types; no
/// link in them is followed.
public final class Directories {
    static final FileAttribute<?> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<?> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

    /// Descriptors that one removal holds at most.
    private static final int DEPTH_MAX = 64;

    private static final int OPEN_FLAGS = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
    private static final AtomicLong SERIAL = new AtomicLong();

    private Directories() {}

    /// The directory, made with its parents (mode 0711) where it is not there.
    public static Path make(Path directory) {
        try {
            return Files.createDirectories(directory, OWNER_DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        try (Fd directory = Fd.open(parent.toString(), OPEN_FLAGS & ~Open.NOFOLLOW)) {
            removeTree(directory, tree.getFileName().toString());
        }
    }

    /// Removes whatever the name stands for; nothing where it does not exist.
    ///
    /// @param parent open for reading
    public static void removeTree(Fd parent, String name) {
        if (unlinked(parent, name)) {
            return;
        }
        Deque<String> deferred = new ArrayDeque<>();
        removeDirectory(parent, parent, name, deferred, 0);
        while (!deferred.isEmpty()) {
            removeDirectory(parent, parent, deferred.removeFirst(), deferred, 0);
        }
    }

    /// Removes everything in a directory.
    public static void clear(Fd directory) {
        for (DirEntry entry : FileOps.readDir(directory, Integer.MAX_VALUE)) {
            removeTree(directory, entry.name());
        }
    }

    /// False where it is a directory.
    private static boolean unlinked(Fd parent, String name) {
        try {
            FileOps.unlinkAt(parent, name, 0);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            if (e.errno() == Errno.EISDIR || e.errno() == Errno.EPERM) {
                return false;
            }
            throw e;
        }
    }

    // A tree deeper than DEPTH_MAX is cut: what hangs below is moved to the top and done later.
    private static void removeDirectory(
            Fd top, Fd parent, String name, Deque<String> deferred, int depth) {
        if (depth == DEPTH_MAX) {
            String moved = ".deep-" + SERIAL.incrementAndGet();
            FileOps.renameAt2(parent, name, top, moved, FileOps.RENAME_NOREPLACE);
            deferred.add(moved);
            return;
        }
        try (Fd directory = FileOps.openAt(parent, name, OPEN_FLAGS)) {
            List<DirEntry> entries = FileOps.readDir(directory, Integer.MAX_VALUE);
            for (DirEntry entry : entries) {
                boolean maybeDirectory =
                        entry.fileType().map(t -> t == FileType.DIRECTORY).orElse(true);
                if (!maybeDirectory || !removeIfDirectory(top, directory, entry, deferred, depth)) {
                    FileOps.unlinkAt(directory, entry.name(), 0);
                }
            }
        }
        FileOps.unlinkAt(parent, name, Open.AT_REMOVEDIR);
    }

    private static boolean removeIfDirectory(
            Fd top, Fd directory, DirEntry entry, Deque<String> deferred, int depth) {
        boolean known = entry.fileType().isPresent();
        if (!known && !FileOps.statAt(directory, entry.name()).isDirectory()) {
            return false;
        }
        removeDirectory(top, directory, entry.name(), deferred, depth + 1);
        return true;
    }
}
