package sampan.engine.archives;

import sampan.linux.files.Stat;

/// A file's type and permissions as Go's os.FileMode, which Docker's path header carries.
final class GoMode {
    private static final long DIRECTORY = 1L << 31;
    private static final long SYMLINK = 1L << 27;
    private static final long DEVICE = 1L << 26;
    private static final long FIFO = 1L << 25;
    private static final long SOCKET = 1L << 24;
    private static final long SETUID = 1L << 23;
    private static final long SETGID = 1L << 22;
    private static final long CHARACTER = 1L << 21;
    private static final long STICKY = 1L << 20;

    private GoMode() {}

    static long of(Stat stat) {
        long type =
                switch (stat.type()) {
                    case REGULAR -> 0;
                    case DIRECTORY -> DIRECTORY;
                    case SYMLINK -> SYMLINK;
                    case CHARACTER_DEVICE -> DEVICE | CHARACTER;
                    case BLOCK_DEVICE -> DEVICE;
                    case FIFO -> FIFO;
                    case SOCKET -> SOCKET;
                };
        int mode = stat.permissions();
        return type
                | (mode & 0777)
                | ((mode & 04000) == 0 ? 0 : SETUID)
                | ((mode & 02000) == 0 ? 0 : SETGID)
                | ((mode & 01000) == 0 ? 0 : STICKY);
    }
}
