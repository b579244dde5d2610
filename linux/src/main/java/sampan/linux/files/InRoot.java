package sampan.linux.files;

import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Making things below a root that somebody hostile has filled with links: every step is a lookup
/// that the kernel confines ([FileOps#openInRoot]), and what is made is made in an open directory.
public final class InRoot {
    /// Missing directories that one call makes at most.
    public static final int PARTS_MAX = 512;

    private static final int DIRECTORY = Open.PATH | Open.DIRECTORY;

    private InRoot() {}

    /// An open directory (O_PATH) and a name in it; closing closes the directory.
    public record Place(Fd dir, String name) implements AutoCloseable {
        @Override
        public void close() {
            dir.close();
        }
    }

    /// The directory that the last part of a path is in, and that part, which is not looked up. The
    /// name is "." for the root itself.
    ///
    /// @throws SampanException INVALID where the last part is ".."
    /// @throws ErrnoException ENOENT where the directory does not exist
    public static Place parent(Fd root, String path) {
        String trimmed = trim(path);
        String name = name(trimmed);
        return new Place(FileOps.openInRoot(root, directory(trimmed), DIRECTORY, 0), name);
    }

    /// Opens a directory (O_PATH) and makes it and those above where they are missing.
    ///
    /// @param mode of those that are made, less the umask
    /// @throws ErrnoException ENOENT where a dangling link is in the way, ENOTDIR where a file is
    public static Fd mkdirs(Fd root, String path, int mode) {
        return mkdirs(root, path, mode, 0);
    }

    private static Fd mkdirs(Fd root, String path, int mode, int made) {
        String trimmed = trim(path);
        try {
            return FileOps.openInRoot(root, trimmed, DIRECTORY, 0);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT || trimmed.equals(".")) {
                throw e;
            }
        }
        if (made == PARTS_MAX) {
            throw SampanException.invalid(
                    "path with more than " + PARTS_MAX + " missing directories: shorten it");
        }
        String name = name(trimmed);
        try (Fd parent = mkdirs(root, directory(trimmed), mode, made + 1)) {
            try {
                FileOps.mkdirAt(parent, name, mode);
            } catch (ErrnoException e) {
                if (!e.isExisting()) {
                    throw e;
                }
            }
        }
        // Looked up from the root again: somebody may have put a link there meanwhile.
        return FileOps.openInRoot(root, trimmed, DIRECTORY, 0);
    }

    /// Without slashes at the end; "." for the root.
    private static String trim(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return end == 0 ? "." : path.substring(0, end);
    }

    private static String name(String trimmed) {
        String name = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        if (name.equals("..")) {
            throw SampanException.invalid(
                    "path " + trimmed + " ends with \"..\": name the directory");
        }
        return name;
    }

    private static String directory(String trimmed) {
        int slash = trimmed.lastIndexOf('/');
        return slash < 0 ? "." : trim(trimmed.substring(0, slash + 1));
    }
}
