package sampan.app.cli.files;

import java.util.Optional;
import sampan.app.cli.ExitException;
import sampan.app.session.Caller;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Finds out, by the client, what is at the caller's end of a copy.
final class LocalTarget {
    private static final int LINKS_MAX = 10;

    private final Caller caller;

    LocalTarget(Caller caller) {
        this.caller = caller;
    }

    /// @param path absolute, its end kept
    CopyRules.To find(String path) {
        check(path);
        String at = path;
        for (int links = 0; links <= LINKS_MAX; links++) {
            try (Fd held = caller.open(at, Open.PATH | Open.NOFOLLOW, 0)) {
                Stat stat = FileOps.stat(held);
                if (!stat.isSymlink()) {
                    return new CopyRules.To(at, true, stat.isDirectory());
                }
                // It is the file that the link leads to which is written, even where it has yet
                // to be made.
                at = PathWords.join(PathWords.directory(at), FileOps.readlinkAt(held, ""));
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw LocalSource.failure("lstat", at, e);
                }
                return missing(at);
            }
        }
        throw new ExitException(1, "too many symlinks in " + path);
    }

    private CopyRules.To missing(String path) {
        String parent = PathWords.directory(path);
        Stat stat =
                stat(parent)
                        .orElseThrow(() ->
                                new ExitException(
                                        1, "stat " + parent + ": no such file or directory"));
        if (!stat.isDirectory()) {
            throw new ExitException(1, "not a directory");
        }
        return new CopyRules.To(path, false, false);
    }

    /// Refuses what nobody means to write to.
    private void check(String path) {
        String parent = PathWords.directory(PathWords.clean(path));
        if (stat(parent).isEmpty()) {
            throw new ExitException(
                    1, "invalid output path: directory \"" + parent + "\" does not exist");
        }
        stat(path)
                .filter(stat -> !stat.isDirectory() && !stat.isRegular())
                .ifPresent(_ -> {
                    throw new ExitException(
                            1,
                            "invalid output path: \""
                                    + path
                                    + "\" must be a directory or a regular file: got a device");
                });
    }

    private Optional<Stat> stat(String path) {
        try (Fd held = caller.open(path, Open.PATH, 0)) {
            return Optional.of(FileOps.stat(held));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw LocalSource.failure("stat", path, e);
            }
            return Optional.empty();
        }
    }
}
