package sampan.engine.content;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.errors.SampanException;
import sampan.linux.files.ReadOnceFile;
import sampan.oci.Digest;

/// Blobs by digest. Thread-safe.
public final class ContentStore {
    private static final int HEX_DIGITS = 64;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{" + HEX_DIGITS + "}");
    private static final String PARTIAL = ".part";

    private final Path blobs;
    private final Path ingests;
    private final AtomicLong serial = new AtomicLong();
    private final Set<Path> coming = ConcurrentHashMap.newKeySet();
    private final Set<Path> undeleted = ConcurrentHashMap.newKeySet();

    /// @param directory ours alone; made where it is not there
    public ContentStore(Path directory) {
        blobs = Directories.make(directory.resolve("blobs").resolve(Digest.SHA256));
        ingests = Directories.make(directory.resolve("ingest"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(ingests)) {
            for (Path file : files) {
                if (partial(file).isEmpty()) {
                    Directories.removeTree(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Digest> partial(Path file) {
        String name = file.getFileName().toString();
        boolean named =
                name.endsWith(PARTIAL)
                        && HEX.matcher(name.substring(0, name.length() - PARTIAL.length()))
                                .matches();
        return named
                ? Optional.of(new Digest(Digest.SHA256, name.substring(0, HEX_DIGITS)))
                : Optional.empty();
    }

    void comes(Path file) {
        coming.add(file);
    }

    void came(Path file) {
        coming.remove(file);
    }

    /// What lies in the store's directories and is neither a blob, nor a part of one, nor coming
    /// in.
    public List<Path> strangers() {
        List<Path> found = new ArrayList<>();
        found.addAll(
                Entries.strangers(
                        Objects.requireNonNull(ingests.getParent()),
                        name -> name.equals("blobs") || name.equals("ingest")));
        found.addAll(
                Entries.strangers(
                        Objects.requireNonNull(blobs.getParent()), Digest.SHA256::equals));
        found.addAll(Entries.strangers(blobs, name -> HEX.matcher(name).matches()));
        found.addAll(
                Entries.strangers(
                        ingests,
                        name ->
                                partial(Path.of(name)).isPresent()
                                        || coming.contains(ingests.resolve(name))));
        return found;
    }

    /// Where a blob lies, or the part of one that is here.
    public Path place(Digest digest, boolean part) {
        return part ? ingests.resolve(digest.hex() + PARTIAL) : path(digest);
    }

    /// Begins a blob that comes in; the caller commits or closes it.
    public Ingest ingest() {
        return ingest(Ingest.Kind.USUAL);
    }

    /// As [#ingest], of a layer of our own making: it goes to the disk as it comes, so that the
    /// memory it took can be had again when [#openOnce] reads it.
    public Ingest ingestLayer() {
        return ingest(Ingest.Kind.WRITTEN_OUT);
    }

    /// As [#ingest], of content that nobody reads once its followers are done: it takes no memory
    /// from what is read.
    public Ingest ingestUnread() {
        return ingest(Ingest.Kind.DROPPED);
    }

    private Ingest ingest(Ingest.Kind kind) {
        Path file = ingests.resolve(Long.toString(serial.incrementAndGet()));
        return Ingest.begin(this, file, kind);
    }

    /// Begins a blob whose digest is known before, or goes on with what came of it in an earlier
    /// try, of an earlier daemon even. At most one per digest at any time: the caller sees to that.
    ///
    /// @param size bytes of the whole
    public Ingest resume(Digest expected, long size) {
        path(expected);
        return Ingest.resume(this, ingests.resolve(expected.hex() + PARTIAL), size);
    }

    /// Blobs of which a part is here.
    public List<Digest> partials() {
        List<Digest> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(ingests)) {
            files.forEach(file -> partial(file).ifPresent(found::add));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /// Removes the part of a blob; returns the bytes that it took on disk.
    public long removePartial(Digest digest) {
        return remove(ingests.resolve(digest.hex() + PARTIAL));
    }

    // One that cannot be deleted now stays what it is: the next collection takes it.
    private long remove(Path file) {
        long size = OnDisk.file(file);
        try {
            boolean there = Files.deleteIfExists(file);
            undeleted.remove(file);
            return there ? size : 0;
        } catch (IOException e) {
            undeleted.add(file);
            return 0;
        }
    }

    /// Whether something could not be deleted when it was to go.
    public boolean hasUndeleted() {
        undeleted.removeIf(file -> !Files.exists(file));
        return !undeleted.isEmpty();
    }

    /// Stores a small blob.
    public Digest put(byte[] content) {
        Digest digest = Digest.of(content);
        try (Ingest ingest = ingest()) {
            ingest.write(ByteBuffer.wrap(content));
            ingest.commit(digest);
        }
        return digest;
    }

    public boolean has(Digest digest) {
        return Files.exists(path(digest));
    }

    /// Bytes of the blob, empty where it is not here.
    public OptionalLong size(Digest digest) {
        try {
            return OptionalLong.of(Files.size(path(digest)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The blob for reading, from its start.
    ///
    /// @throws SampanException NOT_FOUND
    public FileChannel open(Digest digest) {
        try {
            return FileChannel.open(path(digest), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw missing(digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As [#open], of one that nobody reads again soon: what was read leaves the page cache.
    public ReadableByteChannel openOnce(Digest digest) {
        if (!has(digest)) {
            throw missing(digest);
        }
        return ReadOnceFile.open(path(digest));
    }

    /// The whole of a small blob.
    ///
    /// @throws SampanException NOT_FOUND; INVALID where it has more than `bytesMax`
    public byte[] read(Digest digest, long bytesMax) {
        long size = size(digest).orElseThrow(() -> missing(digest));
        if (size > bytesMax) {
            throw SampanException.invalid(
                    "content " + digest + " has " + size + " bytes: at most " + bytesMax);
        }
        try {
            return Files.readAllBytes(path(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Removes the blob where it is there; returns the bytes that it took on disk. Who reads it at
    /// the time reads on.
    public long remove(Digest digest) {
        return remove(path(digest));
    }

    /// All blobs that are here.
    public List<Digest> digests() {
        List<Digest> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(blobs)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (HEX.matcher(name).matches()) {
                    found.add(new Digest(Digest.SHA256, name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /// Where the blob lies or will lie.
    Path path(Digest digest) {
        if (!digest.isSha256()) {
            throw SampanException.invalid("content " + digest + " cannot be stored: use sha256");
        }
        return blobs.resolve(digest.hex());
    }

    private static SampanException missing(Digest digest) {
        return SampanException.notFound("content " + digest + " is not here");
    }
}
