package sampan.engine.build.execute;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import sampan.engine.build.context.Tree;
import sampan.engine.trees.ExtractOptions;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.engine.trees.TreeExtractor;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.InRoot;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarWriter;

/// Copies of parts of trees, for mounts that are written to or that come from a stage.
final class TreeCopies {
    private static final int BUFFER_BYTES = 256 << 10;

    private TreeCopies() {}

    /// Copies a directory's content, or a file under its name, with owners and times.
    static void copy(Tree source, String path, boolean directory, Path target) {
        copy(source, path, directory, target, Optional.empty());
    }

    /// Copies a directory's content as root's own.
    static void copyOwned(Tree source, String path, Path target) {
        copy(source, path, true, target, Optional.of(new ExtractOptions.Owner(0, 0)));
    }

    private static void copy(
            Tree source,
            String path,
            boolean directory,
            Path target,
            Optional<ExtractOptions.Owner> owner) {
        try (Fd into = Fd.open(target.toString(), Open.PATH | Open.DIRECTORY)) {
            Pipe pipe = Pipe.open();
            CompletableFuture<Void> packing =
                    CompletableFuture.runAsync(
                            () -> pack(source, path, directory, pipe),
                            task -> Thread.ofPlatform().daemon().name("tree-copy").start(task));
            try (Pipe.SourceChannel tar = pipe.source()) {
                TreeExtractor.extract(
                        into, tar, new ExtractOptions("", false, owner, false, TarLimits.DEFAULT));
            }
            packing.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CompletionException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "copying " + path + " failed: " + e.getCause(), e);
        }
    }

    private static void pack(Tree source, String path, boolean directory, Pipe pipe) {
        try (OutputStream out =
                new BufferedOutputStream(Channels.newOutputStream(pipe.sink()), BUFFER_BYTES)) {
            TarWriter tar = new TarWriter(out);
            if (directory) {
                try (Fd tree = source.directory(path)) {
                    TreeArchiver.pack(
                            tree, tar, new PackOptions("", false, false, false, _ -> true));
                }
            } else {
                try (InRoot.Place place = InRoot.parent(source.root(), path)) {
                    PackOptions options =
                            new PackOptions(place.name(), false, false, false, _ -> true);
                    TreeArchiver.packOne(place.dir(), place.name(), tar, options);
                }
            }
            tar.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
