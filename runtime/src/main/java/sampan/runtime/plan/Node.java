package sampan.runtime.plan;

/// A node for MKNOD.
///
/// @param mode type and permission bits
/// @param dev as [sampan.linux.files.Device#of] gives it
public record Node(int mode, long dev, long uid, long gid) {
    public static final int FIFO = 0010000;
    public static final int REGULAR = 0100000;
    public static final int CHARACTER = 0020000;
    public static final int BLOCK = 0060000;
}
