package sampan.linux.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import sampan.errors.SampanException;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// System calls on files by name; [FileIo] has those on what they contain. `dir` is where a
/// relative path starts (`Fd.CWD` for the daemon's working directory); descriptors that come back
/// are the caller's and close-on-exec.
public final class FileOps {
    /// renameAt2: fails where the new name exists.
    public static final int RENAME_NOREPLACE = 1;

    /// renameAt2: both names exist and change places.
    public static final int RENAME_EXCHANGE = 2;

    /// utimensAt: instead of nanoseconds, "now" and "leave as it is".
    public static final long UTIME_NOW = 0x3FFFFFFF;

    public static final long UTIME_OMIT = 0x3FFFFFFE;

    /// Names that [#readDir] takes at most unless told otherwise.
    public static final int ENTRIES_MAX = 1 << 20;

    private static final int PATH_MAX = 4096;
    private static final int DENTS_BUFFER = 32 << 10;
    // openat2 answers EAGAIN when a rename raced with a ".." in the path.
    private static final int RACES_MAX = 128;

    private FileOps() {}

    // ---- opening ----

    public static Fd openAt(Fd dir, String path, int flags, int mode) {
        return openAt(dir.number(), path, flags, mode);
    }

    public static Fd openAt(Fd dir, String path, int flags) {
        return openAt(dir.number(), path, flags, 0);
    }

    public static Fd openAt(int dir, String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, path);
            return Fd.own(
                    Kernel.call(
                            "openat",
                            path,
                            Nr.OPENAT,
                            dir,
                            name,
                            flags | Open.CLOEXEC,
                            mode,
                            0,
                            0));
        }
    }

    /// Opens as if `root` were "/": links and ".." stay below it, magic links fail (ELOOP).
    public static Fd openInRoot(Fd root, String path, int flags, int mode) {
        return openAt2(root, path, flags, mode, Open.RESOLVE_IN_ROOT | Open.RESOLVE_NO_MAGICLINKS);
    }

    /// Opens below `root`; a path or link that leads out of it fails (EXDEV).
    public static Fd openBeneath(Fd root, String path, int flags, int mode) {
        return openAt2(root, path, flags, mode, Open.RESOLVE_BENEATH | Open.RESOLVE_NO_MAGICLINKS);
    }

    /// openat2(2), kernel 5.6.
    ///
    /// @param mode must be 0 unless `flags` create something
    /// @param resolve `Open.RESOLVE_*`
    public static Fd openAt2(Fd dir, String path, int flags, int mode, long resolve) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(24, 8);
            how.set(ValueLayout.JAVA_LONG, 0, (flags | Open.CLOEXEC) & 0xFFFFFFFFL);
            how.set(ValueLayout.JAVA_LONG, 8, mode);
            how.set(ValueLayout.JAVA_LONG, 16, resolve);
            long name = CString.address(arena, path);
            for (int races = 0; ; races++) {
                long fd = Kernel.raw(Nr.OPENAT2, dir.number(), name, how.address(), 24, 0, 0);
                if (fd >= 0) {
                    return Fd.own(fd);
                }
                boolean again = fd == -Errno.EAGAIN || fd == -Errno.EINTR;
                if (!again || races == RACES_MAX) {
                    throw Kernel.failure("openat2", (int) -fd, path);
                }
            }
        }
    }

    // ---- names ----

    public static void mkdirAt(Fd dir, String path, int mode) {
        named(path, name -> Kernel.call("mkdirat", path, Nr.MKDIRAT, dir.number(), name, mode));
    }

    /// @param mode type and permissions, less the umask
    /// @param device as [Device#of], 0 for what is no device
    public static void mknodAt(Fd dir, String path, int mode, long device) {
        named(
                path,
                name ->
                        Kernel.call(
                                "mknodat",
                                path,
                                Nr.MKNODAT,
                                dir.number(),
                                name,
                                mode,
                                device,
                                0,
                                0));
    }

    public static void symlinkAt(String target, Fd dir, String path) {
        try (Arena arena = Arena.ofConfined()) {
            long to = CString.address(arena, target);
            long name = CString.address(arena, path);
            Kernel.call("symlinkat", path, Nr.SYMLINKAT, to, dir.number(), name);
        }
    }

    /// A hard link; an `oldPath` that is a symbolic link is linked itself. With an empty `oldPath`
    /// the file behind `oldDir` gets the name.
    public static void linkAt(Fd oldDir, String oldPath, Fd newDir, String newPath) {
        boolean byFd = oldPath.isEmpty();
        try (Arena arena = Arena.ofConfined()) {
            // AT_EMPTY_PATH would need CAP_DAC_READ_SEARCH; the way over /proc does not.
            long from = CString.address(arena, byFd ? oldDir.path() : oldPath);
            long to = CString.address(arena, newPath);
            int flags = byFd ? Open.AT_SYMLINK_FOLLOW : 0;
            Kernel.call(
                    "linkat",
                    newPath,
                    Nr.LINKAT,
                    oldDir.number(),
                    from,
                    newDir.number(),
                    to,
                    flags,
                    0);
        }
    }

    /// @param flags 0, or `Open.AT_REMOVEDIR` for an empty directory
    public static void unlinkAt(Fd dir, String path, int flags) {
        named(path, name -> Kernel.call("unlinkat", path, Nr.UNLINKAT, dir.number(), name, flags));
    }

    /// As [#unlinkAt] of what may be a directory, which is no error: whole trees are taken away by
    /// asking, and an exception for each directory costs more than the call.
    ///
    /// @return false where it is a directory; true where it is gone, or was not there
    static boolean unlinkedUnlessDirectory(Fd dir, String path) {
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, path);
            int errno = (int) -Kernel.raw(Nr.UNLINKAT, dir.number(), name, 0);
            return switch (errno) {
                case 0, Errno.ENOENT -> true;
                case Errno.EISDIR -> false;
                default -> throw Kernel.failure("unlinkat", errno, path);
            };
        }
    }

    /// @param flags 0, [#RENAME_NOREPLACE] or [#RENAME_EXCHANGE]
    public static void renameAt2(Fd oldDir, String oldPath, Fd newDir, String newPath, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long from = CString.address(arena, oldPath);
            long to = CString.address(arena, newPath);
            Kernel.call(
                    "renameat2",
                    oldPath + " to " + newPath,
                    Nr.RENAMEAT2,
                    oldDir.number(),
                    from,
                    newDir.number(),
                    to,
                    flags,
                    0);
        }
    }

    /// Where a link points; with an empty path that of an O_PATH descriptor of a link.
    public static String readlinkAt(Fd dir, String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long name = CString.address(arena, path);
            long size =
                    Kernel.call(
                            "readlinkat",
                            path,
                            Nr.READLINKAT,
                            dir.number(),
                            name,
                            buffer.address(),
                            PATH_MAX,
                            0,
                            0);
            return CString.decode(buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /// The names in a directory but "." and "..", in the file system's order. Starts at the
    /// beginning whatever was read before; `dir` must be open for reading, not O_PATH.
    ///
    /// @throws SampanException INVALID where there are more than `entriesMax`
    public static List<DirEntry> readDir(Fd dir, int entriesMax) {
        FileIo.seek(dir, 0);
        List<DirEntry> entries = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(DENTS_BUFFER, 8);
            while (true) {
                long size =
                        Kernel.call(
                                "getdents64",
                                dir.toString(),
                                Nr.GETDENTS64,
                                dir.number(),
                                buffer.address(),
                                DENTS_BUFFER);
                if (size == 0) {
                    return entries;
                }
                addEntries(buffer.asSlice(0, size), entries);
                if (entries.size() > entriesMax) {
                    throw SampanException.invalid(
                            "directory with more than " + entriesMax + " entries: remove some");
                }
            }
        }
    }

    public static List<DirEntry> readDir(Fd dir) {
        return readDir(dir, ENTRIES_MAX);
    }

    private static void addEntries(MemorySegment buffer, List<DirEntry> entries) {
        for (long at = 0; at < buffer.byteSize(); ) {
            int length = buffer.get(ValueLayout.JAVA_SHORT, at + 16) & 0xFFFF;
            String name = CString.decode(buffer.asSlice(at + 19, length - 19L));
            if (!name.equals(".") && !name.equals("..")) {
                int type = buffer.get(ValueLayout.JAVA_BYTE, at + 18);
                entries.add(new DirEntry(buffer.get(ValueLayout.JAVA_LONG, at), type, name));
            }
            at += length;
        }
    }

    // ---- attributes ----

    /// Of the path itself, a link included; an empty path means `dir`.
    public static Stat statAt(Fd dir, String path) {
        return statAt(dir, path, Open.AT_SYMLINK_NOFOLLOW);
    }

    /// @param flags 0 follows a link at the end, `Open.AT_SYMLINK_NOFOLLOW` does not
    public static Stat statAt(Fd dir, String path, int flags) {
        return statOrErrno(dir, path, flags, true).orElseThrow();
    }

    /// Of the path itself; empty where there is no such file or a part of the path is none.
    public static Optional<Stat> statIfExists(Fd dir, String path) {
        return statOrErrno(dir, path, Open.AT_SYMLINK_NOFOLLOW, false);
    }

    public static Stat stat(Fd file) {
        return statAt(file, "");
    }

    private static Optional<Stat> statOrErrno(Fd dir, String path, int flags, boolean must) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Stat.SIZE, 8);
            long name = CString.address(arena, path);
            long result =
                    Kernel.raw(
                            Nr.STATX,
                            dir.number(),
                            name,
                            flags
                                    | Open.AT_NO_AUTOMOUNT
                                    | (path.isEmpty() ? Open.AT_EMPTY_PATH : 0),
                            Stat.BASIC_AND_MOUNT,
                            buffer.address(),
                            0);
            if (result == 0) {
                return Optional.of(Stat.of(buffer));
            }
            if (!must && (result == -Errno.ENOENT || result == -Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw Kernel.failure("statx", (int) -result, path);
        }
    }

    public static StatFs statfs(Fd file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(StatFs.SIZE, 8);
            on("fstatfs", Nr.FSTATFS, file, buffer.address(), 0, 0);
            return StatFs.of(buffer);
        }
    }

    public static StatFs statfs(String path) {
        try (Fd file = Fd.open(path, Open.PATH)) {
            return statfs(file);
        }
    }

    /// Never follows a link: one as the last part fails (EOPNOTSUPP), for links have no mode.
    public static void fchmodAt(Fd dir, String path, int mode) {
        int flags = Open.AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? Open.AT_EMPTY_PATH : 0);
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, path);
            long result = Kernel.raw(Nr.FCHMODAT2, dir.number(), name, mode, flags, 0, 0);
            if (result == -Errno.ENOSYS) {
                chmodByProc(dir, path, mode);
            } else if (result < 0) {
                throw Kernel.failure("fchmodat2", (int) -result, path);
            }
        }
    }

    // fchmodat2 came with kernel 6.6.
    private static void chmodByProc(Fd dir, String path, int mode) {
        if (path.isEmpty()) {
            chmod(dir.path(), mode);
            return;
        }
        try (Fd file = openAt(dir, path, Open.PATH | Open.NOFOLLOW)) {
            if (stat(file).isSymlink()) {
                throw Kernel.failure("fchmodat", Errno.EOPNOTSUPP, path);
            }
            chmod(file.path(), mode);
        }
    }

    private static void chmod(String path, int mode) {
        named(path, name -> Kernel.call("fchmodat", path, Nr.FCHMODAT, Open.AT_FDCWD, name, mode));
    }

    /// Of the path itself, a link included; an empty path means `dir`. -1 leaves an id as it is.
    public static void fchownAt(Fd dir, String path, int uid, int gid) {
        int flags = Open.AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? Open.AT_EMPTY_PATH : 0);
        named(
                path,
                name ->
                        Kernel.call(
                                "fchownat",
                                path,
                                Nr.FCHOWNAT,
                                dir.number(),
                                name,
                                uid,
                                gid,
                                flags,
                                0));
    }

    /// Times of the path itself, a link included.
    ///
    /// @param atimeNsec 0 to 999999999, [#UTIME_NOW] or [#UTIME_OMIT]; the same for `mtimeNsec`
    public static void utimensAt(
            Fd dir, String path, long atimeSec, long atimeNsec, long mtimeSec, long mtimeNsec) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times =
                    arena.allocateFrom(
                            ValueLayout.JAVA_LONG, atimeSec, atimeNsec, mtimeSec, mtimeNsec);
            int flags = Open.AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? Open.AT_EMPTY_PATH : 0);
            long name = CString.address(arena, path);
            Kernel.call(
                    "utimensat",
                    path,
                    Nr.UTIMENSAT,
                    dir.number(),
                    name,
                    times.address(),
                    flags,
                    0,
                    0);
        }
    }

    // ---- extended attributes ----

    /// As [Xattrs#list].
    public static List<String> listXattrs(Fd dir, String path) {
        return Xattrs.list(dir, path);
    }

    public static Optional<byte[]> getXattr(Fd dir, String path, String name) {
        return Xattrs.get(dir, path, name);
    }

    public static void setXattr(Fd dir, String path, String name, byte[] value) {
        Xattrs.set(dir, path, name, value);
    }

    public static void removeXattr(Fd dir, String path, String name) {
        Xattrs.remove(dir, path, name);
    }

    // ---- small files ----

    /// The content of a file of /proc, /sys or a cgroup, or any small one.
    public static String readSmallFile(String path, int bytesMax) {
        return CString.decode(readSmallBytes(path, bytesMax));
    }

    public static byte[] readSmallBytes(String path, int bytesMax) {
        try (Fd file = Fd.open(path, Open.RDONLY)) {
            return FileIo.readFully(file, bytesMax);
        }
    }

    /// Writes to an existing file in a single write(2), as files of /proc and cgroups want it.
    public static void writeFile(String path, String content) {
        try (Fd file = Fd.open(path, Open.WRONLY)) {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            int size = FileIo.write(file, data);
            if (size != data.length) {
                throw Kernel.failure("write", Errno.EIO, path);
            }
        }
    }

    private static void named(String path, LongUnaryOperator call) {
        try (Arena arena = Arena.ofConfined()) {
            var _ = call.applyAsLong(CString.address(arena, path));
        }
    }

    private static long on(String call, long nr, Fd file, long b, long c, long d) {
        return Kernel.call(call, file.toString(), nr, file.number(), b, c, d, 0, 0);
    }
}
