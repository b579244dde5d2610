package sampan.linux.cgroups;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// One cgroup in one hierarchy: a directory and its files. Every path is opened from the
/// hierarchy's root, so nothing is kept open and a handle outlives the directory harmlessly.
///
/// @param hierarchy the tree
/// @param path from its root, without a slash before it
record CgroupNode(Hierarchy hierarchy, String path) {
    private static final int MODE = 0755;
    private static final long NR_MKDIRAT = 258;
    private static final long NR_UNLINKAT = 263;
    private static final int CHUNK = 4096;
    private static final int TEXT_MAX = 4 << 20;

    enum Removal {
        GONE,
        BUSY
    }

    /// The absolute path of a file of it, or of itself for the empty name.
    String absolute(String file) {
        String self = hierarchy.mountPoint() + "/" + path;
        return file.isEmpty() ? self : self + "/" + file;
    }

    private String relative(String file) {
        return file.isEmpty() ? path : path + "/" + file;
    }

    Optional<CgroupNode> parent() {
        int slash = path.lastIndexOf('/');
        return slash < 0
                ? Optional.empty()
                : Optional.of(new CgroupNode(hierarchy, path.substring(0, slash)));
    }

    CgroupNode child(String name) {
        return new CgroupNode(hierarchy, path + "/" + name);
    }

    /// Makes the directory; 0, or the errno.
    int make() {
        try (Arena arena = Arena.ofConfined()) {
            return (int)
                    -Kernel.raw(
                            NR_MKDIRAT,
                            hierarchy.rootNumber(),
                            Kernel.address(arena.allocateFrom(path)),
                            MODE);
        }
    }

    /// Removes the directory once; a missing one is gone.
    Removal remove() {
        try (Arena arena = Arena.ofConfined()) {
            int errno =
                    (int)
                            -Kernel.raw(
                                    NR_UNLINKAT,
                                    hierarchy.rootNumber(),
                                    Kernel.address(arena.allocateFrom(path)),
                                    Open.AT_REMOVEDIR);
            if (errno == 0 || errno == Errno.ENOENT) {
                return Removal.GONE;
            }
            if (errno == Errno.EBUSY || errno == Errno.EINTR) {
                return Removal.BUSY;
            }
            throw Kernel.failure("rmdir", errno, absolute(""));
        }
    }

    boolean exists() {
        Optional<Fd> fd = open("", Open.PATH | Open.DIRECTORY);
        fd.ifPresent(Fd::close);
        return fd.isPresent();
    }

    boolean has(String file) {
        Optional<Fd> fd = open(file, Open.PATH);
        fd.ifPresent(Fd::close);
        return fd.isPresent();
    }

    /// Opens a file of it; empty where that is missing.
    Optional<Fd> open(String file, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long fd =
                    Kernel.raw(
                            Nr.OPENAT,
                            hierarchy.rootNumber(),
                            Kernel.address(arena.allocateFrom(relative(file))),
                            flags | Open.CLOEXEC);
            if (fd >= 0) {
                return Optional.of(Fd.own(fd));
            }
            if (fd == -Errno.ENOENT || fd == -Errno.ENODEV) {
                return Optional.empty();
            }
            throw Kernel.failure("open", (int) -fd, absolute(file));
        }
    }

    Fd openOrThrow(String file, int flags) {
        return open(file, flags)
                .orElseThrow(() -> Kernel.failure("open", Errno.ENOENT, absolute(file)));
    }

    /// Writes a value in one write(2).
    ///
    /// @throws ErrnoException as the kernel refuses it, ENOENT where the file is missing
    void write(String file, String value) {
        int errno = tryWrite(file, value);
        if (errno != 0) {
            throw Kernel.failure("write \"" + value + "\" to", errno, absolute(file));
        }
    }

    /// Writes a value in one write(2); 0, or the errno.
    int tryWrite(String file, String value) {
        try (Arena arena = Arena.ofConfined()) {
            long fd =
                    Kernel.raw(
                            Nr.OPENAT,
                            hierarchy.rootNumber(),
                            Kernel.address(arena.allocateFrom(relative(file))),
                            Open.WRONLY | Open.CLOEXEC);
            if (fd < 0) {
                return (int) -fd;
            }
            try (Fd target = Fd.own(fd)) {
                return tryWrite(target, value);
            }
        }
    }

    /// Writes a value to an open file; 0, or the errno.
    static int tryWrite(Fd target, String value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(value);
            while (true) {
                long done =
                        Kernel.raw(
                                Nr.WRITE,
                                target.number(),
                                Kernel.address(text),
                                text.byteSize() - 1);
                if (done >= 0) {
                    return 0;
                }
                if (done != -Errno.EINTR) {
                    return (int) -done;
                }
            }
        }
    }

    /// Sets what a user asked for; the failure names the setting, the value and the kernel's word.
    ///
    /// @param setting as the user knows it, such as `cpu quota`
    void set(String setting, String file, String value) {
        int errno = tryWrite(file, value);
        if (errno != 0) {
            throw refused(setting, file, value, errno);
        }
    }

    SampanException refused(String setting, String file, String value, int errno) {
        String what = "cannot set " + setting + " to \"" + value + "\": ";
        String where = "write " + absolute(file) + ": " + Kernel.errorText(errno);
        return switch (errno) {
            case Errno.ENOENT ->
                    new SampanException(
                            ErrorCode.UNSUPPORTED, what + whyMissing(file) + " (" + where + ")");
            case Errno.EPERM, Errno.EACCES -> new SampanException(ErrorCode.DENIED, what + where);
            default -> SampanException.invalid(what + where);
        };
    }

    private String whyMissing(String file) {
        Optional<CgroupNode> crowded = hierarchy.unified() ? parent() : Optional.empty();
        while (crowded.isPresent() && crowded.get().processes().isEmpty()) {
            crowded = crowded.get().parent();
        }
        return crowded.isPresent() && !has(file)
                ? "cgroup "
                        + crowded.get().absolute("")
                        + " has processes, and version 2 hands no controllers down from such a one"
                : "this kernel has no " + file + " here";
    }

    /// The text of a file; empty where that is missing, as with the whole cgroup.
    Optional<String> read(String file) {
        Optional<Fd> opened = open(file, Open.RDONLY);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (Fd fd = opened.get()) {
            return Optional.of(readAll(fd, absolute(file)));
        } catch (ErrnoException e) {
            // The cgroup was removed between open and read.
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String readAll(Fd fd, String subject) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK);
            byte[] text = new byte[0];
            while (true) {
                int n =
                        (int)
                                Kernel.call(
                                        "read",
                                        subject,
                                        Nr.READ,
                                        fd.number(),
                                        Kernel.address(chunk),
                                        CHUNK);
                if (n == 0) {
                    return new String(text, StandardCharsets.US_ASCII);
                }
                int length = text.length;
                if (length + n > TEXT_MAX) {
                    throw new IllegalStateException(subject + " is longer than " + TEXT_MAX);
                }
                text = Arrays.copyOf(text, length + n);
                MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, text, length, n);
            }
        }
    }

    String readOrThrow(String file) {
        return read(file).orElseThrow(() -> Kernel.failure("open", Errno.ENOENT, absolute(file)));
    }

    /// The number in a file; `max` is the largest long. Empty where the file is missing.
    OptionalLong number(String file) {
        Optional<String> text = read(file);
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(parse(text.get().strip()));
    }

    /// A number as cgroup files have it: `max` and everything beyond a long is the largest long.
    static long parse(String text) {
        if (text.equals("max")) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return text.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /// The value behind a key in a file of `key value` lines.
    OptionalLong keyed(String file, String key) {
        String text = read(file).orElse("");
        String start = key + " ";
        return text.lines()
                .filter(line -> line.startsWith(start))
                .mapToLong(line -> parse(line.substring(start.length()).strip()))
                .findFirst();
    }

    /// The names of the cgroups in it.
    List<String> children() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(Path.of(absolute("")), Files::isDirectory)) {
            for (Path entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            // Removed while it was read.
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(absolute(""), e);
        }
        return names;
    }

    /// Calls for it and every cgroup below it, those below first.
    void deepestFirst(Consumer<CgroupNode> action) {
        for (String name : children()) {
            child(name).deepestFirst(action);
        }
        action.accept(this);
    }

    /// The processes in it, without those in cgroups below; empty in a threaded cgroup, whose
    /// processes stand in the root of its domain.
    List<Integer> processes() {
        try {
            return read("cgroup.procs")
                    .orElse("")
                    .lines()
                    // 0 is a process of a pid namespace that we do not see.
                    .map(Integer::valueOf)
                    .filter(pid -> pid > 0)
                    .toList();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EOPNOTSUPP) {
                return List.of();
            }
            throw e;
        }
    }
}
