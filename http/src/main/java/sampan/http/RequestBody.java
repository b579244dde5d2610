package sampan.http;

import static sampan.http.ProtocolException.malformed;

import java.io.IOException;
import java.io.InputStream;

/// The body of one request, taken from the connection as it is read: a reader that waits makes the
/// client wait. Used by one thread. A client that breaks the framing or a limit is a
/// [ProtocolException].
public final class RequestBody extends InputStream {
    private static final int CHUNK_DIGITS_MAX = 15;
    private static final int CHUNK_EXTENSION_MAX = 256;

    private final Input input;
    private final Connection connection;
    private final boolean chunked;
    private final int trailerBytes;
    private long remaining;
    private long taken;
    private long limit;
    private boolean continueDue;
    private boolean firstChunk = true;
    private boolean ended;

    RequestBody(Connection connection, Input input, RequestHead head, Limits limits) {
        this.connection = connection;
        this.input = input;
        this.chunked = head.chunked();
        this.remaining = chunked ? 0 : Math.max(0, head.contentLength());
        this.limit = limits.bodyBytes();
        this.trailerBytes = limits.headBytes();
        this.continueDue = head.expectsContinue();
        this.ended = !head.hasBody();
    }

    /// Refuses a body longer than this with 413, from the next read on.
    public RequestBody limit(long bytes) {
        limit = bytes;
        return this;
    }

    /// Reads all of it; longer than `most` bytes is 413.
    public byte[] readAll(int most) throws IOException {
        limit(most);
        return readAllBytes();
    }

    /// Everything was read.
    boolean ended() {
        return ended;
    }

    /// The client still waits to be told to send.
    boolean awaitsContinue() {
        return continueDue && !ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (ended || length == 0) {
            return ended ? -1 : 0;
        }
        if (continueDue) {
            continueDue = false;
            connection.sendContinue();
        }
        connection.expectWithin(connection.limits().bodyStall());
        try {
            return readFramed(target, offset, length);
        } finally {
            connection.expectNothing();
        }
    }

    private int readFramed(byte[] target, int offset, int length) throws IOException {
        if (chunked && remaining == 0) {
            beginChunk();
            if (ended) {
                return -1;
            }
        }
        if (remaining > limit - taken) {
            throw new ProtocolException(413, "request body is longer than " + limit + " bytes");
        }
        int n = input.read(target, offset, (int) Math.min(length, remaining));
        if (n < 0) {
            throw malformed("request ends within its body");
        }
        remaining -= n;
        taken += n;
        if (!chunked && remaining == 0) {
            ended = true;
        }
        return n;
    }

    private void beginChunk() throws IOException {
        if (!firstChunk) {
            expect('\r');
            expect('\n');
        }
        firstChunk = false;
        remaining = chunkSize();
        if (remaining == 0) {
            trailers();
            ended = true;
        }
    }

    private long chunkSize() throws IOException {
        long size = 0;
        int digits = 0;
        int c = input.next();
        for (; Character.digit(c, 16) >= 0 && c < 0x80; c = input.next()) {
            if (++digits > CHUNK_DIGITS_MAX) {
                throw malformed("chunk size is too large");
            }
            size = size << 4 | Character.digit(c, 16);
        }
        if (digits == 0) {
            throw malformed("chunk size is malformed");
        }
        if (c == ';') {
            int length = 0;
            for (c = input.next(); c != '\r'; c = input.next()) {
                if (c < ' ' && c != '\t') {
                    throw malformed("chunk extension is malformed");
                }
                if (++length > CHUNK_EXTENSION_MAX) {
                    throw malformed("chunk extension is too long");
                }
            }
        }
        if (c != '\r') {
            throw malformed("chunk size is malformed");
        }
        expect('\n');
        return size;
    }

    /// Trailer fields are read, checked for their form, and dropped: nothing here trusts them.
    private void trailers() throws IOException {
        int total = 0;
        int line = 0;
        boolean named = false;
        while (true) {
            int c = input.next();
            if (++total > trailerBytes) {
                throw new ProtocolException(431, "trailers are too long");
            }
            if (c == '\r') {
                expect('\n');
                if (line == 0) {
                    return;
                }
                if (!named) {
                    throw malformed("trailer field is malformed");
                }
                line = 0;
                named = false;
                continue;
            }
            if (c < 0 || (c < ' ' && c != '\t')) {
                throw malformed("trailer field is malformed");
            }
            if (c == ':' && line > 0) {
                named = true;
            } else if (!named && !HeadParser.isToken((byte) c)) {
                throw malformed("trailer field is malformed");
            }
            line++;
        }
    }

    private void expect(char due) throws IOException {
        if (input.next() != due) {
            throw malformed("chunk is malformed");
        }
    }

    /// Skips what is left, as long as it is at most `most` bytes; false where more is left.
    boolean drain(long most) throws IOException {
        byte[] sink = new byte[4096];
        long left = most;
        while (!ended) {
            if (left <= 0) {
                return false;
            }
            int n = read(sink, 0, (int) Math.min(left, sink.length));
            if (n < 0) {
                return true;
            }
            left -= n;
        }
        return true;
    }
}
