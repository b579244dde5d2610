package sampan.linux.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Extended attributes (xattr(7)) of files named by a directory and a path. The last part of the
/// path is never followed; an empty path means the descriptor itself, which may be an O_PATH one.
public final class Xattrs {
    /// XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h.
    public static final int VALUE_MAX = 65536;

    public static final int LIST_MAX = 65536;

    /// Most files have no attributes or short ones: one call with this much room answers those.
    private static final int FIRST_TRY = 1024;

    private Xattrs() {}

    /// The names, in the file system's order; empty where it has none or knows no attributes.
    public static List<String> list(Fd dir, String path) {
        try (Arena arena = Arena.ofConfined()) {
            String full = full(dir, path);
            long at = CString.address(arena, full);
            long nr = path.isEmpty() ? Nr.LISTXATTR : Nr.LLISTXATTR;
            MemorySegment buffer = arena.allocate(FIRST_TRY);
            long size = Kernel.raw(nr, at, buffer.address(), buffer.byteSize());
            if (size == -Errno.ERANGE) {
                buffer = arena.allocate(LIST_MAX);
                size = Kernel.raw(nr, at, buffer.address(), buffer.byteSize());
            }
            if (size == -Errno.EOPNOTSUPP) {
                return List.of();
            }
            check("llistxattr", size, full);
            List<String> names = new ArrayList<>();
            for (long i = 0; i < size; ) {
                MemorySegment rest = buffer.asSlice(i, size - i);
                String name = CString.decode(rest);
                names.add(name);
                i += CString.encode(name).length + 1L;
            }
            return names;
        }
    }

    /// The value; empty where the file has no such attribute.
    public static Optional<byte[]> get(Fd dir, String path, String name) {
        try (Arena arena = Arena.ofConfined()) {
            String full = full(dir, path);
            long at = CString.address(arena, full);
            long key = CString.address(arena, name);
            long nr = path.isEmpty() ? Nr.GETXATTR : Nr.LGETXATTR;
            MemorySegment buffer = arena.allocate(FIRST_TRY);
            long size = Kernel.raw(nr, at, key, buffer.address(), FIRST_TRY, 0, 0);
            if (size == -Errno.ERANGE) {
                buffer = arena.allocate(VALUE_MAX);
                size = Kernel.raw(nr, at, key, buffer.address(), VALUE_MAX, 0, 0);
            }
            if (size == -Errno.ENODATA || size == -Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            check("lgetxattr", size, full);
            return Optional.of(buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /// Sets or replaces the attribute.
    public static void set(Fd dir, String path, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, value.length));
            MemorySegment.copy(value, 0, memory, ValueLayout.JAVA_BYTE, 0, value.length);
            String full = full(dir, path);
            Kernel.call(
                    "lsetxattr",
                    full + " " + name,
                    path.isEmpty() ? Nr.SETXATTR : Nr.LSETXATTR,
                    CString.address(arena, full),
                    CString.address(arena, name),
                    memory.address(),
                    value.length,
                    0,
                    0);
        }
    }

    public static void remove(Fd dir, String path, String name) {
        try (Arena arena = Arena.ofConfined()) {
            String full = full(dir, path);
            Kernel.call(
                    "lremovexattr",
                    full + " " + name,
                    path.isEmpty() ? Nr.REMOVEXATTR : Nr.LREMOVEXATTR,
                    CString.address(arena, full),
                    CString.address(arena, name),
                    0);
        }
    }

    // There is no *at form before kernel 6.13.
    private static String full(Fd dir, String path) {
        if (dir == Fd.CWD || path.startsWith("/")) {
            return path;
        }
        return path.isEmpty() ? dir.path() : dir.path() + "/" + path;
    }

    private static void check(String call, long result, String subject) {
        if (result < 0) {
            throw Kernel.failure(call, (int) -result, subject);
        }
    }
}
