package sampan.linux.sys;

/// Flags of open(2), the *at calls and openat2(2) (asm-generic/fcntl.h, linux/openat2.h).
public final class Open {
    public static final int AT_FDCWD = -100;
    public static final int RDONLY = 0;
    public static final int WRONLY = 1;
    public static final int RDWR = 2;
    public static final int CREAT = 0100;
    public static final int EXCL = 0200;
    public static final int NOCTTY = 0400;
    public static final int TRUNC = 01000;
    public static final int APPEND = 02000;
    public static final int NONBLOCK = 04000;
    public static final int DIRECTORY = Nr.ARM64 ? 040000 : 0200000;
    public static final int NOFOLLOW = Nr.ARM64 ? 0100000 : 0400000;
    public static final int CLOEXEC = 02000000;
    public static final int PATH = 010000000;
    public static final int TMPFILE = 020000000 | DIRECTORY;

    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    public static final int AT_NO_AUTOMOUNT = 0x800;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_RECURSIVE = 0x8000;

    public static final long RESOLVE_NO_XDEV = 1;
    public static final long RESOLVE_NO_MAGICLINKS = 2;
    public static final long RESOLVE_NO_SYMLINKS = 4;
    public static final long RESOLVE_BENEATH = 8;
    public static final long RESOLVE_IN_ROOT = 16;

    private Open() {}
}
