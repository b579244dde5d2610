package sampan.engine.tasks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Copies what is in one directory into another: types, permissions, owners, times, extended
/// attributes, hard links among the copied. Links are copied as links and never followed. For one
/// copy, on one thread.
final class TreeCopy {
    private static final int DEPTH_MAX = 512;
    private static final long FILES_MAX = 2_000_000;
    private static final int READ = Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY;

    private final Fd targetRoot;
    private final Map<List<Long>, String> linked = new HashMap<>();
    private long files;

    private TreeCopy(Fd targetRoot) {
        this.targetRoot = targetRoot;
    }

    /// Copies the content, and gives the target the owner, permissions and times of the source.
    ///
    /// @param source a directory open for reading
    /// @param target an empty directory open for reading
    static void copy(Fd source, Fd target) {
        new TreeCopy(target).directory(source, target, "", 0);
    }

    private void directory(Fd source, Fd target, String path, int depth) {
        if (depth > DEPTH_MAX) {
            throw SampanException.invalid("more than " + DEPTH_MAX + " directories deep: " + path);
        }
        for (DirEntry entry : FileOps.readDir(source)) {
            if (++files > FILES_MAX) {
                throw SampanException.invalid("more than " + FILES_MAX + " files to copy");
            }
            entry(source, target, entry.name(), path.isEmpty() ? "" : path + "/", depth);
        }
        attributes(FileOps.stat(source), source, "", target, "");
    }

    private void entry(Fd source, Fd target, String name, String below, int depth) {
        Stat stat = FileOps.statAt(source, name);
        switch (stat.type()) {
            case DIRECTORY -> {
                FileOps.mkdirAt(target, name, 0700);
                int flags = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
                try (Fd from = FileOps.openAt(source, name, flags);
                        Fd to = FileOps.openAt(target, name, flags)) {
                    directory(from, to, below + name, depth + 1);
                }
            }
            case REGULAR -> {
                if (!linkedBefore(stat, target, name, below)) {
                    regular(source, target, name);
                    attributes(stat, source, name, target, name);
                }
            }
            case SYMLINK -> {
                FileOps.symlinkAt(FileOps.readlinkAt(source, name), target, name);
                attributes(stat, source, name, target, name);
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> {
                FileOps.mknodAt(target, name, stat.mode(), stat.rdev());
                attributes(stat, source, name, target, name);
            }
        }
    }

    private boolean linkedBefore(Stat stat, Fd target, String name, String below) {
        if (stat.nlink() < 2) {
            return false;
        }
        String first = linked.putIfAbsent(List.of(stat.dev(), stat.ino()), below + name);
        if (first == null) {
            return false;
        }
        FileOps.linkAt(targetRoot, first, target, name);
        return true;
    }

    private static void regular(Fd source, Fd target, String name) {
        try (Fd from = FileOps.openAt(source, name, READ);
                Fd to =
                        FileOps.openAt(
                                target,
                                name,
                                Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW,
                                0600)) {
            FileIo.copyAll(from, to);
        }
    }

    private static void attributes(Stat stat, Fd source, String from, Fd target, String to) {
        FileOps.fchownAt(target, to, stat.uid(), stat.gid());
        if (!stat.isSymlink()) {
            FileOps.fchmodAt(target, to, stat.permissions());
        }
        for (String name : FileOps.listXattrs(source, from)) {
            // What overlayfs notes for itself is no attribute of the file.
            if (!name.startsWith("trusted.overlay.")) {
                FileOps.getXattr(source, from, name)
                        .ifPresent(value -> setXattr(target, to, name, value));
            }
        }
        FileOps.utimensAt(
                target, to, stat.atimeSec(), stat.atimeNsec(), stat.mtimeSec(), stat.mtimeNsec());
    }

    private static void setXattr(Fd target, String path, String name, byte[] value) {
        try {
            FileOps.setXattr(target, path, name, value);
        } catch (ErrnoException e) {
            // The volume's file system need not know the attributes of the image's.
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EPERM) {
                throw e;
            }
        }
    }
}
