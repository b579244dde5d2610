package sampan.app.cli.files;

import java.io.OutputStream;
import java.util.Locale;
import sampan.app.cli.ExitException;
import sampan.app.session.Caller;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarWriter;

/// A file or tree of the caller's that is copied, opened by the client.
///
/// @param file regular files are open for reading; others are only held (O_PATH)
record LocalSource(Fd file, Stat stat, String name) implements AutoCloseable {
    private static final int READ = Open.RDONLY | Open.NONBLOCK | Open.NOCTTY;

    /// @param path absolute, its end kept
    /// @param follow a link at its end is followed
    static LocalSource open(Caller caller, String path, boolean follow) {
        int flags = follow || PathWords.assertsDirectory(path) ? 0 : Open.NOFOLLOW;
        try {
            Fd held = caller.open(path, Open.PATH | flags, 0);
            Stat stat = FileOps.stat(held);
            if (!stat.isRegular()) {
                return new LocalSource(held, stat, name(path));
            }
            held.close();
            Fd readable = caller.open(path, READ | flags, 0);
            return new LocalSource(readable, FileOps.stat(readable), name(path));
        } catch (ErrnoException e) {
            throw failure("lstat", path, e);
        }
    }

    private static String name(String path) {
        String base = PathWords.base(path);
        return base.equals("/") ? "." : base;
    }

    /// In Docker's words.
    static ExitException failure(String call, String path, ErrnoException e) {
        String words = e.getMessage();
        return new ExitException(
                1,
                call
                        + " "
                        + path
                        + ":"
                        + words.substring(words.lastIndexOf(':') + 1).toLowerCase(Locale.ROOT));
    }

    /// Writes it as an archive. Runs with the caller's rights.
    void pack(OutputStream out) {
        TarWriter tar = new TarWriter(out);
        PackOptions options = new PackOptions(name, true, false, false, _ -> true);
        if (stat.isDirectory()) {
            TreeArchiver.pack(file, tar, options);
        } else if (stat.isRegular()) {
            TreeArchiver.packOpen(file, tar, options);
        } else {
            TreeArchiver.packOne(file, "", tar, options);
        }
        tar.finish();
    }

    LocalSource called(String other) {
        return new LocalSource(file, stat, other);
    }

    @Override
    public void close() {
        file.close();
    }
}
