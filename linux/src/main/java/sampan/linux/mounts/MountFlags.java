package sampan.linux.mounts;

/// Flags of mount(2), umount2(2), open_tree(2) and move_mount(2) (linux/mount.h, sys/mount.h).
public final class MountFlags {
    public static final long RDONLY = 1;
    public static final long NOSUID = 2;
    public static final long NODEV = 4;
    public static final long NOEXEC = 8;
    public static final long SYNCHRONOUS = 16;
    public static final long REMOUNT = 32;
    public static final long MANDLOCK = 64;
    public static final long DIRSYNC = 128;
    public static final long NOSYMFOLLOW = 256;
    public static final long NOATIME = 1024;
    public static final long NODIRATIME = 2048;
    public static final long BIND = 4096;
    public static final long MOVE = 8192;
    public static final long REC = 16384;
    public static final long SILENT = 32768;
    public static final long POSIXACL = 1L << 16;
    public static final long UNBINDABLE = 1L << 17;
    public static final long PRIVATE = 1L << 18;
    public static final long SLAVE = 1L << 19;
    public static final long SHARED = 1L << 20;
    public static final long RELATIME = 1L << 21;
    public static final long I_VERSION = 1L << 23;
    public static final long STRICTATIME = 1L << 24;
    public static final long LAZYTIME = 1L << 25;

    public static final int UMOUNT_FORCE = 1;
    public static final int UMOUNT_DETACH = 2;
    public static final int UMOUNT_EXPIRE = 4;
    public static final int UMOUNT_NOFOLLOW = 8;

    /// open_tree: a detached copy instead of the mount itself; with `Open.AT_RECURSIVE` all below
    /// too.
    public static final int OPEN_TREE_CLONE = 1;

    public static final int MOVE_F_SYMLINKS = 0x1;
    public static final int MOVE_F_EMPTY_PATH = 0x4;
    public static final int MOVE_T_SYMLINKS = 0x10;
    public static final int MOVE_T_EMPTY_PATH = 0x40;

    /// Kernel 6.5: under the topmost mount at the target.
    public static final int MOVE_BENEATH = 0x200;

    private MountFlags() {}
}
