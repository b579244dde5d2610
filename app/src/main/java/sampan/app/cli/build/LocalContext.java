package sampan.app.cli.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import sampan.app.cli.ExitException;
import sampan.app.session.Caller;
import sampan.engine.build.context.IgnoreRules;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarWriter;

/// A directory of the caller's as a build context. The client opens it, and it is read on a thread
/// that has the caller's rights.
final class LocalContext implements AutoCloseable {
    private static final int IGNORE_BYTES_MAX = 1 << 20;
    private static final String IGNORE_FILE = ".dockerignore";

    private final Caller caller;
    private final Fd directory;

    private LocalContext(Caller caller, Fd directory) {
        this.caller = caller;
        this.directory = directory;
    }

    static LocalContext open(Caller caller, String path) {
        try {
            return new LocalContext(caller, caller.open(path, Open.RDONLY | Open.DIRECTORY, 0));
        } catch (ErrnoException e) {
            throw new ExitException(
                    1,
                    e.isMissing()
                            ? "unable to prepare context: path \"" + path + "\" not found"
                            : "unable to prepare context: " + path + ": " + e.getMessage());
        }
    }

    /// A small file of the context, or empty.
    private Optional<String> text(String name, int bytesMax) {
        return DisposableThread.await(
                caller.rights()
                        .submit(
                                "build-read",
                                () -> {
                                    try (Fd file =
                                            FileOps.openInRoot(
                                                    directory,
                                                    name,
                                                    Open.RDONLY | Open.NONBLOCK,
                                                    0)) {
                                        return Optional.of(
                                                new String(
                                                        FileIo.readFully(file, bytesMax),
                                                        StandardCharsets.UTF_8));
                                    } catch (ErrnoException e) {
                                        if (e.isMissing()) {
                                            return Optional.empty();
                                        }
                                        throw e;
                                    }
                                }));
    }

    /// The rules beside the Dockerfile, or the context's own.
    ///
    /// @param dockerfile its path below the context, or empty
    private IgnoreRules rules(String dockerfile) {
        Optional<String> own =
                dockerfile.isEmpty()
                        ? Optional.empty()
                        : text(dockerfile + IGNORE_FILE, IGNORE_BYTES_MAX);
        return own.or(() -> text(IGNORE_FILE, IGNORE_BYTES_MAX))
                .map(IgnoreRules::file)
                .orElse(IgnoreRules.NONE);
    }

    /// Gives the context as an archive to whoever builds of it.
    <T> T give(String dockerfile, Function<InputStream, T> taker) {
        IgnoreRules rules = rules(dockerfile);
        try {
            Pipe pipe = Pipe.open();
            CompletableFuture<Boolean> packing =
                    caller.rights()
                            .submit(
                                    "build-context",
                                    () -> {
                                        try (OutputStream out =
                                                Channels.newOutputStream(pipe.sink())) {
                                            pack(out, rules);
                                            return true;
                                        }
                                    });
            T result;
            try (InputStream in = Channels.newInputStream(pipe.source())) {
                result = taker.apply(new Whole(in, packing));
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pack(OutputStream out, IgnoreRules rules) {
        TarWriter tar = new TarWriter(out);
        TreeArchiver.pack(
                directory,
                tar,
                new PackOptions("", false, false, false, path -> !rules.ignores(path)));
        tar.finish();
    }

    /// The archive, whose end is reached only where all could be read.
    private static final class Whole extends InputStream {
        private final InputStream in;
        private final CompletableFuture<Boolean> packing;

        Whole(InputStream in, CompletableFuture<Boolean> packing) {
            this.in = in;
            this.packing = packing;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int got = in.read(target, offset, length);
            if (got < 0 && !DisposableThread.await(packing)) {
                throw SampanException.invalid("the build context could not be read");
            }
            return got;
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
