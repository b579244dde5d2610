package sampan.engine.store;

import java.nio.file.Path;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileTree;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// What things take on the disk, in blocks, as du(1) tells it.
public final class OnDisk {
    private static final long BLOCK = 512;

    private OnDisk() {}

    /// A file that is no directory; 0 where it is not there.
    public static long file(Path file) {
        return FileOps.statIfExists(Fd.CWD, file.toString())
                .map(stat -> stat.blocks() * BLOCK)
                .orElse(0L);
    }

    /// A directory without what is in it.
    public static long directory(Path directory) {
        return file(directory);
    }

    /// A file, or a directory with all that is in it, mounts left out; 0 where it is not there.
    public static long tree(Path tree) {
        var top = FileOps.statIfExists(Fd.CWD, tree.toString());
        if (top.isEmpty() || !top.get().isDirectory()) {
            return top.map(stat -> stat.blocks() * BLOCK).orElse(0L);
        }
        try (Fd directory = Fd.open(tree.toString(), Open.PATH | Open.DIRECTORY)) {
            return FileTree.usage(directory, Long.MAX_VALUE).bytes();
        } catch (sampan.errors.ErrnoException e) {
            if (e.isMissing()) {
                return 0;
            }
            throw e;
        }
    }
}
