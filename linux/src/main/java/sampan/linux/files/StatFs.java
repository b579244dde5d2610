package sampan.linux.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What statfs(2) tells of a file system.
///
/// @param type the magic number, as the constants here
/// @param blockSize bytes, the unit of the three block counts
/// @param available blocks for who is not root
/// @param files inodes in all
/// @param flags ST_RDONLY (1), ST_NOSUID (2), ...
public record StatFs(
        long type,
        long blockSize,
        long blocks,
        long free,
        long available,
        long files,
        long filesFree,
        long nameMax,
        long flags) {
    public static final long TMPFS = 0x01021994L;
    public static final long OVERLAY = 0x794C7630L;
    public static final long EXT = 0xEF53L;
    public static final long XFS = 0x58465342L;
    public static final long BTRFS = 0x9123683EL;
    public static final long ZFS = 0x2FC12FC1L;
    public static final long NFS = 0x6969L;
    public static final long FUSE = 0x65735546L;
    public static final long PROC = 0x9FA0L;
    public static final long SYSFS = 0x62656572L;
    public static final long CGROUP = 0x27E0EBL;
    public static final long CGROUP2 = 0x63677270L;
    public static final long NSFS = 0x6E736673L;

    static final int SIZE = 120;

    /// Reads a struct statfs.
    static StatFs of(MemorySegment s) {
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        return new StatFs(
                s.get(word, 0),
                s.get(word, 8),
                s.get(word, 16),
                s.get(word, 24),
                s.get(word, 32),
                s.get(word, 40),
                s.get(word, 48),
                s.get(word, 64),
                s.get(word, 80));
    }
}
