package sampan.linux.files;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Whole trees of files that somebody hostile may have made and may be changing: links are never
/// followed, mounts never entered, and no depth exhausts descriptors or the stack.
public final class FileTree {
    /// Levels that are held open at once.
    private static final int DEPTH_MAX = 64;

    private static final int READ_DIR = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;

    private FileTree() {}

    /// Removes a file, or a directory with all that is in it; fine where there is none.
    ///
    /// @throws ErrnoException EBUSY or EXDEV where something is mounted below
    public static void remove(Fd dir, String name) {
        if (FileOps.unlinkedUnlessDirectory(dir, name)) {
            return;
        }
        try (Fd top = FileOps.openAt2(dir, name, READ_DIR, 0, Open.RESOLVE_NO_XDEV)) {
            new Removal(top).empty(top, 0);
        }
        FileOps.unlinkAt(dir, name, Open.AT_REMOVEDIR);
    }

    private static final class Removal {
        private final Fd top;
        private int moved;

        Removal(Fd top) {
            this.top = top;
        }

        void empty(Fd dir, int depth) {
            List<DirEntry> entries = FileOps.readDir(dir, Integer.MAX_VALUE);
            while (!entries.isEmpty()) {
                for (DirEntry entry : entries) {
                    removeEntry(dir, entry.name(), depth);
                }
                // What was moved here from below, or made meanwhile.
                entries = depth == 0 ? FileOps.readDir(dir, Integer.MAX_VALUE) : List.of();
            }
        }

        private void removeEntry(Fd dir, String name, int depth) {
            if (FileOps.unlinkedUnlessDirectory(dir, name)) {
                return;
            }
            if (depth == DEPTH_MAX) {
                moveToTop(dir, name);
                return;
            }
            try (Fd below = FileOps.openAt2(dir, name, READ_DIR, 0, Open.RESOLVE_NO_XDEV)) {
                empty(below, depth + 1);
            }
            FileOps.unlinkAt(dir, name, Open.AT_REMOVEDIR);
        }

        // It gets its turn there. A name may be taken by a file of the tree's own.
        private void moveToTop(Fd dir, String name) {
            while (true) {
                String aside = ".sampan-removed-" + moved++;
                try {
                    FileOps.renameAt2(dir, name, top, aside, FileOps.RENAME_NOREPLACE);
                    return;
                } catch (ErrnoException e) {
                    if (!e.isExisting()) {
                        throw e;
                    }
                }
            }
        }
    }

    /// What a tree takes.
    ///
    /// @param bytes allocated on the device, files with several names counted once
    /// @param files names counted once each, directories and links included
    public record Usage(long bytes, long files) {}

    /// Adds up a tree; the directory itself is included. What vanishes meanwhile is left out, and
    /// so is what lies deeper than a path of 4095 bytes.
    ///
    /// @param filesMax names that are looked at
    /// @throws SampanException INVALID where there are more
    public static Usage usage(Fd dir, long filesMax) {
        Counter counter = new Counter(filesMax);
        counter.count(FileOps.stat(dir));
        try (Fd readable = FileOps.openAt(dir, ".", READ_DIR)) {
            counter.below(readable, "");
        }
        return new Usage(counter.blocks * 512, counter.files);
    }

    private static final class Counter {
        private record FileId(long dev, long ino) {}

        private final long filesMax;
        private final Set<FileId> linked = new HashSet<>();
        private long blocks;
        private long files;

        Counter(long filesMax) {
            this.filesMax = filesMax;
        }

        void count(Stat stat) {
            if (++files > filesMax) {
                throw SampanException.invalid("tree with more than " + filesMax + " files");
            }
            boolean once = stat.nlink() == 1 || stat.isDirectory();
            if (once || linked.add(new FileId(stat.dev(), stat.ino()))) {
                blocks += stat.blocks();
            }
        }

        /// Goes down by paths from the top, a directory at a time, so that one descriptor is
        /// enough.
        void below(Fd top, String start) {
            List<String> waiting = new ArrayList<>(List.of(start));
            while (!waiting.isEmpty()) {
                String path = waiting.removeLast();
                long resolve =
                        Open.RESOLVE_NO_SYMLINKS | Open.RESOLVE_NO_XDEV | Open.RESOLVE_BENEATH;
                try (Fd dir =
                        FileOps.openAt2(top, path.isEmpty() ? "." : path, READ_DIR, 0, resolve)) {
                    for (DirEntry entry : FileOps.readDir(dir, Integer.MAX_VALUE)) {
                        FileOps.statIfExists(dir, entry.name())
                                .ifPresent(stat -> visit(stat, path, entry.name(), waiting));
                    }
                } catch (ErrnoException e) {
                    // Gone, a link now, a mount, or a path too long for one call.
                    if (!e.isMissing() && !skipped(e.errno())) {
                        throw e;
                    }
                }
            }
        }

        private void visit(Stat stat, String path, String name, List<String> waiting) {
            count(stat);
            if (stat.isDirectory()) {
                waiting.add(path.isEmpty() ? name : path + "/" + name);
            }
        }

        private static boolean skipped(int errno) {
            return errno == Errno.ENOTDIR
                    || errno == Errno.ELOOP
                    || errno == Errno.EXDEV
                    || errno == Errno.ENAMETOOLONG;
        }
    }
}
