package sampan.gateway.wire;

import sampan.linux.net.Memory;

/// Follows the bytes of one body. [#pass] says how far they belong to it; they are passed on as
/// they are framed, so chunks and trailers are checked, not rebuilt.
public final class BodyFraming {
    /// Octets of a chunk's line, size and extensions.
    public static final int CHUNK_LINE_BYTES_MAX = 256;

    /// Octets of extensions in a whole body: they carry nothing to whom they are passed.
    public static final int EXTENSION_BYTES_MAX = 16 << 10;

    /// Octets of all trailer lines.
    public static final int TRAILER_BYTES_MAX = 8 << 10;

    private static final int SIZE_DIGITS_MAX = 15;
    private static final int NAME_BYTES_MAX = 20;

    /// How a body ends.
    public enum Kind {
        /// There is none.
        NONE,
        LENGTH,
        CHUNKED,
        /// With its connection; also bytes after an upgrade.
        CLOSE
    }

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        BYTES,
        BYTES_CR,
        BYTES_LF,
        LINE,
        NAME,
        VALUE,
        VALUE_LF,
        LAST_LF
    }

    private Kind kind = Kind.NONE;
    private State state = State.SIZE;
    private long remaining;
    private int digits;
    private int lineBytes;
    private int extensionBytes;
    private int trailerBytes;
    private boolean done = true;
    private Refusal refusal = Refusal.NONE;
    private final byte[] name = new byte[NAME_BYTES_MAX];
    private int nameBytes;

    public void none() {
        begin(Kind.NONE, 0);
        done = true;
    }

    public void length(long bytes) {
        begin(Kind.LENGTH, bytes);
        done = bytes == 0;
    }

    public void chunked() {
        begin(Kind.CHUNKED, 0);
    }

    public void untilClose() {
        begin(Kind.CLOSE, 0);
    }

    private void begin(Kind kind, long bytes) {
        this.kind = kind;
        remaining = bytes;
        state = State.SIZE;
        digits = 0;
        lineBytes = 0;
        extensionBytes = 0;
        trailerBytes = 0;
        done = false;
        refusal = Refusal.NONE;
    }

    /// Takes the octets in `[from, to)`; returns the address behind the last that belongs to the
    /// body, or -1 where they are malformed: [#refusal].
    public long pass(long from, long to) {
        return switch (kind) {
            case NONE -> from;
            case CLOSE -> to;
            case LENGTH -> {
                long taken = Math.min(remaining, to - from);
                remaining -= taken;
                done = remaining == 0;
                yield from + taken;
            }
            case CHUNKED -> passChunked(from, to);
        };
    }

    private long passChunked(long from, long to) {
        long at = from;
        while (at < to && !done) {
            if (state == State.BYTES) {
                long taken = Math.min(remaining, to - at);
                remaining -= taken;
                at += taken;
                if (remaining == 0) {
                    state = State.BYTES_CR;
                }
                continue;
            }
            if (!step(Memory.get(at++))) {
                return -1;
            }
        }
        return at;
    }

    private boolean step(byte c) {
        return switch (state) {
            case SIZE -> size(c);
            case EXTENSION -> extension(c);
            case SIZE_LF -> sizeEnd(c);
            case BYTES -> throw new AssertionError();
            case BYTES_CR -> expect(c, '\r', State.BYTES_LF);
            case BYTES_LF -> {
                remaining = 0;
                digits = 0;
                lineBytes = 0;
                yield expect(c, '\n', State.SIZE);
            }
            case LINE -> line(c);
            case NAME -> trailerName(c);
            case VALUE -> trailerValue(c);
            case VALUE_LF -> expect(c, '\n', State.LINE);
            case LAST_LF -> {
                done = c == '\n';
                yield expect(c, '\n', State.SIZE);
            }
        };
    }

    private boolean refuse(Refusal refusal) {
        this.refusal = refusal;
        return false;
    }

    private boolean expect(byte c, char wanted, State next) {
        state = next;
        return c == wanted || refuse(Refusal.BAD_CHUNK);
    }

    private boolean size(byte c) {
        int digit = Octets.hex(c);
        if (digit >= 0) {
            remaining = remaining << 4 | digit;
            return ++digits <= SIZE_DIGITS_MAX || refuse(Refusal.BAD_CHUNK);
        }
        if (digits == 0) {
            return refuse(Refusal.BAD_CHUNK);
        }
        if (c == ';') {
            state = State.EXTENSION;
            return true;
        }
        // No blanks before the extension, though RFC 9112 lets bad ones pass: servers differ.
        return expect(c, '\r', State.SIZE_LF);
    }

    private boolean extension(byte c) {
        if (c == '\r') {
            state = State.SIZE_LF;
            return true;
        }
        boolean bounded =
                ++lineBytes <= CHUNK_LINE_BYTES_MAX && ++extensionBytes <= EXTENSION_BYTES_MAX;
        // Octets above 127 and blanks in odd places have no meaning here; ASCII is enough.
        return bounded && c >= 0x20 && c != 0x7F || refuse(Refusal.BAD_CHUNK);
    }

    private boolean sizeEnd(byte c) {
        return expect(c, '\n', remaining == 0 ? State.LINE : State.BYTES);
    }

    private boolean line(byte c) {
        if (c == '\r') {
            state = State.LAST_LF;
            return true;
        }
        nameBytes = 0;
        state = State.NAME;
        return trailerName(c);
    }

    private boolean trailerName(byte c) {
        if (++trailerBytes > TRAILER_BYTES_MAX) {
            return refuse(Refusal.BAD_TRAILER);
        }
        if (c == ':' && nameBytes > 0) {
            state = State.VALUE;
            return !isForbidden() || refuse(Refusal.BAD_TRAILER);
        }
        if (nameBytes < NAME_BYTES_MAX) {
            name[nameBytes] = Octets.lower(c);
        }
        nameBytes++;
        return Octets.isToken(c) || refuse(Refusal.BAD_TRAILER);
    }

    private boolean isForbidden() {
        return nameBytes <= NAME_BYTES_MAX && Field.isForbiddenTrailer(Field.of(name, nameBytes));
    }

    private boolean trailerValue(byte c) {
        if (c == '\r') {
            state = State.VALUE_LF;
            return true;
        }
        return ++trailerBytes <= TRAILER_BYTES_MAX && Octets.isValue(c)
                || refuse(Refusal.BAD_TRAILER);
    }

    public Kind kind() {
        return kind;
    }

    /// Whether the body has ended. One that ends with its connection never has.
    public boolean isDone() {
        return done;
    }

    public Refusal refusal() {
        return refusal;
    }
}
