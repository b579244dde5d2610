package sampan.engine.trees;

import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The link /etc/mtab that a container's start makes where its image has none. It is no change of
/// the container's and none of its size.
public final class MountsLink {
    /// Where it is, from the root.
    public static final String PATH = "etc/mtab";

    private static final String TARGET = "/proc/mounts";

    private MountsLink() {}

    /// Its size where a container's upper directory has it, else 0.
    public static long bytesIn(Fd upper) {
        try (Fd link = FileOps.openInRoot(upper, PATH, Open.PATH | Open.NOFOLLOW, 0)) {
            Stat stat = FileOps.stat(link);
            return stat.type() == sampan.linux.files.FileType.SYMLINK
                            && FileOps.readlinkAt(link, "").equals(TARGET)
                    ? TARGET.length()
                    : 0;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT
                    || e.errno() == Errno.ENOTDIR
                    || e.errno() == Errno.ELOOP) {
                return 0;
            }
            throw e;
        }
    }
}
