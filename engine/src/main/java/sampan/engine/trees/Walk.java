package sampan.engine.trees;

import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Steps of a walk through a tree that may change under it.
final class Walk {
    private static final long STRICT =
            Open.RESOLVE_BENEATH | Open.RESOLVE_NO_SYMLINKS | Open.RESOLVE_NO_MAGICLINKS;

    private Walk() {}

    /// Opens a directory of the tree for reading; a link that took a place on the way fails
    /// (ELOOP).
    static Fd openDirectory(Fd root, String path) {
        return FileOps.openAt2(
                root,
                path.isEmpty() ? "." : path,
                Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW,
                0,
                STRICT);
    }
}
