package sampan.engine.trees;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarException;

/// The directories that an extraction is working in, held open: archives come directory by
/// directory, so most entries find theirs here.
final class OpenDirectories implements AutoCloseable {
    private static final int HELD_MAX = 64;
    private static final int FLAGS = Open.PATH | Open.DIRECTORY;
    private static final int IMPLIED_MODE = 0755;
    private static final int SETGID = 02000;

    /// @param inheritsGroup new files get the directory's group
    record Held(Fd fd, boolean inheritsGroup) {}

    private final Fd root;
    private final String base;
    private final LinkedHashMap<String, Held> held = new LinkedHashMap<>(HELD_MAX, 0.75f, true);

    /// @param base below the root where the archive's names begin; empty for the root
    OpenDirectories(Fd root, String base) {
        this.root = root;
        this.base = base;
    }

    /// The directory, made (0755) with its parents where it is not there. Valid until the next
    /// call.
    Held get(String path) {
        Held known = held.get(path);
        return known != null ? known : hold(path, openOrMake(path));
    }

    /// The directory where it is there.
    ///
    /// @throws ErrnoException ENOENT, ENOTDIR, ELOOP
    Held existing(String path) {
        Held known = held.get(path);
        return known != null ? known : hold(path, open(path));
    }

    private Held hold(String path, Fd fd) {
        if (held.size() >= HELD_MAX) {
            Map.Entry<String, Held> eldest = held.firstEntry();
            held.remove(eldest.getKey());
            eldest.getValue().fd().close();
        }
        Held opened = new Held(fd, (FileOps.stat(fd).mode() & SETGID) != 0);
        held.put(path, opened);
        return opened;
    }

    private Fd openOrMake(String path) {
        Deque<String> missing = new ArrayDeque<>();
        String at = path;
        while (true) {
            try {
                Fd fd = open(at);
                return missing.isEmpty() ? fd : make(fd, missing);
            } catch (ErrnoException e) {
                int slash = at.lastIndexOf('/');
                if (e.errno() == Errno.ENOTDIR) {
                    throw new TarException("archive entry below " + at + ", which is no directory");
                }
                if (e.errno() != Errno.ENOENT || at.isEmpty()) {
                    throw e;
                }
                missing.push(at.substring(slash + 1));
                at = slash < 0 ? "" : at.substring(0, slash);
            }
        }
    }

    private static Fd make(Fd start, Deque<String> names) {
        Fd at = start;
        for (String name : names) {
            try (Fd parent = at) {
                FileOps.mkdirAt(parent, name, IMPLIED_MODE);
                at = FileOps.openAt(parent, name, FLAGS | Open.NOFOLLOW);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EEXIST) {
                    throw new TarException(
                            "archive entry below " + name + ", which is a link to nowhere");
                }
                throw e;
            }
        }
        return at;
    }

    private Fd open(String path) {
        String whole = base.isEmpty() || path.isEmpty() ? base + path : base + "/" + path;
        return FileOps.openInRoot(root, whole.isEmpty() ? "." : whole, FLAGS, 0);
    }

    /// Called when a directory or link is taken away: what is held may have been reached by it.
    void forget() {
        held.values().forEach(h -> h.fd().close());
        held.clear();
    }

    @Override
    public void close() {
        forget();
    }
}
