package sampan.oci.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.CRC32;
import sampan.errors.SampanException;
import sampan.linux.deflate.RawInflater;

/// Decompresses gzip (RFC 1952): all members one after the other, each with its sum and length
/// checked. Zeroes after the last member are padding; anything else there, and an end before the
/// end, is a [TarException]. Closing it closes the source. One thread at a time.
public final class GzipChannel implements ReadableByteChannel {
    private static final int INPUT_BYTES = 64 << 10;
    private static final int HEADER_EXTRA_MAX = 1 << 16;
    private static final int FLAG_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;

    private enum State {
        HEADER,
        BODY,
        END
    }

    private final ReadableByteChannel source;
    // In front there is room for what the inflater puts back.
    private final ByteBuffer input =
            ByteBuffer.allocateDirect(RawInflater.PUT_BACK_MAX + INPUT_BYTES)
                    .limit(RawInflater.PUT_BACK_MAX)
                    .position(RawInflater.PUT_BACK_MAX);
    private final RawInflater inflater = RawInflater.create();
    private final CRC32 sum = new CRC32();
    private State state = State.HEADER;
    private long length;
    private boolean first = true;
    private boolean open = true;

    public GzipChannel(ReadableByteChannel source) {
        this.source = source;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        while (true) {
            switch (state) {
                case END -> {
                    return -1;
                }
                case HEADER -> header();
                case BODY -> {
                    int size = inflate(target);
                    if (size > 0) {
                        return size;
                    }
                }
            }
        }
    }

    private int inflate(ByteBuffer target) throws IOException {
        int start = target.position();
        int size = decode(target);
        if (size == 0 && !inflater.finished() && !input.hasRemaining()) {
            require();
            size = decode(target);
        }
        if (size > 0) {
            sum.update(target.slice(start, size));
            length += size;
        }
        if (inflater.finished()) {
            trailer();
        }
        return size;
    }

    private int decode(ByteBuffer target) {
        try {
            return inflater.inflate(input, target);
        } catch (SampanException e) {
            throw new TarException("gzip data is broken: " + e.getMessage());
        }
    }

    private void trailer() throws IOException {
        long expected = word();
        long size = word();
        if (expected != sum.getValue()) {
            throw new TarException("gzip data is broken: its checksum does not match");
        }
        if (size != (length & 0xFFFFFFFFL)) {
            throw new TarException("gzip data is broken: its length does not match");
        }
        inflater.reset();
        sum.reset();
        length = 0;
        state = State.HEADER;
    }

    private void header() throws IOException {
        if (!first && paddedEnd()) {
            state = State.END;
            return;
        }
        if (octet() != 0x1F || octet() != 0x8B) {
            throw new TarException(
                    first ? "not a gzip file" : "gzip file with garbage after its end");
        }
        first = false;
        int method = octet();
        int flags = octet();
        if (method != 8 || (flags & 0xE0) != 0) {
            throw new TarException("gzip header is broken");
        }
        for (int i = 0; i < 6; i++) {
            octet();
        }
        if ((flags & FLAG_EXTRA) != 0) {
            int length = octet() | octet() << 8;
            for (int i = 0; i < length; i++) {
                octet();
            }
        }
        if ((flags & FLAG_NAME) != 0) {
            text();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            text();
        }
        if ((flags & FLAG_CRC) != 0) {
            octet();
            octet();
        }
        state = State.BODY;
    }

    private boolean paddedEnd() throws IOException {
        while (input.hasRemaining() || fill()) {
            if (input.get(input.position()) != 0) {
                return false;
            }
            input.get();
        }
        return true;
    }

    private void text() throws IOException {
        for (int i = 0; i < HEADER_EXTRA_MAX; i++) {
            if (octet() == 0) {
                return;
            }
        }
        throw new TarException("gzip header is broken: a name without end");
    }

    private long word() throws IOException {
        return octet() | octet() << 8 | octet() << 16 | (long) octet() << 24;
    }

    private int octet() throws IOException {
        if (!input.hasRemaining()) {
            require();
        }
        return input.get() & 0xFF;
    }

    private void require() throws IOException {
        if (!input.hasRemaining() && !fill()) {
            throw new TarException("gzip file ends too early");
        }
    }

    private boolean fill() throws IOException {
        input.clear().position(RawInflater.PUT_BACK_MAX);
        int size;
        do {
            size = source.read(input);
        } while (size == 0);
        input.limit(input.position()).position(RawInflater.PUT_BACK_MAX);
        return size > 0;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            inflater.close();
            source.close();
        }
    }
}
