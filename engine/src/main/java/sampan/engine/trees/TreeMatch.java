package sampan.engine.trees;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.trees.ArchiveTree.Node;
import sampan.errors.ErrnoException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarEntry;

/// Compares an unpacked layer with its archive, entry by entry: types, owners, modes, contents,
/// links, devices, whiteouts, capabilities, and that nothing is there beside. Times are not
/// compared. Used once, by one thread.
public final class TreeMatch {
    /// Differences that are told; one is enough to condemn a tree.
    public static final int TOLD_MAX = 5;

    private static final String CAPABILITY = "security.capability";
    private static final int READ_BYTES = 256 << 10;
    private static final int READ = Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY;

    private record Level(String path, Node node) {}

    private final List<String> differences = new ArrayList<>();
    private final Map<Node, Long> inodes = new HashMap<>();
    private final byte[] buffer = new byte[READ_BYTES];
    private long files;

    private TreeMatch() {}

    /// @param differences in words, at most [#TOLD_MAX]; none where the tree is the archive's
    /// @param files that were compared
    public record Result(List<String> differences, long files) {}

    /// Reads the plain tar to its end, then the tree.
    public static Result of(Path tree, ReadableByteChannel tar) {
        Node root = ArchiveTree.read(tar);
        TreeMatch match = new TreeMatch();
        try (Fd directory = Fd.open(tree.toString(), Open.PATH | Open.DIRECTORY)) {
            match.attributes("/", root, FileOps.stat(directory));
            Deque<Level> levels = new ArrayDeque<>();
            levels.push(new Level("", root));
            while (!levels.isEmpty() && match.differences.size() < TOLD_MAX) {
                match.level(directory, levels.pop(), levels);
            }
        }
        return new Result(List.copyOf(match.differences), match.files);
    }

    private void differs(String path, String how) {
        if (differences.size() < TOLD_MAX) {
            differences.add((path.startsWith("/") ? path : "/" + path) + " " + how);
        }
    }

    private void level(Fd root, Level level, Deque<Level> levels) {
        try (Fd directory = Walk.openDirectory(root, level.path())) {
            if (Whiteouts.isOpaque(directory) != level.node().opaque) {
                differs(level.path(), "hides what is below it, or should");
            }
            Set<String> missing = new HashSet<>(level.node().children.keySet());
            for (DirEntry entry : FileOps.readDir(directory, Integer.MAX_VALUE)) {
                String path =
                        level.path().isEmpty() ? entry.name() : level.path() + "/" + entry.name();
                Node node = level.node().children.get(entry.name());
                if (node == null) {
                    differs(path, "is not in the archive");
                    continue;
                }
                missing.remove(entry.name());
                entry(directory, entry.name(), path, node);
                if (node.isDirectory()) {
                    levels.push(new Level(path, node));
                }
            }
            missing.forEach(name -> differs(level.path() + "/" + name, "is missing"));
        } catch (ErrnoException e) {
            differs(level.path(), "cannot be read: " + e.getMessage());
        }
    }

    private void entry(Fd directory, String name, String path, Node node) {
        files++;
        Stat stat = FileOps.statAt(directory, name);
        if (node.whiteout) {
            if (!Whiteouts.is(stat)) {
                differs(path, "is there where the archive takes it away");
            }
            return;
        }
        if (stat.type() != typeOf(node.type)) {
            differs(path, "is a " + word(stat.type()) + " and not a " + word(typeOf(node.type)));
            return;
        }
        attributes(path, node, stat);
        if (node.names > 1 && inodes.merge(node, stat.ino(), (a, b) -> a) != stat.ino()) {
            differs(path, "is not the hard link that it was");
        }
        switch (node.type) {
            case FILE -> content(directory, name, path, node, stat);
            case SYMLINK -> link(directory, name, path, node);
            case CHARACTER_DEVICE, BLOCK_DEVICE -> {
                if (stat.rdev() != node.device) {
                    differs(path, "is another device");
                }
            }
            case DIRECTORY, FIFO, HARD_LINK -> {}
        }
    }

    private static String word(FileType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    private static FileType typeOf(TarEntry.Type type) {
        return switch (type) {
            case FILE, HARD_LINK -> FileType.REGULAR;
            case SYMLINK -> FileType.SYMLINK;
            case CHARACTER_DEVICE -> FileType.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> FileType.BLOCK_DEVICE;
            case DIRECTORY -> FileType.DIRECTORY;
            case FIFO -> FileType.FIFO;
        };
    }

    // A directory that the archive only implies has what the daemon gave it.
    private void attributes(String path, Node node, Stat stat) {
        TarEntry entry = node.entry;
        if (entry == null) {
            return;
        }
        if (stat.uid() != entry.uid() || stat.gid() != entry.gid()) {
            differs(
                    path,
                    "belongs to %d:%d and not to %d:%d"
                            .formatted(stat.uid(), stat.gid(), entry.uid(), entry.gid()));
        }
        boolean link = entry.type() == TarEntry.Type.SYMLINK;
        if (!link && stat.permissions() != entry.mode()) {
            differs(path, "has mode %o and not %o".formatted(stat.permissions(), entry.mode()));
        }
    }

    private void content(Fd directory, String name, String path, Node node, Stat stat) {
        if (stat.size() != node.size) {
            differs(path, "has " + stat.size() + " bytes and not " + node.size);
            return;
        }
        try (Fd file = FileOps.openAt(directory, name, READ)) {
            ArchiveTree.Sum sum = new ArchiveTree.Sum();
            int got = FileIo.read(file, buffer);
            while (got > 0) {
                sum.write(ByteBuffer.wrap(buffer, 0, got));
                got = FileIo.read(file, buffer);
            }
            if (sum.value() != node.sum) {
                differs(path, "has another content");
            }
            capability(file, path, node);
        } catch (ErrnoException e) {
            differs(path, "cannot be read: " + e.getMessage());
        }
    }

    private void capability(Fd file, String path, Node node) {
        TarEntry entry = node.entry;
        byte[] wanted = entry == null ? null : entry.xattrs().get(CAPABILITY);
        Optional<byte[]> has =
                wanted == null ? Optional.empty() : FileOps.getXattr(file, "", CAPABILITY);
        if (wanted != null && !Arrays.equals(has.orElse(new byte[0]), wanted)) {
            differs(path, "has other capabilities");
        }
    }

    private void link(Fd directory, String name, String path, Node node) {
        TarEntry entry = node.entry;
        String target = FileOps.readlinkAt(directory, name);
        if (entry != null && !target.equals(entry.linkName())) {
            differs(path, "leads elsewhere");
        }
    }
}
