package sampan.linux.mounts;

/// Attributes of one mount (mount_setattr(2), fsmount(2)).
public final class MountAttr {
    public static final long RDONLY = 0x1;
    public static final long NOSUID = 0x2;
    public static final long NODEV = 0x4;
    public static final long NOEXEC = 0x8;

    /// The mask of the three atime modes, which has to be cleared when one of them is set.
    public static final long ATIME = 0x70;

    public static final long RELATIME = 0x0;
    public static final long NOATIME = 0x10;
    public static final long STRICTATIME = 0x20;
    public static final long NODIRATIME = 0x80;
    public static final long IDMAP = 0x100000;
    public static final long NOSYMFOLLOW = 0x200000;

    private MountAttr() {}
}
