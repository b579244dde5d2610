package sampan.runtime.plan;

/// The kernel's flag words that plans contain (linux/sched.h, linux/mount.h, linux/openat2.h,
/// linux/fcntl.h), x86-64 values, and those of plan.h.
public final class Flags {
    public static final long CLONE_NEWTIME = 0x80;
    public static final long CLONE_NEWNS = 0x20000;
    public static final long CLONE_NEWCGROUP = 0x2000000;
    public static final long CLONE_NEWUTS = 0x4000000;
    public static final long CLONE_NEWIPC = 0x8000000;
    public static final long CLONE_NEWUSER = 0x10000000;
    public static final long CLONE_NEWPID = 0x20000000;
    public static final long CLONE_NEWNET = 0x40000000;
    public static final long CLONE_INTO_CGROUP = 0x200000000L;

    public static final long OPEN_TREE_CLONE = 1;
    public static final long AT_SYMLINK_NOFOLLOW = 0x100;
    public static final long AT_NO_AUTOMOUNT = 0x800;
    public static final long AT_EMPTY_PATH = 0x1000;
    public static final long AT_RECURSIVE = 0x8000;

    public static final long MOVE_F_EMPTY_PATH = 4;
    public static final long MOVE_T_EMPTY_PATH = 0x40;

    public static final long ATTR_RDONLY = 1;
    public static final long ATTR_NOSUID = 2;
    public static final long ATTR_NODEV = 4;
    public static final long ATTR_NOEXEC = 8;
    public static final long ATTR_ATIME = 0x70;
    public static final long ATTR_NOATIME = 0x10;
    public static final long ATTR_STRICTATIME = 0x20;
    public static final long ATTR_NODIRATIME = 0x80;
    public static final long ATTR_IDMAP = 0x100000;
    public static final long ATTR_NOSYMFOLLOW = 0x200000;

    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_SYNCHRONOUS = 16;
    public static final long MS_REMOUNT = 32;
    public static final long MS_MANDLOCK = 64;
    public static final long MS_DIRSYNC = 128;
    public static final long MS_NOSYMFOLLOW = 256;
    public static final long MS_NOATIME = 1024;
    public static final long MS_NODIRATIME = 2048;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_SILENT = 32768;
    public static final long MS_UNBINDABLE = 1 << 17;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    public static final long MS_RELATIME = 1 << 21;
    public static final long MS_I_VERSION = 1 << 23;
    public static final long MS_STRICTATIME = 1 << 24;
    public static final long MS_LAZYTIME = 1 << 25;

    public static final int STDIO_NULL = 0;
    public static final int STDIO_PIPES = 1;
    public static final int STDIO_PTY = 2;
    public static final int STDIO_INHERIT = 3;

    public static final int CONSOLE_BIND = 1;
    public static final int CONSOLE_NO_ONLCR = 2;

    private Flags() {}
}
