package sampan.engine.archives;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import sampan.engine.archives.OpenRoot.Spot;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.trees.ExtractOptions;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.engine.trees.TreeExtractor;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.files.InRoot;
import sampan.linux.files.Stat;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.Identity;
import sampan.linux.users.UserDatabase;
import sampan.oci.tar.Compression;
import sampan.oci.tar.StreamChannel;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarWriter;

/// Copies files in and out of containers, compares and exports them. Thread-safe; blocks on files.
public final class ContainerArchives {
    private final ContainerRoots roots;
    private final Snapshotter snapshots;
    private final RootOpening opening;

    public ContainerArchives(ContainerRoots roots, Snapshotter snapshots) {
        this.roots = roots;
        this.snapshots = snapshots;
        this.opening = new RootOpening(roots, snapshots);
    }

    /// What is at a path.
    ///
    /// @param mode Go's os.FileMode bits
    /// @param linkTarget where a link leads in the end, absolute in the container; else empty
    public record FileStat(
            String name, long size, long mode, Instant modified, String linkTarget) {}

    public FileStat stat(String reference, String path) {
        try (FileReading reading = read(reference, path)) {
            return reading.stat();
        }
    }

    /// Opens a file or tree for reading; the caller closes it.
    public FileReading read(String reference, String path) {
        OpenRoot root = opening.open(reference, false);
        try {
            return locate(root, ContainerPath.of(path), path);
        } catch (ErrnoException e) {
            root.close();
            throw notFound(e, path, reference);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    private static FileReading locate(OpenRoot root, ContainerPath path, String asked) {
        Spot spot = root.spot(path.path());
        String below = spot.path().isEmpty() ? "." : spot.path();
        InRoot.Place place =
                path.follow()
                        ? new InRoot.Place(FileOps.openInRoot(spot.root(), below, Open.PATH, 0), "")
                        : InRoot.parent(spot.root(), below);
        try {
            Stat stat = FileOps.statAt(place.dir(), place.name());
            if (path.follow() && !stat.isDirectory()) {
                throw SampanException.invalid(asked + ": not a directory");
            }
            String target = stat.isSymlink() ? Links.resolved(spot.root(), spot.path()) : "";
            FileStat answer =
                    new FileStat(
                            path.name(),
                            stat.size(),
                            GoMode.of(stat),
                            Instant.ofEpochSecond(stat.mtimeSec(), stat.mtimeNsec()),
                            target);
            return new FileReading(root, place, stat, answer);
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    private static RuntimeException notFound(ErrnoException e, String path, String reference) {
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR ->
                    SampanException.notFound(
                            "Could not find the file " + path + " in container " + reference);
            case Errno.ELOOP -> SampanException.invalid(path + ": too many levels of links");
            case Errno.ENAMETOOLONG -> SampanException.invalid(path + ": the name is too long");
            default -> e;
        };
    }

    /// An open file or tree.
    public static final class FileReading implements AutoCloseable {
        private final OpenRoot root;
        private final InRoot.Place place;
        private final Stat kind;
        private final FileStat stat;

        FileReading(OpenRoot root, InRoot.Place place, Stat kind, FileStat stat) {
            this.root = root;
            this.place = place;
            this.kind = kind;
            this.stat = stat;
        }

        public FileStat stat() {
            return stat;
        }

        /// Writes it as a tar, under its own name.
        public void copyTo(OutputStream out) {
            copyTo(out, stat.name());
        }

        /// Writes it as a tar; a directory with all that is in it, under the name.
        public void copyTo(OutputStream out, String name) {
            TarWriter tar = new TarWriter(out);
            // The root's entries are called "/" and "/etc".
            String prefix = name.equals("/") ? "" : name;
            PackOptions options =
                    new PackOptions(prefix, !prefix.isEmpty(), false, false, path -> true);
            if (kind.isDirectory()) {
                String from = place.name().isEmpty() ? "." : place.name();
                try (Fd tree =
                        FileOps.openAt(
                                place.dir(), from, Open.PATH | Open.DIRECTORY | Open.NOFOLLOW)) {
                    TreeArchiver.pack(tree, tar, options);
                }
            } else {
                TreeArchiver.packOne(place.dir(), place.name(), tar, options);
            }
            tar.finish();
        }

        @Override
        public void close() {
            place.close();
            root.close();
        }
    }

    /// Unpacks an archive (plain or gzip) into an existing directory.
    ///
    /// @param keepTypes a directory is not replaced by something else, nor the other way round
    /// @param containersUser all belongs to the container's user, if it names one; else to whom the
    ///   archive says
    public void write(
            String reference,
            String directory,
            InputStream stream,
            boolean keepTypes,
            boolean containersUser) {
        try (OpenRoot root = opening.open(reference, true);
                ReadableByteChannel tar = Compression.open(new StreamChannel(stream))) {
            Spot spot = root.spot(ContainerPath.of(directory).path());
            requireDirectory(spot, directory, reference);
            Optional<ExtractOptions.Owner> owner = containersUser ? owner(root) : Optional.empty();
            TreeExtractor.extract(
                    spot.root(),
                    tar,
                    new ExtractOptions(spot.path(), false, owner, keepTypes, TarLimits.DEFAULT));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EROFS) {
                throw new SampanException(
                        ErrorCode.DENIED, "container rootfs or volume is marked read-only", e);
            }
            throw e;
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "reading the archive failed: " + e.getMessage(), e);
        }
    }

    private static void requireDirectory(Spot spot, String asked, String reference) {
        String path = spot.path().isEmpty() ? "." : spot.path();
        try (Fd found = FileOps.openInRoot(spot.root(), path, Open.PATH, 0)) {
            if (!FileOps.stat(found).isDirectory()) {
                throw SampanException.invalid("extraction point is not a directory");
            }
        } catch (ErrnoException e) {
            throw notFound(e, asked, reference);
        }
    }

    private static Optional<ExtractOptions.Owner> owner(OpenRoot root) {
        String user = root.container().config().user();
        if (user.isEmpty()) {
            return Optional.empty();
        }
        Identity identity = UserDatabase.inRoot(root.root()).resolve(user);
        return Optional.of(new ExtractOptions.Owner(identity.uid(), identity.gid()));
    }

    /// A kind of change.
    public enum Kind {
        MODIFIED,
        ADDED,
        DELETED
    }

    /// What the container changed of its image's files, by path, in order.
    public Map<String, Kind> diff(String reference) {
        RootMount mount = snapshots.rootMount(roots.open(reference).snapshotKey());
        try (Fd upper = upper(mount);
                Fd lower = lower(mount)) {
            return UpperChanges.of(upper, lower);
        }
    }

    static Fd upper(RootMount mount) {
        return Fd.open(mount.upper().orElseThrow(), Open.PATH | Open.DIRECTORY);
    }

    static Fd lower(RootMount mount) {
        return Overlay.detached(mount.lowers(), Optional.empty(), Optional.empty());
    }

    /// The root filesystem without what is mounted in it, as a tar.
    public void export(String reference, OutputStream out) {
        try (OpenRoot root = opening.openBare(reference)) {
            TarWriter tar = new TarWriter(out);
            TreeArchiver.pack(
                    root.root(), tar, new PackOptions("", false, false, true, path -> true));
            tar.finish();
        }
    }
}
