package sampan.linux.files;

/// The kinds of file that `st_mode` tells apart (inode(7)).
public enum FileType {
    REGULAR(0100000),
    DIRECTORY(0040000),
    SYMLINK(0120000),
    CHARACTER_DEVICE(0020000),
    BLOCK_DEVICE(0060000),
    FIFO(0010000),
    SOCKET(0140000);

    private static final int MASK = 0170000;

    private final int bits;

    FileType(int bits) {
        this.bits = bits;
    }

    /// S_IFREG and so on, for mknod(2).
    public int bits() {
        return bits;
    }

    /// The type within a mode; a mode without any type is a regular file, as mknod(2) has it.
    public static FileType of(int mode) {
        for (FileType type : values()) {
            if (type.bits == (mode & MASK)) {
                return type;
            }
        }
        return REGULAR;
    }
}
