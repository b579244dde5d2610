package sampan.engine.trees;

import java.nio.charset.StandardCharsets;
import sampan.linux.files.FileOps;

/// What the kernel gives to files that this process makes: owner and permissions, so that they are
/// corrected only where an entry wants something else.
///
/// @param umask permissions that a new file never gets
record Creator(int umask, int uid, int gid) {
    private static final int STATUS_BYTES_MAX = 16 << 10;

    static Creator current() {
        String status =
                new String(
                        FileOps.readSmallBytes("/proc/thread-self/status", STATUS_BYTES_MAX),
                        StandardCharsets.ISO_8859_1);
        int umask = 0777;
        int uid = -1;
        int gid = -1;
        for (String line : status.split("\n", -1)) {
            String[] fields = line.split("\\s+", -1);
            switch (fields[0]) {
                case "Umask:" -> umask = Integer.parseInt(fields[1], 8);
                // real, effective, saved, file system
                case "Uid:" -> uid = Integer.parseUnsignedInt(fields[4]);
                case "Gid:" -> gid = Integer.parseUnsignedInt(fields[4]);
                default -> {
                    // not about new files
                }
            }
        }
        return new Creator(umask, uid, gid);
    }

    /// Whether a new file of this mode has it from the start.
    boolean givesMode(int mode) {
        return (mode & (umask | 07000)) == 0;
    }
}
