package sampan.engine.build.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A tree of files that is read: a build context, a stage's or an image's root. The descriptor is
/// the caller's.
public final class Tree {
    private static final int LINKS_MAX = 40;

    private final Fd root;

    public Tree(Fd root) {
        this.root = root;
    }

    public Fd root() {
        return root;
    }

    private static String orDot(String path) {
        return path.isEmpty() ? "." : path;
    }

    /// What is at the path; a link at its end is not followed.
    ///
    /// @param path relative, without dots; empty for the root
    public Optional<Stat> stat(String path) {
        return statBy(path, Open.PATH | Open.NOFOLLOW);
    }

    /// What the path leads to.
    public Optional<Stat> statFollowing(String path) {
        return statBy(path, Open.PATH);
    }

    private Optional<Stat> statBy(String path, int flags) {
        try (Fd file = FileOps.openInRoot(root, orDot(path), flags, 0)) {
            return Optional.of(FileOps.stat(file));
        } catch (ErrnoException e) {
            if (isAbsence(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isAbsence(ErrnoException e) {
        return e.isMissing() || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
    }

    /// Names in a directory, in order; none where it is not one.
    List<String> names(String path) {
        try (Fd directory = directory(path)) {
            return FileOps.readDir(directory, Integer.MAX_VALUE).stream()
                    .map(DirEntry::name)
                    .sorted()
                    .toList();
        } catch (ErrnoException e) {
            if (isAbsence(e)) {
                return List.of();
            }
            throw e;
        }
    }

    /// Opens a directory for reading, links on the way followed below the root.
    public Fd directory(String path) {
        return FileOps.openInRoot(root, orDot(path), Open.RDONLY | Open.DIRECTORY, 0);
    }

    /// Opens a file for reading; a link at its end is refused, and what is no file does not block.
    public Fd open(String path) {
        return FileOps.openInRoot(
                root, path, Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY, 0);
    }

    String linkTarget(String path) {
        int slash = path.lastIndexOf('/');
        try (Fd parent = directory(slash < 0 ? "" : path.substring(0, slash))) {
            return FileOps.readlinkAt(parent, path.substring(slash + 1));
        }
    }

    /// The path with every link in it resolved below the root; parts that are not there stay.
    ///
    /// @throws SampanException INVALID for a loop of links
    public String real(String path) {
        Deque<String> ahead = new ArrayDeque<>(List.of(path.split("/", -1)));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            done.add(part);
            String here = String.join("/", done);
            if (stat(here).filter(Stat::isSymlink).isPresent()) {
                if (++links > LINKS_MAX) {
                    throw SampanException.invalid(path + ": too many levels of links");
                }
                String target = linkTarget(here);
                done.removeLast();
                if (target.startsWith("/")) {
                    done.clear();
                }
                List.of(target.split("/", -1)).reversed().forEach(ahead::push);
            }
        }
        return String.join("/", done);
    }
}
