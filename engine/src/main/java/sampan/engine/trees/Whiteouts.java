package sampan.engine.trees;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;

/// How a layer says that something below it is gone: in archives by names (image-spec, layer.md,
/// "Whiteouts"), on disk in overlayfs's way (kernel, filesystems/overlayfs.rst).
public final class Whiteouts {
    public static final String PREFIX = ".wh.";
    public static final String OPAQUE = ".wh..wh..opq";

    /// Other names of this prefix are aufs's own and mean nothing.
    public static final String RESERVED = ".wh..wh.";

    static final String OPAQUE_XATTR = "trusted.overlay.opaque";
    private static final String OVERLAY = "trusted.overlay.";
    private static final String USER_OVERLAY = "user.overlay.";
    private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

    private Whiteouts() {}

    /// Whether the file is overlayfs's whiteout.
    public static boolean is(Stat stat) {
        return stat.type() == FileType.CHARACTER_DEVICE && stat.rdev() == 0;
    }

    static void make(Fd parent, String name) {
        FileOps.mknodAt(parent, name, FileType.CHARACTER_DEVICE.bits(), 0);
    }

    /// Hides what lower layers have in the directory.
    static void makeOpaque(Fd directory) {
        FileOps.setXattr(directory, "", OPAQUE_XATTR, YES);
    }

    public static boolean isOpaque(Fd directory) {
        Optional<byte[]> value = FileOps.getXattr(directory, "", OPAQUE_XATTR);
        return value.isPresent() && value.get().length == 1 && value.get()[0] == 'y';
    }

    /// Whether the attribute is overlayfs's own, and no content.
    static boolean isPrivate(String xattr) {
        return xattr.startsWith(OVERLAY) || xattr.startsWith(USER_OVERLAY);
    }
}
