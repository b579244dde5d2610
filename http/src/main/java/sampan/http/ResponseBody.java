package sampan.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// The body of a streamed response. Bytes are gathered and go out in chunks of up to 64 KiB, or at
/// a [#flush]; [#close] ends the body properly. One that is never closed leaves the response cut,
/// and the client sees that. Used by one thread; a client that went away is an [IOException].
public final class ResponseBody extends OutputStream {
    static final int GATHER_BYTES = 64 << 10;

    /// Eight hexadecimal digits and a line end before the data, a line end after.
    private static final int PREFIX = 10;

    private static final int SUFFIX = 2;
    private static final byte[] DIGITS =
            "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final byte[] LAST = {'0', '\r', '\n', '\r', '\n'};

    private final Response response;
    private final Connection connection;
    private final ByteBuffer head;
    private final boolean chunks;
    private final boolean discard;
    private final int prefix;
    private final ByteBuffer gather;
    private boolean closed;

    ResponseBody(
            Response response,
            Connection connection,
            ByteBuffer head,
            boolean chunks,
            boolean discard) {
        this.response = response;
        this.connection = connection;
        this.head = head;
        this.chunks = chunks;
        this.discard = discard;
        this.prefix = chunks ? PREFIX : 0;
        this.gather = connection.gatherBuffers().take();
        restart();
    }

    private void restart() {
        gather.clear().position(prefix).limit(gather.capacity() - SUFFIX);
    }

    @Override
    public void write(int value) throws IOException {
        check();
        if (discard) {
            return;
        }
        if (!gather.hasRemaining()) {
            send();
        }
        gather.put((byte) value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        write(ByteBuffer.wrap(source, offset, length));
    }

    /// Takes all remaining bytes; the buffer is the caller's again on return.
    public void write(ByteBuffer source) throws IOException {
        check();
        if (discard) {
            source.position(source.limit());
            return;
        }
        while (source.hasRemaining()) {
            if (!gather.hasRemaining()) {
                send();
            }
            int n = Math.min(gather.remaining(), source.remaining());
            gather.put(gather.position(), source, source.position(), n);
            gather.position(gather.position() + n);
            source.position(source.position() + n);
        }
    }

    /// Space that is left before the next chunk goes out.
    public int room() {
        return gather.remaining();
    }

    @Override
    public void flush() throws IOException {
        check();
        send();
    }

    private void send() throws IOException {
        int length = gather.position() - prefix;
        if (length == 0) {
            connection.transport().write(head);
            return;
        }
        int start = prefix;
        gather.limit(gather.capacity());
        if (chunks) {
            gather.put((byte) '\r').put((byte) '\n');
            gather.put(--start, (byte) '\n').put(--start, (byte) '\r');
            for (int left = length; left != 0; left >>>= 4) {
                gather.put(--start, DIGITS[left & 15]);
            }
        }
        gather.flip().position(start);
        if (head.hasRemaining()) {
            connection.transport().write(head, gather);
        } else {
            connection.transport().write(gather);
        }
        restart();
    }

    /// Ends the body. Nothing happens when it was closed before.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        send();
        if (chunks) {
            connection.transport().write(ByteBuffer.wrap(LAST));
        }
        closed = true;
        connection.gatherBuffers().give(gather);
        response.completed();
    }

    private void check() throws IOException {
        if (closed) {
            throw new IOException("response body is closed");
        }
    }
}
