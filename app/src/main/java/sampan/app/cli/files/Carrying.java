package sampan.app.cli.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sampan.engine.trees.ExtractOptions;
import sampan.engine.trees.TreeExtractor;
import sampan.errors.SampanException;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Fd;
import sampan.linux.users.Rights;

/// Carries an archive between the daemon's thread and one that has the caller's rights. When both
/// ends fail, the one is told that did not fail because of the other.
final class Carrying {
    private final Rights rights;
    private long bytes;

    Carrying(Rights rights) {
        this.rights = rights;
    }

    /// Of the archive that was carried.
    long bytes() {
        return bytes;
    }

    /// From the caller's files to whoever takes the archive.
    void out(LocalSource source, Consumer<InputStream> taker) throws IOException {
        Pipe pipe = Pipe.open();
        CompletableFuture<Long> packing =
                rights.submit(
                        "cp-read",
                        () -> {
                            try (var to = new Counting(Channels.newOutputStream(pipe.sink()))) {
                                source.pack(to);
                                return to.count;
                            }
                        });
        RuntimeException failure = null;
        try (InputStream from = Channels.newInputStream(pipe.source())) {
            taker.accept(from);
        } catch (RuntimeException e) {
            failure = e;
        }
        finish(packing, failure);
    }

    private void finish(CompletableFuture<Long> packing, @Nullable RuntimeException failure) {
        try {
            bytes = DisposableThread.await(packing);
        } catch (SampanException e) {
            throw failure != null && isBrokenPipe(e) ? failure : e;
        }
        if (failure != null) {
            throw failure;
        }
    }

    /// From whoever makes the archive to a directory of the caller's.
    void in(Fd directory, ExtractOptions options, Consumer<OutputStream> maker) throws IOException {
        Pipe pipe = Pipe.open();
        CompletableFuture<Void> unpacking =
                rights.submit(
                        "cp-write",
                        () -> {
                            try (var from = pipe.source()) {
                                TreeExtractor.extract(directory, from, options);
                            }
                            return null;
                        });
        try (Counting to = new Counting(Channels.newOutputStream(pipe.sink()))) {
            maker.accept(to);
            bytes = to.count;
        } catch (RuntimeException e) {
            if (!isBrokenPipe(e)) {
                unpacking.exceptionally(_ -> null).join();
                throw e;
            }
        }
        DisposableThread.await(unpacking);
    }

    private static boolean isBrokenPipe(Throwable e) {
        return e instanceof IOException || (e.getCause() != null && isBrokenPipe(e.getCause()));
    }

    private static final class Counting extends FilterOutputStream {
        private long count;

        Counting(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            out.write(data, offset, length);
            count += length;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }
    }
}
