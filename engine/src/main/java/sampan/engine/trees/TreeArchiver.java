package sampan.engine.trees;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.linux.files.Device;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// Packs a tree, which may be changing and hostile: what vanishes is left out, no link is followed,
/// and every file has as many bytes as its header says. Names of one directory come in the order of
/// their bytes, so that the same tree gives the same archive. Sockets are left out. One thread.
public final class TreeArchiver implements AutoCloseable {
    private static final int COPY_BYTES = 256 << 10;
    private static final int FILE = Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY;
    private static final Comparator<DirEntry> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(CString.encode(a.name()), CString.encode(b.name()));

    private final Fd tree;
    private final TarWriter tar;
    private final PackOptions options;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(COPY_BYTES);
    private final byte[] piece = new byte[COPY_BYTES];
    private final Map<Inode, String> linked = new HashMap<>();
    private final long mount;

    private record Inode(long dev, long ino) {}

    private TreeArchiver(Fd tree, TarWriter tar, PackOptions options) {
        this.tree = tree;
        this.tar = tar;
        this.options = options;
        this.mount = FileOps.stat(tree).mountId();
    }

    /// Packs a directory with all that is in it. The archive is not finished.
    public static void pack(Fd tree, TarWriter tar, PackOptions options) {
        try (TreeArchiver archiver = new TreeArchiver(tree, tar, options)) {
            archiver.packAll();
        }
    }

    /// Packs a single file, link or device.
    ///
    /// @param options of which the prefix is the entry's name
    public static void packOne(Fd directory, String name, TarWriter tar, PackOptions options) {
        try (TreeArchiver archiver = new TreeArchiver(directory, tar, options)) {
            Optional<Stat> stat = FileOps.statIfExists(directory, name);
            stat.ifPresent(s -> archiver.entry(directory, name, options.prefix(), s));
        }
    }

    /// Packs a regular file that is open for reading.
    ///
    /// @param options of which the prefix is the entry's name
    public static void packOpen(Fd file, TarWriter tar, PackOptions options) {
        try (TreeArchiver archiver = new TreeArchiver(file, tar, options)) {
            archiver.content(file, options.prefix(), FileOps.stat(file));
        }
    }

    private void packAll() {
        if (options.ownEntry()) {
            directoryEntry(tree, options.prefix(), FileOps.stat(tree));
        }
        Deque<String> waiting = new ArrayDeque<>();
        waiting.push("");
        while (!waiting.isEmpty()) {
            List<String> below = packDirectory(waiting.pop());
            below.reversed().forEach(waiting::push);
        }
    }

    /// Packs what is in a directory; the directories among it wait for their turn.
    private List<String> packDirectory(String path) {
        List<String> below = new ArrayList<>();
        try (Fd directory = Walk.openDirectory(tree, path)) {
            List<DirEntry> entries = FileOps.readDir(directory, Integer.MAX_VALUE);
            entries.sort(BY_BYTES);
            if (options.whiteouts() && Whiteouts.isOpaque(directory)) {
                tar.begin(
                        TarEntry.file(
                                name(
                                        path.isEmpty()
                                                ? Whiteouts.OPAQUE
                                                : path + "/" + Whiteouts.OPAQUE),
                                0,
                                0));
                tar.end();
            }
            for (DirEntry found : entries) {
                String at = path.isEmpty() ? found.name() : path + "/" + found.name();
                Optional<Stat> stat = FileOps.statIfExists(directory, found.name());
                if (stat.isPresent() && packNamed(directory, found.name(), at, stat.get())) {
                    below.add(at);
                }
            }
        } catch (ErrnoException e) {
            if (!vanished(e)) {
                throw e;
            }
        }
        return below;
    }

    /// True for a directory that is to be looked into.
    private boolean packNamed(Fd directory, String name, String path, Stat stat) {
        boolean foreign = options.oneMount() && stat.mountId() != mount;
        boolean taken = options.takes().test(path);
        if (stat.isDirectory()) {
            if (taken) {
                try (Fd below = FileOps.openAt(directory, name, Open.PATH | Open.NOFOLLOW)) {
                    directoryEntry(below, name(path), stat);
                } catch (ErrnoException e) {
                    if (!vanished(e)) {
                        throw e;
                    }
                }
            }
            return !foreign;
        }
        if (taken && foreign) {
            tar.begin(TarEntry.file(name(path), stat.permissions(), 0));
            tar.end();
        } else if (taken && !(options.whiteouts() && name.startsWith(Whiteouts.PREFIX))) {
            // A layer cannot hold a file whose name means something in layers.
            entry(directory, name, name(path), stat);
        }
        return false;
    }

    private String name(String path) {
        return options.prefix().isEmpty() ? path : options.prefix() + "/" + path;
    }

    private static boolean vanished(ErrnoException e) {
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENXIO, Errno.ESTALE -> true;
            default -> false;
        };
    }

    private void directoryEntry(Fd directory, String name, Stat stat) {
        begin(name, TarEntry.Type.DIRECTORY, "", stat, xattrs(directory, ""));
        tar.end();
    }

    private void entry(Fd directory, String name, String shown, Stat stat) {
        try {
            switch (stat.type()) {
                case REGULAR -> file(directory, name, shown);
                case DIRECTORY -> {
                    // comes by itself
                }
                case SYMLINK -> {
                    String target = FileOps.readlinkAt(directory, name);
                    begin(shown, TarEntry.Type.SYMLINK, target, stat, xattrs(directory, name));
                    tar.end();
                }
                case CHARACTER_DEVICE -> character(directory, name, shown, stat);
                case BLOCK_DEVICE -> node(directory, name, shown, stat, TarEntry.Type.BLOCK_DEVICE);
                case FIFO -> node(directory, name, shown, stat, TarEntry.Type.FIFO);
                case SOCKET -> {
                    // means nothing without its listener
                }
            }
        } catch (ErrnoException e) {
            if (!vanished(e)) {
                throw e;
            }
        }
    }

    private void character(Fd directory, String name, String shown, Stat stat) {
        if (!Whiteouts.is(stat)) {
            node(directory, name, shown, stat, TarEntry.Type.CHARACTER_DEVICE);
        } else if (options.whiteouts()) {
            int slash = shown.lastIndexOf('/') + 1;
            String mark = shown.substring(0, slash) + Whiteouts.PREFIX + shown.substring(slash);
            tar.begin(TarEntry.file(mark, 0, 0).withTime(stat.mtimeSec(), 0));
            tar.end();
        }
    }

    private void node(Fd directory, String name, String shown, Stat stat, TarEntry.Type type) {
        begin(shown, type, "", stat, xattrs(directory, name));
        tar.end();
    }

    private void begin(
            String name,
            TarEntry.Type type,
            String link,
            Stat stat,
            Map<String, byte[]> attributes) {
        boolean device =
                type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        boolean late =
                options.newest().isPresent() && stat.mtimeSec() > options.newest().getAsLong();
        tar.begin(
                new TarEntry(
                        name,
                        type,
                        link,
                        stat.permissions(),
                        stat.uid(),
                        stat.gid(),
                        type == TarEntry.Type.FILE ? stat.size() : 0,
                        late ? options.newest().getAsLong() : stat.mtimeSec(),
                        late ? 0 : stat.mtimeNsec(),
                        device ? Device.major(stat.rdev()) : 0,
                        device ? Device.minor(stat.rdev()) : 0,
                        attributes));
    }

    private void file(Fd directory, String name, String shown) {
        try (Fd file = FileOps.openAt(directory, name, FILE)) {
            Stat stat = FileOps.stat(file);
            if (!stat.isRegular()) {
                return;
            }
            if (stat.nlink() > 1) {
                String first = linked.putIfAbsent(new Inode(stat.dev(), stat.ino()), shown);
                if (first != null) {
                    begin(shown, TarEntry.Type.HARD_LINK, first, stat, Map.of());
                    tar.end();
                    return;
                }
            }
            content(file, shown, stat);
        }
    }

    private void content(Fd file, String shown, Stat stat) {
        begin(shown, TarEntry.Type.FILE, "", stat, xattrs(file, ""));
        copy(file);
        tar.end();
    }

    /// As much as the header promised, or what there is: the rest is filled up with zeroes.
    private void copy(Fd file) {
        while (tar.remaining() > 0) {
            long want = Math.min(COPY_BYTES, tar.remaining());
            int got = FileIo.read(file, buffer.asSlice(0, want));
            if (got <= 0) {
                return;
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, piece, 0, got);
            tar.write(piece, 0, got);
        }
    }

    private static Map<String, byte[]> xattrs(Fd directory, String name) {
        List<String> names = FileOps.listXattrs(directory, name);
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, byte[]> found = new LinkedHashMap<>();
        for (String attribute : names) {
            if (isContent(attribute)) {
                FileOps.getXattr(directory, name, attribute)
                        .ifPresent(value -> found.put(attribute, value));
            }
        }
        return found;
    }

    // Labels and signatures of security modules belong to the machine, not to the file.
    private static boolean isContent(String attribute) {
        if (attribute.startsWith("security.")) {
            return attribute.equals("security.capability");
        }
        return !Whiteouts.isPrivate(attribute);
    }

    @Override
    public void close() {
        arena.close();
    }
}
