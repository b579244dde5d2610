package sampan.api.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import sampan.api.call.LateBody;
import sampan.engine.services.StreamService.LogSink;

/// Log entries on their way to a client: framed unless the container has a terminal, with the time
/// and the details in front where they were asked for. Entries gather in the response's buffer and
/// leave when it is full or the log has nothing more to give. Used by one thread.
public final class LogStream implements LogSink {
    private static final int HEADER_BYTES = 8;

    /// Length of `2026-01-02T03:04:05.000000000Z`.
    private static final int TIME_BYTES = 30;

    private static final int TIME_BYTES_MAX = 64;
    private static final int DOT = 19;

    private final Target target;
    private final boolean framed;
    private final boolean times;
    private final byte[] details;
    private final ByteBuffer prefix;

    /// Where bytes go.
    public interface Target {
        void write(ByteBuffer bytes) throws IOException;

        void flush() throws IOException;
    }

    /// @param details what stands in front of each line, without its blank; absent: nothing
    public LogStream(
            Target target, boolean framed, boolean times, java.util.Optional<String> details) {
        this.target = target;
        this.framed = framed;
        this.times = times;
        this.details =
                details.map(text -> (text + " ").getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        this.prefix = ByteBuffer.allocate(HEADER_BYTES + TIME_BYTES_MAX + 2 + this.details.length);
    }

    /// To the body of an answer.
    public static Target to(LateBody answer) {
        return new Target() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                answer.body().write(bytes);
            }

            @Override
            public void flush() throws IOException {
                answer.body().flush();
            }
        };
    }

    @Override
    public void entry(int stream, ByteBuffer time, ByteBuffer line) {
        prefix.clear();
        if (framed) {
            prefix.put((byte) stream).put((byte) 0).putShort((short) 0).putInt(0);
        }
        if (times) {
            putTime(time);
        }
        prefix.put(details);
        if (framed) {
            prefix.putInt(4, prefix.position() - HEADER_BYTES + line.remaining());
        }
        try {
            target.write(prefix.flip());
            target.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The log drops zeros at the end of the fraction; clients get nine digits always.
    private void putTime(ByteBuffer time) {
        int start = prefix.position();
        int length = time.remaining();
        if (length > TIME_BYTES_MAX) {
            throw new IllegalArgumentException("log time of " + length + " bytes");
        }
        prefix.put(time);
        boolean utc = length > DOT && prefix.get(start + length - 1) == 'Z';
        if (utc && length < TIME_BYTES) {
            prefix.position(start + length - 1);
            if (length - 1 == DOT) {
                prefix.put((byte) '.');
            }
            while (prefix.position() < start + TIME_BYTES - 1) {
                prefix.put((byte) '0');
            }
            prefix.put((byte) 'Z');
        }
        prefix.put((byte) ' ');
    }

    @Override
    public void flush() {
        try {
            target.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
