package sampan.runtime.plan;

/// A node for MKNOD.
///
/// @param mode type and permission bits
/// @param dev as makedev(3) gives it
public record Node(int mode, long dev, long uid, long gid) {
    public static final int FIFO = 0010000;
    public static final int CHARACTER = 0020000;
    public static final int BLOCK = 0060000;

    /// makedev(3): 12 bits of major and 8 of minor where they always were, the rest above.
    public static long dev(long major, long minor) {
        return (minor & 0xff)
                | (major & 0xfff) << 8
                | (minor & ~0xffL) << 12
                | (major & ~0xfffL) << 32;
    }
}
