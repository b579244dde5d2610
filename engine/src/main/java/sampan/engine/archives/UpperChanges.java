package sampan.engine.archives;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sampan.engine.archives.ContainerArchives.Kind;
import sampan.engine.trees.Whiteouts;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// What an upper directory changes of what lies below it, in Docker's three kinds. A directory is
/// modified when its attributes are, or when something in it was made, changed or removed.
final class UpperChanges {
    /// Most changes of one answer.
    static final int CHANGES_MAX = 1_000_000;

    private static final long STRICT =
            Open.RESOLVE_BENEATH | Open.RESOLVE_NO_SYMLINKS | Open.RESOLVE_NO_MAGICLINKS;

    private final Fd upper;
    private final Fd lower;
    private final Set<String> stubs;
    private final TreeMap<String, Kind> changes = new TreeMap<>();
    private final Deque<String> waiting = new ArrayDeque<>();

    private UpperChanges(Fd upper, Fd lower) {
        this.upper = upper;
        this.lower = lower;
        this.stubs = MountStubs.in(upper, lower);
    }

    /// Paths with a slash in front, in the order of their characters.
    ///
    /// @param lower what the container was made on, merged
    static Map<String, Kind> of(Fd upper, Fd lower) {
        UpperChanges changes = new UpperChanges(upper, lower);
        changes.waiting.push("");
        while (!changes.waiting.isEmpty()) {
            changes.directory(changes.waiting.pop());
        }
        changes.addParents();
        return changes.changes;
    }

    private void directory(String path) {
        try (Fd made = open(upper, path);
                Fd below = openOrNone(path)) {
            Set<String> names = new HashSet<>();
            for (DirEntry entry : FileOps.readDir(made, Integer.MAX_VALUE)) {
                names.add(entry.name());
                Optional<Stat> stat = FileOps.statIfExists(made, entry.name());
                if (stat.isPresent()) {
                    visit(join(path, entry.name()), stat.get(), statBelow(below, entry.name()));
                }
            }
            if (below != Fd.NONE && Whiteouts.isOpaque(made)) {
                hidden(path, below, names);
            }
        } catch (ErrnoException e) {
            if (!e.isMissing() && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
                throw e;
            }
        }
    }

    private static Fd open(Fd root, String path) {
        int flags = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
        return FileOps.openAt2(root, path.isEmpty() ? "." : path, flags, 0, STRICT);
    }

    private Fd openOrNone(String path) {
        try {
            return open(lower, path);
        } catch (ErrnoException e) {
            return Fd.NONE;
        }
    }

    private static Optional<Stat> statBelow(Fd below, String name) {
        return below == Fd.NONE ? Optional.empty() : FileOps.statIfExists(below, name);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }

    private void visit(String path, Stat made, Optional<Stat> below) {
        if (stubs.contains(path)) {
            if (made.isDirectory()) {
                return;
            }
        } else if (Whiteouts.is(made)) {
            below.ifPresent(b -> put(path, Kind.DELETED));
        } else if (below.isEmpty()) {
            put(path, Kind.ADDED);
        } else if (!made.isDirectory() || !below.get().isDirectory()) {
            put(path, Kind.MODIFIED);
        } else if (!sameAttributes(made, below.get())) {
            put(path, Kind.MODIFIED);
        } else if (!sameTime(made, below.get()) && !hasStub(path)) {
            put(path, Kind.MODIFIED);
        }
        if (made.isDirectory()) {
            waiting.push(path);
        }
    }

    private boolean hasStub(String path) {
        return stubs.stream().anyMatch(s -> s.startsWith(path + "/"));
    }

    private static boolean sameAttributes(Stat a, Stat b) {
        return a.mode() == b.mode() && a.uid() == b.uid() && a.gid() == b.gid();
    }

    private static boolean sameTime(Stat a, Stat b) {
        return a.mtimeSec() == b.mtimeSec() && a.mtimeNsec() == b.mtimeNsec();
    }

    /// An opaque directory hides everything that was in the one below it.
    private void hidden(String path, Fd below, Set<String> names) {
        if (!path.isEmpty()) {
            put(path, Kind.MODIFIED);
        }
        for (DirEntry entry : FileOps.readDir(below, Integer.MAX_VALUE)) {
            if (!names.contains(entry.name())) {
                put(join(path, entry.name()), Kind.DELETED);
            }
        }
    }

    private void put(String path, Kind kind) {
        changes.put("/" + path, kind);
        if (changes.size() > CHANGES_MAX) {
            throw SampanException.invalid("more than " + CHANGES_MAX + " changes");
        }
    }

    private void addParents() {
        Set<String> parents = new HashSet<>();
        for (String path : changes.keySet()) {
            int slash = path.lastIndexOf('/');
            while (slash > 0 && parents.add(path.substring(0, slash))) {
                slash = path.lastIndexOf('/', slash - 1);
            }
        }
        parents.forEach(path -> changes.putIfAbsent(path, Kind.MODIFIED));
    }
}
