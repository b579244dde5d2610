package sampan.buildkit.session;

import java.util.Map;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.SampanException;

/// A file as fsutil's protocol describes it.
///
/// @param mode Go's `os.FileMode`
/// @param linkName where a symbolic link leads, or the path that a hard link shares its file with
/// @param mtimeNanos since the epoch
record FileStat(
        String path,
        long mode,
        long size,
        long mtimeNanos,
        String linkName,
        long major,
        long minor,
        Map<String, byte[]> xattrs) {
    private static final long DIRECTORY = 1L << 31;
    private static final long SYMLINK = 1L << 27;
    private static final long DEVICE = 1L << 26;
    private static final long PIPE = 1L << 25;
    private static final long SOCKET = 1L << 24;
    private static final long SETUID = 1L << 23;
    private static final long SETGID = 1L << 22;
    private static final long CHARACTER = 1L << 21;
    private static final long STICKY = 1L << 20;

    private static final int PATH_BYTES_MAX = 4095;
    private static final int PARTS_MAX = 255;

    enum Kind {
        FILE,
        HARD_LINK,
        DIRECTORY,
        SYMLINK,
        PIPE,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        SOCKET
    }

    /// @throws SampanException INVALID for a path that leads out or is none
    static FileStat of(Fields fields) {
        FileStat stat =
                new FileStat(
                        fields.text(1),
                        fields.number(2) & 0xFFFFFFFFL,
                        fields.number(5),
                        fields.number(6),
                        fields.text(7),
                        fields.number(8),
                        fields.number(9),
                        fields.blobs(10));
        check(stat.path);
        return stat;
    }

    /// A directory that is nobody's copy.
    static FileStat directory(String name) {
        return new FileStat(name, DIRECTORY | 0755, 0, 0, "", 0, 0, Map.of());
    }

    /// A file of ours.
    static FileStat file(String name, long size) {
        return new FileStat(name, 0644, size, 0, "", 0, 0, Map.of());
    }

    /// The same file, in a directory; an empty name is none.
    FileStat below(String directory) {
        if (directory.isEmpty()) {
            return this;
        }
        String link = kind() == Kind.HARD_LINK ? directory + "/" + linkName : linkName;
        return new FileStat(
                directory + "/" + path, mode, size, mtimeNanos, link, major, minor, xattrs);
    }

    /// A path below the root, in the form in which it is compared.
    static void check(String path) {
        String[] parts = path.split("/", -1);
        boolean fits = path.length() <= PATH_BYTES_MAX && parts.length <= PARTS_MAX;
        for (String part : parts) {
            if (!fits
                    || part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.indexOf('\0') >= 0) {
                throw SampanException.invalid(
                        "the client sent a file of an impossible path: "
                                + path.substring(0, Math.min(path.length(), 200)));
            }
        }
    }

    Message message() {
        return new Message()
                .text(1, path)
                .number(2, mode)
                .number(5, size)
                .number(6, mtimeNanos)
                .text(7, linkName)
                .number(8, major)
                .number(9, minor);
    }

    Kind kind() {
        if ((mode & DIRECTORY) != 0) {
            return Kind.DIRECTORY;
        } else if ((mode & SYMLINK) != 0) {
            return Kind.SYMLINK;
        } else if ((mode & PIPE) != 0) {
            return Kind.PIPE;
        } else if ((mode & SOCKET) != 0) {
            return Kind.SOCKET;
        } else if ((mode & DEVICE) != 0) {
            return (mode & CHARACTER) != 0 ? Kind.CHARACTER_DEVICE : Kind.BLOCK_DEVICE;
        }
        return linkName.isEmpty() ? Kind.FILE : Kind.HARD_LINK;
    }

    /// As chmod takes it.
    int permissions() {
        int bits = (int) (mode & 0777);
        bits |= (mode & SETUID) != 0 ? 04000 : 0;
        bits |= (mode & SETGID) != 0 ? 02000 : 0;
        return bits | ((mode & STICKY) != 0 ? 01000 : 0);
    }

    /// Go's mode of a file of the kernel's mode.
    static long mode(int kernel) {
        long mode = kernel & 0777;
        mode |= (kernel & 04000) != 0 ? SETUID : 0;
        mode |= (kernel & 02000) != 0 ? SETGID : 0;
        mode |= (kernel & 01000) != 0 ? STICKY : 0;
        return mode
                | switch (kernel & 0170000) {
                    case 0040000 -> DIRECTORY;
                    case 0120000 -> SYMLINK;
                    case 0020000 -> DEVICE | CHARACTER;
                    case 0060000 -> DEVICE;
                    case 0010000 -> PIPE;
                    case 0140000 -> SOCKET;
                    default -> 0L;
                };
    }
}
