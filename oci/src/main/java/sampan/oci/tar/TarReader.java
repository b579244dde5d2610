package sampan.oci.tar;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.CString;

/// Reads an archive from a channel, which stays the caller's to close. One thread at a time.
public final class TarReader {
    private static final int BUFFER_BYTES = 256 << 10;

    /// Padding after the end of an archive: tar(1) writes up to its record size, 10 KiB as a rule.
    private static final long TRAILER_BYTES_MAX = 64 << 20;

    private final ReadableByteChannel source;
    private final TarLimits limits;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final byte[] block = new byte[Header.SIZE];
    private final Header header = new Header(block);
    private long position;
    private long entries;
    private long contentBytes;
    // Of the entry at hand.
    private long remaining;
    private int padding;

    public TarReader(ReadableByteChannel source, TarLimits limits) {
        this.source = source;
        this.limits = limits;
    }

    /// Whether these could be the first bytes of a plain archive: a header whose sum is right, or
    /// the zeroes of an empty archive.
    public static boolean startsArchive(byte[] head) {
        if (head.length < Header.SIZE) {
            return false;
        }
        Header first = new Header(Arrays.copyOf(head, Header.SIZE));
        try {
            if (!first.isZero()) {
                first.check(0);
            }
            return true;
        } catch (TarException e) {
            return false;
        }
    }

    /// The next entry, empty at the archive's end. What was not read of the one before is skipped.
    ///
    /// @throws TarException when the archive is broken or beyond a limit
    public Optional<TarEntry> next() {
        skip(remaining + padding);
        remaining = 0;
        padding = 0;
        Optional<String> longName = Optional.empty();
        Optional<String> longLink = Optional.empty();
        PaxRecords pax = PaxRecords.none();
        while (readHeader()) {
            count();
            switch (header.flag()) {
                case 'x', 'X' -> pax = PaxRecords.parse(extension(limits.paxBytes(), "PAX header"));
                case 'g' -> extension(limits.paxBytes(), "PAX header");
                case 'L' -> longName = Optional.of(longText());
                case 'K' -> longLink = Optional.of(longText());
                default -> {
                    return Optional.of(entry(pax, longName, longLink));
                }
            }
        }
        return Optional.empty();
    }

    private void count() {
        if (++entries > limits.entries()) {
            throw new TarException(
                    "archive with more than " + limits.entries() + " entries: split it");
        }
    }

    /// False at the end: two zero blocks, or the end of the source between two entries.
    private boolean readHeader() {
        if (!readBlock()) {
            return false;
        }
        if (header.isZero()) {
            if (readBlock() && !header.isZero()) {
                throw new TarException(
                        "archive with a single zero block before byte " + (position - Header.SIZE));
            }
            return false;
        }
        header.check(position - Header.SIZE);
        return true;
    }

    private boolean readBlock() {
        if (!ensure(Header.SIZE)) {
            if (!buffer.hasRemaining()) {
                return false;
            }
            throw truncated();
        }
        buffer.get(block);
        position += Header.SIZE;
        return true;
    }

    private byte[] extension(int bytesMax, String what) {
        long size = header.number(Header.LENGTH, 12, "size");
        if (size < 0 || size > bytesMax) {
            throw new TarException(
                    what + " of " + size + " bytes: at most " + bytesMax + " are taken");
        }
        byte[] content = new byte[(int) size];
        remaining = size;
        padding = padding(size);
        readFully(content);
        skip(padding);
        padding = 0;
        return content;
    }

    private String longText() {
        byte[] content = extension(limits.nameBytes() + 1, "long tar name");
        int end = 0;
        while (end < content.length && content[end] != 0) {
            end++;
        }
        return CString.decode(content, 0, end);
    }

    private TarEntry entry(PaxRecords pax, Optional<String> longName, Optional<String> longLink) {
        String name = bounded(pax.text("path").or(() -> longName).orElseGet(header::name));
        String link =
                bounded(
                        pax.text("linkpath")
                                .or(() -> longLink)
                                .orElseGet(() -> header.text(Header.LINK, Header.NAME_SIZE)));
        refuseSparse(pax, name);
        long size = pax.number("size").orElseGet(() -> header.number(Header.LENGTH, 12, "size"));
        TarEntry.Type type = type(name, size);
        boolean content = type == TarEntry.Type.FILE;
        if (size < 0) {
            throw new TarException("tar entry " + name + " of size " + size);
        }
        // Some writers give links the size of their target, without content.
        boolean stored = content || (type != TarEntry.Type.HARD_LINK && size > 0);
        remaining = stored ? size : 0;
        padding = padding(remaining);
        contentBytes += content ? size : 0;
        if (contentBytes > limits.contentBytes() || contentBytes < 0) {
            throw new TarException(
                    "archive with more than " + limits.contentBytes() + " bytes of content");
        }
        BigDecimal time =
                pax.time("mtime")
                        .orElseGet(
                                () -> BigDecimal.valueOf(header.number(Header.MTIME, 12, "mtime")));
        long seconds = time.setScale(0, RoundingMode.FLOOR).longValue();
        int nanoseconds = time.subtract(BigDecimal.valueOf(seconds)).movePointRight(9).intValue();
        boolean device =
                type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        return new TarEntry(
                name,
                type,
                link,
                (int) header.number(Header.MODE, 8, "mode") & 07777,
                id(pax.number("uid").orElseGet(() -> header.number(Header.UID, 8, "uid")), "uid"),
                id(pax.number("gid").orElseGet(() -> header.number(Header.GID, 8, "gid")), "gid"),
                content ? size : 0,
                seconds,
                nanoseconds,
                device ? (int) header.number(Header.DEV_MAJOR, 8, "devmajor") : 0,
                device ? (int) header.number(Header.DEV_MINOR, 8, "devminor") : 0,
                pax == PaxRecords.none() ? Map.of() : pax.xattrs());
    }

    private String bounded(String name) {
        // A character takes at most three bytes, so most names need no encoding to be known short.
        if (name.length() * 3 > limits.nameBytes()
                && CString.encode(name).length > limits.nameBytes()) {
            throw new TarException(
                    "tar entry with a name of more than "
                            + limits.nameBytes()
                            + " bytes: "
                            + name.substring(0, Math.min(60, name.length()))
                            + "...");
        }
        return name;
    }

    private void refuseSparse(PaxRecords pax, String name) {
        boolean sparse =
                header.flag() == 'S'
                        || pax.has("GNU.sparse.major")
                        || pax.has("GNU.sparse.map")
                        || pax.has("GNU.sparse.size");
        if (sparse) {
            throw new TarException(
                    "tar entry " + name + " is sparse: write the archive without --sparse");
        }
    }

    private TarEntry.Type type(String name, long size) {
        int flag = header.flag();
        return switch (flag) {
            // Before POSIX a directory was a file whose name ends with a slash.
            case 0, '0' ->
                    name.endsWith("/") && size == 0 ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case '7' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            default ->
                    throw new TarException(
                            "tar entry "
                                    + name
                                    + " of unsupported type "
                                    + (flag > ' ' && flag < 0x7F
                                            ? "'" + (char) flag + "'"
                                            : Integer.toString(flag)));
        };
    }

    private static int id(long value, String field) {
        if (value < 0 || value > 0xFFFFFFFEL) {
            throw new TarException("tar entry with " + field + " " + value);
        }
        return (int) value;
    }

    /// Bytes of the current entry that were not read yet.
    public long remaining() {
        return remaining;
    }

    /// Reads from the current entry's content.
    ///
    /// @return bytes read, -1 at its end
    public int read(ByteBuffer target) {
        if (remaining == 0) {
            return -1;
        }
        refill();
        int size = (int) Math.min(Math.min(buffer.remaining(), remaining), target.remaining());
        target.put(target.position(), buffer, buffer.position(), size);
        target.position(target.position() + size);
        taken(size);
        return size;
    }

    /// Writes the rest of the current entry's content to the channel.
    public void copyTo(WritableByteChannel target) throws IOException {
        while (remaining > 0) {
            refill();
            int size = (int) Math.min(buffer.remaining(), remaining);
            ByteBuffer part = buffer.slice(buffer.position(), size);
            while (part.hasRemaining()) {
                target.write(part);
            }
            taken(size);
        }
    }

    /// The rest of the current entry's content.
    ///
    /// @throws TarException where there are more than `bytesMax`
    public byte[] readAll(int bytesMax) {
        if (remaining > bytesMax) {
            throw new TarException(
                    "tar entry of " + remaining + " bytes: at most " + bytesMax + " are taken");
        }
        byte[] content = new byte[(int) remaining];
        readFully(content);
        return content;
    }

    private void readFully(byte[] content) {
        ByteBuffer target = ByteBuffer.wrap(content);
        while (target.hasRemaining()) {
            read(target);
        }
    }

    private void taken(int size) {
        buffer.position(buffer.position() + size);
        remaining -= size;
        position += size;
    }

    private void refill() {
        if (!buffer.hasRemaining() && !fill()) {
            throw truncated();
        }
    }

    private void skip(long bytes) {
        long left = bytes;
        while (left > 0) {
            refill();
            int size = (int) Math.min(buffer.remaining(), left);
            buffer.position(buffer.position() + size);
            position += size;
            left -= size;
        }
    }

    /// Reads the source to its end: what follows the archive's end belongs to its digest.
    public void drain() {
        skip(remaining + padding);
        remaining = 0;
        padding = 0;
        long trailer = 0;
        do {
            trailer += buffer.remaining();
            position += buffer.remaining();
            buffer.position(buffer.limit());
            if (trailer > TRAILER_BYTES_MAX) {
                throw new TarException(
                        "archive with more than " + TRAILER_BYTES_MAX + " bytes after its end");
            }
        } while (fill());
    }

    private boolean ensure(int size) {
        while (buffer.remaining() < size) {
            buffer.compact().flip();
            if (!append()) {
                return false;
            }
        }
        return true;
    }

    private boolean append() {
        int start = buffer.position();
        int end = buffer.limit();
        buffer.limit(buffer.capacity()).position(end);
        int size = readSource();
        buffer.limit(Math.max(end, buffer.position())).position(start);
        return size > 0;
    }

    private boolean fill() {
        buffer.clear();
        int size = readSource();
        buffer.flip();
        return size > 0;
    }

    private int readSource() {
        try {
            int size;
            do {
                size = source.read(buffer);
            } while (size == 0);
            return size;
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "reading the archive failed: " + e.getMessage(), e);
        }
    }

    private static int padding(long size) {
        return (int) (-size & (Header.SIZE - 1));
    }

    private static TarException truncated() {
        return new TarException("archive ends in the middle of an entry");
    }
}
