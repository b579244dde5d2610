package sampan.oci.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.decoders.Bzip2Channel;
import sampan.linux.decoders.XzChannel;
import sampan.linux.zstd.ZstdChannel;

/// How an archive is compressed, told by its first bytes.
public enum Compression {
    NONE,
    GZIP,
    ZSTD,
    BZIP2,
    XZ;

    /// Bytes that [#detect] wants to see.
    public static final int MAGIC_BYTES = 6;

    private static final int WINDOW = 64 << 10;

    /// @param head at least [#MAGIC_BYTES], or all there are
    public static Compression detect(byte[] head) {
        if (startsWith(head, 0x1F, 0x8B)) {
            return GZIP;
        }
        // A skippable frame (0x184D2A50 to 5F) may come first in a zstd file.
        boolean skippable =
                head.length >= 4
                        && (head[0] & 0xF0) == 0x50
                        && startsWith(new byte[] {head[1], head[2], head[3]}, 0x2A, 0x4D, 0x18);
        if (startsWith(head, 0x28, 0xB5, 0x2F, 0xFD) || skippable) {
            return ZSTD;
        }
        if (startsWith(head, 'B', 'Z', 'h')) {
            return BZIP2;
        }
        return startsWith(head, 0xFD, '7', 'z', 'X', 'Z', 0) ? XZ : NONE;
    }

    private static boolean startsWith(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /// The plain bytes of a source, whatever it is compressed with. Closing it closes the source.
    ///
    /// @throws SampanException UNSUPPORTED where the machine lacks the library of the compression
    public static ReadableByteChannel open(ReadableByteChannel source) {
        Head head = Head.of(source);
        return switch (head.compression) {
            case NONE -> head.whole;
            case GZIP -> new GzipChannel(head.whole);
            case ZSTD -> new ZstdChannel(head.whole);
            case BZIP2, XZ -> rare(head);
        };
    }

    /// The source as a layer may be stored: gzip and zstd stay, what no image may hold is plain.
    /// Closing it closes the source.
    ///
    /// @throws SampanException as [#open]
    public static ReadableByteChannel openForLayer(ReadableByteChannel source) {
        Head head = Head.of(source);
        return switch (head.compression) {
            case NONE, GZIP, ZSTD -> head.whole;
            case BZIP2, XZ -> rare(head);
        };
    }

    private static ReadableByteChannel rare(Head head) {
        return head.compression == BZIP2 ? new Bzip2Channel(head.whole) : new XzChannel(head.whole);
    }

    /// Whether what [#open] gave is decoded, and not the source itself.
    public static boolean isDecoded(ReadableByteChannel plain) {
        return !(plain instanceof Rejoined);
    }

    /// A source whose first bytes were looked at.
    private record Head(Compression compression, ReadableByteChannel whole) {
        static Head of(ReadableByteChannel source) {
            ByteBuffer head = ByteBuffer.allocate(WINDOW);
            try {
                while (head.position() < MAGIC_BYTES && source.read(head) >= 0) {
                    // a source may give a byte at a time
                }
            } catch (IOException e) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "reading the archive failed: " + e.getMessage(), e);
            }
            head.flip();
            byte[] magic = new byte[Math.min(head.remaining(), MAGIC_BYTES)];
            head.get(0, magic);
            return new Head(detect(magic), new Rejoined(head, source));
        }
    }

    /// Gives the bytes that were looked at, then the rest of the source.
    private record Rejoined(ByteBuffer head, ReadableByteChannel rest)
            implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            if (!head.hasRemaining()) {
                return rest.read(target);
            }
            int size = Math.min(head.remaining(), target.remaining());
            target.put(target.position(), head, head.position(), size);
            target.position(target.position() + size);
            head.position(head.position() + size);
            return size;
        }

        @Override
        public boolean isOpen() {
            return rest.isOpen();
        }

        @Override
        public void close() throws IOException {
            rest.close();
        }
    }
}
