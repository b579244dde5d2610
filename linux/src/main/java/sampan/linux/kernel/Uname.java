package sampan.linux.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import sampan.linux.sys.CString;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// uname(2).
///
/// @param node the host's name
/// @param release such as `6.18.44`
/// @param machine such as `x86_64`
public record Uname(String system, String node, String release, String version, String machine) {
    private static final int FIELD = 65;
    private static final int FIELDS = 6;

    /// Of this process: its uts namespace has the names.
    public static Uname ask() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate((long) FIELD * FIELDS);
            Kernel.call("uname", "", Nr.UNAME, buffer.address(), 0, 0);
            return new Uname(
                    field(buffer, 0),
                    field(buffer, 1),
                    field(buffer, 2),
                    field(buffer, 3),
                    field(buffer, 4));
        }
    }

    private static String field(MemorySegment buffer, int index) {
        return CString.decode(buffer.asSlice((long) FIELD * index, FIELD));
    }
}
