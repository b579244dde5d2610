package sampan.engine.trees;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.linux.files.Device;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileTree;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarException;
import sampan.oci.tar.TarReader;

/// Unpacks one archive below a directory. Of entries with the same name the last wins; a directory
/// that comes again is kept with its content. Used once, by one thread.
public final class TreeExtractor {
    private static final int CREATE =
            Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW | Open.NOCTTY;

    private final OpenDirectories directories;
    private final ExtractOptions options;
    private final Creator creator = Creator.current();
    private final Map<String, long[]> directoryTimes = new LinkedHashMap<>();
    private long contentBytes;
    private long entries;

    /// @param root open directory, the caller's; nothing outside of it is touched
    private TreeExtractor(Fd root, ExtractOptions options) {
        this.directories = new OpenDirectories(root, options.base());
        this.options = options;
    }

    /// What was unpacked.
    ///
    /// @param contentBytes of all files and links together
    public record Extracted(long entries, long contentBytes) {}

    /// Unpacks the plain tar, and reads the source to its end.
    public static Extracted extract(Fd root, ReadableByteChannel tar, ExtractOptions options) {
        TarReader reader = new TarReader(tar, options.limits());
        TreeExtractor extractor = new TreeExtractor(root, options);
        try (OpenDirectories _ = extractor.directories) {
            Optional<TarEntry> entry = reader.next();
            while (entry.isPresent()) {
                extractor.unpack(extractor.owned(entry.get()), reader);
                entry = reader.next();
            }
            reader.drain();
            extractor.setDirectoryTimes();
        }
        return new Extracted(extractor.entries, extractor.contentBytes);
    }

    private TarEntry owned(TarEntry entry) {
        return options.everyone().map(o -> entry.withOwner(o.uid(), o.gid())).orElse(entry);
    }

    private void unpack(TarEntry entry, TarReader reader) {
        EntryPath path = EntryPath.of(entry.name());
        entries++;
        try {
            if (path.isRoot()) {
                root(entry);
            } else if (options.whiteouts() && path.name().startsWith(Whiteouts.PREFIX)) {
                whiteout(path);
            } else {
                make(path, entry, reader);
            }
        } catch (ErrnoException e) {
            throw explained(entry, e);
        }
    }

    private static RuntimeException explained(TarEntry entry, ErrnoException e) {
        return switch (e.errno()) {
            case Errno.ENAMETOOLONG ->
                    new TarException("archive entry " + brief(entry) + " has a name too long");
            case Errno.ELOOP ->
                    new TarException("archive entry " + brief(entry) + " is below a loop of links");
            default -> e;
        };
    }

    private static String brief(TarEntry entry) {
        return entry.name().length() <= 200 ? entry.name() : entry.name().substring(0, 200) + "...";
    }

    private void root(TarEntry entry) {
        if (entry.type() == TarEntry.Type.DIRECTORY && options.whiteouts()) {
            Fd fd = directories.get("").fd();
            attributes(fd, entry, false);
            directoryTimes.put("", new long[] {entry.mtimeSec(), entry.mtimeNsec()});
        }
    }

    private void make(EntryPath path, TarEntry entry, TarReader reader) {
        OpenDirectories.Held parent = directories.get(path.parent());
        switch (entry.type()) {
            case FILE -> file(parent, path, entry, reader);
            case DIRECTORY -> directory(parent, path, entry);
            case SYMLINK -> {
                clearing(path, entry, dir -> symlink(dir, path.name(), entry.linkName()));
                contentBytes += entry.linkName().getBytes(StandardCharsets.UTF_8).length;
                finishNode(path, entry);
            }
            case HARD_LINK -> hardLink(path, entry);
            case CHARACTER_DEVICE -> node(path, entry, FileType.CHARACTER_DEVICE);
            case BLOCK_DEVICE -> node(path, entry, FileType.BLOCK_DEVICE);
            case FIFO -> node(path, entry, FileType.FIFO);
        }
    }

    private static void symlink(Fd directory, String name, String target) {
        if (target.isEmpty()) {
            throw new TarException("archive entry " + name + " is a link without a target");
        }
        FileOps.symlinkAt(target, directory, name);
    }

    private void file(
            OpenDirectories.Held parent, EntryPath path, TarEntry entry, TarReader reader) {
        Fd created;
        try {
            created = FileOps.openAt(parent.fd(), path.name(), CREATE, entry.mode() & 0777);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            replace(path, entry);
            Fd again = directories.get(path.parent()).fd();
            created = FileOps.openAt(again, path.name(), CREATE, entry.mode() & 0777);
        }
        try (Fd file = created) {
            reader.copyTo(new FdChannel(file));
            attributes(file, entry, parent.inheritsGroup());
            FileOps.utimensAt(
                    file,
                    "",
                    entry.mtimeSec(),
                    entry.mtimeNsec(),
                    entry.mtimeSec(),
                    entry.mtimeNsec());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        contentBytes += entry.size();
    }

    // Owner before mode and attributes: chown(2) takes setuid bits and capabilities away.
    private void attributes(Fd file, TarEntry entry, boolean inheritsGroup) {
        boolean owned = ownedByCreator(entry) && !inheritsGroup;
        if (!owned) {
            FileOps.fchownAt(file, "", entry.uid(), entry.gid());
        }
        boolean plain = entry.type() == TarEntry.Type.FILE && creator.givesMode(entry.mode());
        if (!plain || !owned) {
            FileOps.fchmodAt(file, "", entry.mode());
        }
        setXattrs(file, "", entry);
    }

    private boolean ownedByCreator(TarEntry entry) {
        return entry.uid() == creator.uid() && entry.gid() == creator.gid();
    }

    private static void setXattrs(Fd directory, String name, TarEntry entry) {
        for (Map.Entry<String, byte[]> attribute : entry.xattrs().entrySet()) {
            if (Whiteouts.isPrivate(attribute.getKey())) {
                continue;
            }
            try {
                FileOps.setXattr(directory, name, attribute.getKey(), attribute.getValue());
            } catch (ErrnoException e) {
                // Labels of a security module that is not here, user attributes on links.
                boolean unknown = e.errno() == Errno.EOPNOTSUPP;
                boolean refused =
                        e.errno() == Errno.EPERM && attribute.getKey().startsWith("user.");
                if (!unknown && !refused) {
                    throw e;
                }
            }
        }
    }

    private void directory(OpenDirectories.Held parent, EntryPath path, TarEntry entry) {
        boolean hides = false;
        try {
            FileOps.mkdirAt(parent.fd(), path.name(), entry.mode() & 0777);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            Stat old = FileOps.statAt(parent.fd(), path.name());
            if (!old.isDirectory()) {
                hides = options.whiteouts() && Whiteouts.is(old);
                replace(path, entry);
                FileOps.mkdirAt(
                        directories.get(path.parent()).fd(), path.name(), entry.mode() & 0777);
            }
        }
        Fd above = directories.get(path.parent()).fd();
        try (Fd made = FileOps.openAt(above, path.name(), Open.PATH | Open.NOFOLLOW)) {
            attributes(made, entry, parent.inheritsGroup());
            if (hides) {
                Whiteouts.makeOpaque(made);
            }
        }
        directoryTimes.put(path.path(), new long[] {entry.mtimeSec(), entry.mtimeNsec()});
    }

    private void node(EntryPath path, TarEntry entry, FileType type) {
        long device = Device.of(entry.devMajor(), entry.devMinor());
        if (device >>> Integer.SIZE != 0) {
            // mknod(2) would make another device of the lower bits
            throw new TarException(
                    "archive entry "
                            + brief(entry)
                            + " is device "
                            + entry.devMajor()
                            + ":"
                            + entry.devMinor()
                            + ": there are none beyond 4095:1048575");
        }
        clearing(
                path,
                entry,
                dir ->
                        FileOps.mknodAt(
                                dir, path.name(), type.bits() | (entry.mode() & 0777), device));
        finishNode(path, entry);
    }

    private void hardLink(EntryPath path, TarEntry entry) {
        EntryPath target = EntryPath.of(entry.linkName());
        if (target.isRoot()) {
            throw new TarException("archive entry " + brief(entry) + " is a link to a directory");
        }
        if (target.equals(path)) {
            throw new TarException("archive entry " + brief(entry) + " is a link to itself");
        }
        try {
            clearing(
                    path,
                    entry,
                    dir -> {
                        // Both parents are held: a second look-up may close the first.
                        try (Fd to = dir.duplicate()) {
                            Fd from = directories.existing(target.parent()).fd();
                            FileOps.linkAt(from, target.name(), to, path.name());
                        }
                    });
        } catch (ErrnoException e) {
            switch (e.errno()) {
                case Errno.ENOENT, Errno.ENOTDIR ->
                        throw new TarException(
                                "archive entry "
                                        + brief(entry)
                                        + " is a link to "
                                        + target.path()
                                        + ", which is not in the archive");
                case Errno.EPERM ->
                        throw new TarException(
                                "archive entry " + brief(entry) + " is a link to a directory");
                default -> throw e;
            }
        }
    }

    /// Something that is made in a directory and may be in the way of what is there.
    private interface Making {
        void in(Fd directory);
    }

    private void clearing(EntryPath path, TarEntry entry, Making making) {
        try {
            making.in(directories.get(path.parent()).fd());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            replace(path, entry);
            making.in(directories.get(path.parent()).fd());
        }
    }

    private void finishNode(EntryPath path, TarEntry entry) {
        OpenDirectories.Held parent = directories.get(path.parent());
        String name = path.name();
        boolean owned = ownedByCreator(entry) && !parent.inheritsGroup();
        if (!owned) {
            FileOps.fchownAt(parent.fd(), name, entry.uid(), entry.gid());
        }
        if (entry.type() != TarEntry.Type.SYMLINK) {
            FileOps.fchmodAt(parent.fd(), name, entry.mode());
        }
        setXattrs(parent.fd(), name, entry);
        FileOps.utimensAt(
                parent.fd(),
                name,
                entry.mtimeSec(),
                entry.mtimeNsec(),
                entry.mtimeSec(),
                entry.mtimeNsec());
    }

    /// Takes away what has the entry's name.
    private void replace(EntryPath path, TarEntry entry) {
        Fd parent = directories.get(path.parent()).fd();
        Optional<Stat> old = FileOps.statIfExists(parent, path.name());
        if (old.isEmpty()) {
            return;
        }
        boolean directory = old.get().isDirectory();
        if (options.keepTypes() && directory != (entry.type() == TarEntry.Type.DIRECTORY)) {
            throw new TarException(
                    directory
                            ? "cannot overwrite directory \""
                                    + path.path()
                                    + "\" with non-directory"
                            : "cannot overwrite non-directory \""
                                    + path.path()
                                    + "\" with directory");
        }
        if (directory) {
            try (Fd readable = FileOps.openAt(parent, ".", Open.RDONLY | Open.DIRECTORY)) {
                FileTree.remove(readable, path.name());
            }
        } else {
            FileOps.unlinkAt(parent, path.name(), 0);
        }
        if (directory || old.get().isSymlink()) {
            directories.forget();
        }
    }

    private void whiteout(EntryPath path) {
        if (path.name().equals(Whiteouts.OPAQUE)) {
            Whiteouts.makeOpaque(directories.get(path.parent()).fd());
            return;
        }
        if (path.name().startsWith(Whiteouts.RESERVED)) {
            return;
        }
        String name = path.name().substring(Whiteouts.PREFIX.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new TarException("archive entry " + path.path() + " is a whiteout of nothing");
        }
        Fd parent = directories.get(path.parent()).fd();
        Optional<Stat> there = FileOps.statIfExists(parent, name);
        if (there.isEmpty()) {
            Whiteouts.make(parent, name);
        } else if (there.get().isDirectory()) {
            // It hides what lower layers have, not what this layer brings.
            try (Fd directory = FileOps.openAt(parent, name, Open.PATH | Open.NOFOLLOW)) {
                Whiteouts.makeOpaque(directory);
            }
        }
    }

    /// Last of all, for every file made in a directory changes its time.
    private void setDirectoryTimes() {
        directoryTimes.forEach((path, time) -> {
            EntryPath at = EntryPath.of(path);
            try {
                Fd parent = directories.existing(at.parent()).fd();
                boolean same =
                        at.isRoot()
                                || FileOps.statIfExists(parent, at.name())
                                        .map(Stat::isDirectory)
                                        .orElse(false);
                if (same) {
                    FileOps.utimensAt(parent, at.name(), time[0], time[1], time[0], time[1]);
                }
            } catch (ErrnoException e) {
                // A later entry put something else in its place.
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                    throw e;
                }
            }
        });
    }
}
