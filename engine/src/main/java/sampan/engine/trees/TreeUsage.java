package sampan.engine.trees;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import sampan.errors.ErrnoException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// What a tree takes; it may change meanwhile.
public final class TreeUsage {
    private static final long BLOCK = 512;

    private final Set<Inode> linked = new HashSet<>();
    private long bytes;
    private long allocated;
    private long files;

    private record Inode(long dev, long ino) {}

    /// @param bytes sizes of regular files and links, hard links once
    /// @param allocated bytes of blocks on disk, directories included
    public record Measured(long bytes, long allocated, long files) {}

    private TreeUsage() {}

    public static Measured of(Path tree) {
        try (Fd root = Fd.open(tree.toString(), Open.PATH | Open.DIRECTORY)) {
            return of(root);
        }
    }

    public static Measured of(Fd root) {
        TreeUsage usage = new TreeUsage();
        usage.walk(root);
        return new Measured(usage.bytes, usage.allocated, usage.files);
    }

    private void walk(Fd root) {
        add(FileOps.stat(root), false);
        Deque<String> directories = new ArrayDeque<>();
        directories.push("");
        while (!directories.isEmpty()) {
            String path = directories.pop();
            try (Fd directory = Walk.openDirectory(root, path)) {
                for (DirEntry entry : FileOps.readDir(directory)) {
                    FileOps.statIfExists(directory, entry.name())
                            .ifPresent(stat -> visit(directories, path, entry.name(), stat));
                }
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                    throw e;
                }
            }
        }
    }

    private void visit(Deque<String> directories, String path, String name, Stat stat) {
        if (stat.isDirectory()) {
            directories.push(path.isEmpty() ? name : path + "/" + name);
        }
        if (stat.nlink() == 1
                || stat.isDirectory()
                || linked.add(new Inode(stat.dev(), stat.ino()))) {
            add(stat, !stat.isDirectory());
        }
    }

    private void add(Stat stat, boolean content) {
        files++;
        allocated += stat.blocks() * BLOCK;
        bytes += content ? stat.size() : 0;
    }
}
