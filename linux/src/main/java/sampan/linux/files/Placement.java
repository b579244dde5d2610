package sampan.linux.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Where a file system puts what is made in a directory.
public final class Placement {
    // linux/fs.h: _IOR('f', 1, long), _IOW('f', 2, long)
    private static final long GET_FLAGS = 0x80086601L;
    private static final long SET_FLAGS = 0x40086602L;
    private static final int TOP_DIRECTORY = 0x20000;

    private Placement() {}

    /// Says that the directories in this one have nothing to do with each other: ext4 puts each of
    /// them into a part of the disk of its own (chattr(1), `T`).
    ///
    /// @param directory open for reading
    /// @return false where the file system knows no such thing
    public static boolean spread(Fd directory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
            long at = flags.address();
            if (Kernel.raw(Nr.IOCTL, directory.number(), GET_FLAGS, at) < 0) {
                return false;
            }
            flags.set(ValueLayout.JAVA_INT, 0, flags.get(ValueLayout.JAVA_INT, 0) | TOP_DIRECTORY);
            return Kernel.raw(Nr.IOCTL, directory.number(), SET_FLAGS, at) >= 0;
        }
    }
}
