package sampan.oci.tar;

import java.util.Map;

/// One header of an archive.
///
/// @param name as in the archive: may be absolute or lead upward, so never used as a path as it is
/// @param linkName target of a symbolic or hard link, else empty
/// @param mode the lower twelve bits
/// @param size bytes of content; 0 for all but files
/// @param mtimeNsec 0 to 999999999
/// @param xattrs extended attributes by their full names (`security.capability`)
public record TarEntry(
        String name,
        Type type,
        String linkName,
        int mode,
        int uid,
        int gid,
        long size,
        long mtimeSec,
        int mtimeNsec,
        int devMajor,
        int devMinor,
        Map<String, byte[]> xattrs) {
    /// The kinds of entry that a file system can hold.
    public enum Type {
        FILE('0'),
        HARD_LINK('1'),
        SYMLINK('2'),
        CHARACTER_DEVICE('3'),
        BLOCK_DEVICE('4'),
        DIRECTORY('5'),
        FIFO('6');

        private final char flag;

        Type(char flag) {
            this.flag = flag;
        }

        char flag() {
            return flag;
        }
    }

    /// A plain file of root's, of time 0.
    public static TarEntry file(String name, int mode, long size) {
        return new TarEntry(name, Type.FILE, "", mode, 0, 0, size, 0, 0, 0, 0, Map.of());
    }

    public static TarEntry directory(String name, int mode) {
        return new TarEntry(name, Type.DIRECTORY, "", mode, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    public static TarEntry symlink(String name, String target) {
        return new TarEntry(name, Type.SYMLINK, target, 0777, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    public static TarEntry hardLink(String name, String target) {
        return new TarEntry(name, Type.HARD_LINK, target, 0644, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    public static TarEntry device(String name, Type type, int major, int minor) {
        return new TarEntry(name, type, "", 0600, 0, 0, 0, 0, 0, major, minor, Map.of());
    }

    public TarEntry withName(String newName) {
        return new TarEntry(
                newName, type, linkName, mode, uid, gid, size, mtimeSec, mtimeNsec, devMajor,
                devMinor, xattrs);
    }

    public TarEntry withOwner(int newUid, int newGid) {
        return new TarEntry(
                name, type, linkName, mode, newUid, newGid, size, mtimeSec, mtimeNsec, devMajor,
                devMinor, xattrs);
    }

    public TarEntry withTime(long seconds, int nanoseconds) {
        return new TarEntry(
                name,
                type,
                linkName,
                mode,
                uid,
                gid,
                size,
                seconds,
                nanoseconds,
                devMajor,
                devMinor,
                xattrs);
    }

    public TarEntry withXattrs(Map<String, byte[]> attributes) {
        return new TarEntry(
                name,
                type,
                linkName,
                mode,
                uid,
                gid,
                size,
                mtimeSec,
                mtimeNsec,
                devMajor,
                devMinor,
                attributes);
    }
}
