package sampan.engine.build.context;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.store.Directories;
import sampan.engine.trees.ExtractOptions;
import sampan.engine.trees.TreeExtractor;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.InRoot;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.tar.Compression;
import sampan.oci.tar.StreamChannel;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;

/// An unpacked build context: a directory of the build's own. Closing it closes the descriptor, not
/// the directory's life.
public final class BuildContext implements AutoCloseable {
    /// What a context may hold: a million entries, 64 GiB.
    public static final TarLimits LIMITS = new TarLimits(4095, 1 << 20, 1_000_000, 64L << 30);

    // Of the context itself, which a copied directory may get.
    private static final int MODE = 0755;
    private static final int HEAD_BYTES = 512;
    private static final String IGNORE_FILE = ".dockerignore";
    private static final int IGNORE_BYTES_MAX = 1 << 20;

    private final Path path;
    private final Tree tree;
    private final Optional<String> alone;

    private BuildContext(Path path, Tree tree, Optional<String> alone) {
        this.path = path;
        this.tree = tree;
        this.alone = alone;
    }

    /// Unpacks an archive, or takes a Dockerfile that came alone; told by the first bytes.
    ///
    /// @param directory made for it
    public static BuildContext read(InputStream source, Path directory) {
        Directories.make(directory);
        Fd root = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY);
        try {
            FileOps.fchmodAt(root, "", MODE);
            byte[] head = source.readNBytes(HEAD_BYTES);
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(head), source);
            boolean archive =
                    Compression.detect(head) != Compression.NONE || TarReader.startsArchive(head);
            if (!archive) {
                return new BuildContext(directory, new Tree(root), Optional.of(text(whole)));
            }
            try (ReadableByteChannel tar = Compression.open(new StreamChannel(whole))) {
                TreeExtractor.extract(root, tar, options());
            }
            return new BuildContext(directory, new Tree(root), Optional.empty());
        } catch (IOException e) {
            root.close();
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    "reading the build context failed: " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    /// Has files brought to a directory.
    ///
    /// @param directory made for it
    public static BuildContext fetched(Path directory, Consumer<Path> fetch) {
        Directories.make(directory);
        Fd root = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY);
        try {
            FileOps.fchmodAt(root, "", MODE);
            fetch.accept(directory);
            return new BuildContext(directory, new Tree(root), Optional.empty());
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    private static ExtractOptions options() {
        return new ExtractOptions(
                "", false, Optional.of(new ExtractOptions.Owner(0, 0)), false, LIMITS);
    }

    private static String text(InputStream source) throws IOException {
        byte[] all = source.readNBytes(DockerfileParser.BYTES_MAX + 1);
        if (all.length > DockerfileParser.BYTES_MAX) {
            throw SampanException.invalid(
                    "the Dockerfile has more than " + DockerfileParser.BYTES_MAX + " bytes");
        }
        return new String(all, StandardCharsets.UTF_8);
    }

    public Path path() {
        return path;
    }

    public Tree tree() {
        return tree;
    }

    /// The Dockerfile's text. A Dockerfile or `.dockerignore` that the rules of `.dockerignore`
    /// leave out is there for this look alone and then gone.
    ///
    /// @param name its path in the context; empty: `Dockerfile`, or `dockerfile`
    /// @throws SampanException INVALID where it is not there, empty, or leads out
    public String dockerfile(String name) {
        if (alone.isPresent()) {
            return refuseEmpty(alone.get(), "Dockerfile");
        }
        String wanted = name.isEmpty() ? "Dockerfile" : name;
        String found = Picking.relative(wanted);
        if (name.isEmpty() && tree.statFollowing(found).isEmpty()) {
            found = tree.statFollowing("dockerfile").isPresent() ? "dockerfile" : found;
        }
        String text = read(found, wanted, DockerfileParser.BYTES_MAX);
        hide(found);
        return refuseEmpty(text, wanted);
    }

    private static String refuseEmpty(String text, String name) {
        if (text.isBlank()) {
            throw SampanException.invalid("the Dockerfile (" + name + ") cannot be empty");
        }
        return text;
    }

    private String read(String file, String shown, int bytesMax) {
        String real = tree.real(file);
        if (tree.stat(real).filter(Stat::isRegular).isEmpty()) {
            throw SampanException.invalid("Cannot locate specified Dockerfile: " + shown);
        }
        try (Fd open = tree.open(real)) {
            return new String(FileIo.readFully(open, bytesMax), StandardCharsets.UTF_8);
        }
    }

    private void hide(String dockerfile) {
        if (tree.stat(IGNORE_FILE).filter(Stat::isRegular).isEmpty()) {
            return;
        }
        IgnoreRules rules = IgnoreRules.file(read(IGNORE_FILE, IGNORE_FILE, IGNORE_BYTES_MAX));
        for (String file : List.of(IGNORE_FILE, dockerfile)) {
            if (rules.ignores(file)) {
                try (InRoot.Place place = InRoot.parent(tree.root(), file)) {
                    FileOps.unlinkAt(place.dir(), place.name(), 0);
                }
            }
        }
    }

    @Override
    public void close() {
        tree.root().close();
    }
}
