package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sampan.engine.content.ContentStore;
import sampan.engine.images.ImageStore;
import sampan.engine.trees.EntryPath;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarException;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;

/// The files of one image archive, by their names in it. Links lead to other files of the archive
/// and nowhere else.
final class ArchiveFiles {
    /// Files of one archive; an image of 500 layers has about 1500.
    static final TarLimits LIMITS = new TarLimits(4095, 1 << 20, 20_000, 256L << 30);

    private static final String BLOBS = "blobs/" + Digest.SHA256 + "/";
    private static final int HEAD_BYTES = 512;
    private static final int LINKS_MAX = 16;
    private static final long REPORT_EVERY = 1 << 20;

    private final Map<String, Stored> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Transfer transfer;
    private final ContentStore content;
    private final TransferProgress progress;

    private ArchiveFiles(Transfer transfer, ContentStore content, TransferProgress progress) {
        this.transfer = transfer;
        this.content = content;
        this.progress = progress;
    }

    /// Stores every file of the archive.
    static ArchiveFiles read(
            ReadableByteChannel tar,
            Transfer transfer,
            ContentStore content,
            TransferProgress progress)
            throws IOException {
        ArchiveFiles archive = new ArchiveFiles(transfer, content, progress);
        TarReader reader = new TarReader(tar, LIMITS);
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            archive.add(entry.get(), reader);
        }
        reader.drain();
        return archive;
    }

    private void add(TarEntry entry, TarReader reader) throws IOException {
        EntryPath path = EntryPath.of(entry.name());
        switch (entry.type()) {
            case FILE -> {
                links.remove(path.path());
                files.put(path.path(), store(path, entry, reader));
            }
            case SYMLINK -> {
                files.remove(path.path());
                String from = path.parent().isEmpty() ? "" : path.parent() + "/";
                links.put(path.path(), EntryPath.of(from + entry.linkName()).path());
            }
            case HARD_LINK -> {
                files.remove(path.path());
                links.put(path.path(), EntryPath.of(entry.linkName()).path());
            }
            case DIRECTORY -> {
                // says nothing
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                    throw new TarException("image archive with a device in it: " + entry.name());
        }
    }

    private Stored store(EntryPath path, TarEntry entry, TarReader reader) throws IOException {
        Optional<Digest> promised = promised(path.path());
        if (promised.isPresent()) {
            Optional<Stored> here = transfer.have(promised.get());
            if (here.isPresent() && here.get().size() == entry.size()) {
                return here.get();
            }
        }
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        while (head.hasRemaining() && reader.read(head) > 0) {
            // up to a whole header
        }
        byte[] first = new byte[head.flip().remaining()];
        head.get(first);
        String label = label(path);
        Stored stored =
                transfer.store(
                        first,
                        (ingest, check) ->
                                reader.copyTo(
                                        new Reporting(ingest, progress, label, entry.size())));
        if (promised.isPresent() && !promised.get().equals(stored.digest())) {
            throw SampanException.invalid(
                    "content of " + path.path() + " has digest " + stored.digest());
        }
        return stored;
    }

    private static Optional<Digest> promised(String path) {
        return path.startsWith(BLOBS)
                ? Optional.of(new Digest(Digest.SHA256, path.substring(BLOBS.length())))
                : Optional.empty();
    }

    /// What people see of a layer: the first digits of the name that tells it from others.
    private static String label(EntryPath path) {
        String name = path.name().equals("layer.tar") ? path.parent() : path.name();
        return name.substring(0, Math.min(12, name.length()));
    }

    /// Counts what goes through it.
    private static final class Reporting implements java.nio.channels.WritableByteChannel {
        private final java.nio.channels.WritableByteChannel target;
        private final TransferProgress progress;
        private final String label;
        private final long total;
        private long reported;
        private long current;

        Reporting(
                java.nio.channels.WritableByteChannel target,
                TransferProgress progress,
                String label,
                long total) {
            this.target = target;
            this.progress = progress;
            this.label = label;
            this.total = total;
        }

        @Override
        public int write(ByteBuffer content) throws IOException {
            int size = target.write(content);
            current += size;
            if (current - reported >= REPORT_EVERY) {
                reported = current;
                progress.report(label, "Loading layer", current, total);
            }
            return size;
        }

        @Override
        public boolean isOpen() {
            return target.isOpen();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }

    /// The file of this name, through links.
    Optional<Stored> find(String name) {
        String at = EntryPath.of(name).path();
        for (int hops = 0; hops < LINKS_MAX; hops++) {
            Stored file = files.get(at);
            if (file != null) {
                return Optional.of(file);
            }
            String next = links.get(at);
            if (next == null) {
                return Optional.empty();
            }
            at = next;
        }
        throw new TarException("image archive with a loop of links at " + name);
    }

    Optional<Stored> blob(Digest digest) {
        return digest.isSha256() ? find(BLOBS + digest.hex()) : Optional.empty();
    }

    /// The file of this name.
    ///
    /// @throws SampanException INVALID where the archive has none
    Stored get(String name) {
        return find(name).orElseThrow(() -> SampanException.invalid("image archive lacks " + name));
    }

    <T> T json(Stored file, Class<T> type) {
        return Json.read(content.read(file.digest(), ImageStore.CONFIG_BYTES_MAX), type);
    }
}
