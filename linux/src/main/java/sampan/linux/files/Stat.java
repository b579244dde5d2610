package sampan.linux.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What statx(2) tells of a file.
///
/// @param dev device of the file system, packed as [Device#of]
/// @param mode type and permissions
/// @param rdev the device that the file stands for, 0 for others
/// @param size bytes
/// @param atimeSec seconds since 1970, may be negative; the `Nsec` fields are 0 to 999999999
/// @param blocks of 512 bytes, as allocated
/// @param mountId the mount that the path ended in (STATX_MNT_ID, kernel 5.8), else 0
public record Stat(
        long dev,
        long ino,
        int mode,
        int nlink,
        int uid,
        int gid,
        long rdev,
        long size,
        long atimeSec,
        int atimeNsec,
        long mtimeSec,
        int mtimeNsec,
        long ctimeSec,
        int ctimeNsec,
        long blocks,
        long mountId) {
    static final int SIZE = 256;
    static final int BASIC_AND_MOUNT = 0x7FF | 0x1000;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /// Reads a struct statx.
    static Stat of(MemorySegment s) {
        return new Stat(
                Device.of(s.get(INT, 136), s.get(INT, 140)),
                s.get(LONG, 32),
                s.get(ValueLayout.JAVA_SHORT, 28) & 0xFFFF,
                s.get(INT, 16),
                s.get(INT, 20),
                s.get(INT, 24),
                Device.of(s.get(INT, 128), s.get(INT, 132)),
                s.get(LONG, 40),
                s.get(LONG, 64),
                s.get(INT, 72),
                s.get(LONG, 112),
                s.get(INT, 120),
                s.get(LONG, 96),
                s.get(INT, 104),
                s.get(LONG, 48),
                s.get(LONG, 144));
    }

    public FileType type() {
        return FileType.of(mode);
    }

    /// The lower twelve bits: rwx three times, setuid, setgid, sticky.
    public int permissions() {
        return mode & 07777;
    }

    public boolean isDirectory() {
        return type() == FileType.DIRECTORY;
    }

    public boolean isRegular() {
        return type() == FileType.REGULAR;
    }

    public boolean isSymlink() {
        return type() == FileType.SYMLINK;
    }

    /// Whether both are the same file (device and inode).
    public boolean sameFile(Stat other) {
        return dev == other.dev && ino == other.ino;
    }
}
