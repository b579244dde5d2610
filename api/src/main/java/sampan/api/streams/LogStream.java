package sampan.api.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sampan.api.call.LateBody;
import sampan.engine.services.StreamService.LogSink;

/// Log entries on their way to a client: framed unless the container has a terminal, with the time
/// and the details in front where they were asked for. Entries gather here and leave when much has
/// gathered or the log has nothing more to give; [#finish] sends the rest. A plain array, because
/// millions of short pieces are copied into it. Used by one thread.
public final class LogStream implements LogSink {
    private static final int GATHER_BYTES = 64 << 10;
    private static final int HEADER_BYTES = 8;

    /// Length of `2026-01-02T03:04:05.000000000Z`.
    private static final int TIME_BYTES = 30;

    private static final int TIME_BYTES_MAX = 64;
    private static final int DOT = 19;

    private final Target target;
    private final boolean framed;
    private final boolean times;
    private final byte[] details;
    private final byte[] gathered;
    private int end;

    /// Where bytes go.
    public interface Target {
        void write(ByteBuffer bytes) throws IOException;

        void flush() throws IOException;
    }

    /// @param details what stands in front of each line, without its blank; absent: nothing
    public LogStream(Target target, boolean framed, boolean times, Optional<String> details) {
        this.target = target;
        this.framed = framed;
        this.times = times;
        this.details =
                details.map(text -> (text + " ").getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        this.gathered = new byte[GATHER_BYTES + prefixMax()];
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

    private int prefixMax() {
        return HEADER_BYTES + TIME_BYTES_MAX + 1 + details.length;
    }

    @Override
    public void entry(int stream, ByteBuffer time, ByteBuffer line) {
        int length = line.remaining();
        if (gathered.length - end < prefixMax() + length) {
            drain();
        }
        int start = end;
        if (framed) {
            end += HEADER_BYTES;
        }
        if (times) {
            putTime(time);
        }
        System.arraycopy(details, 0, gathered, end, details.length);
        end += details.length;
        if (framed) {
            putHeader(start, stream, end - start - HEADER_BYTES + length);
        }
        if (gathered.length - end < length) {
            drain();
            write(line);
            return;
        }
        line.get(gathered, end, length);
        end += length;
    }

    private void putHeader(int at, int stream, int length) {
        gathered[at] = (byte) stream;
        gathered[at + 1] = 0;
        gathered[at + 2] = 0;
        gathered[at + 3] = 0;
        gathered[at + 4] = (byte) (length >>> 24);
        gathered[at + 5] = (byte) (length >>> 16);
        gathered[at + 6] = (byte) (length >>> 8);
        gathered[at + 7] = (byte) length;
    }

    /// The log drops zeros at the end of the fraction; clients get nine digits always.
    private void putTime(ByteBuffer time) {
        int start = end;
        int length = time.remaining();
        if (length > TIME_BYTES_MAX) {
            throw new IllegalArgumentException("log time of " + length + " bytes");
        }
        time.get(gathered, start, length);
        end += length;
        boolean utc = length > DOT && gathered[end - 1] == 'Z';
        if (utc && length < TIME_BYTES) {
            end--;
            if (length - 1 == DOT) {
                gathered[end++] = '.';
            }
            while (end < start + TIME_BYTES - 1) {
                gathered[end++] = '0';
            }
            gathered[end++] = 'Z';
        }
        gathered[end++] = ' ';
    }

    private void drain() {
        if (end > 0) {
            int length = end;
            end = 0;
            write(ByteBuffer.wrap(gathered, 0, length));
        }
    }

    private void write(ByteBuffer bytes) {
        try {
            target.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void flush() {
        drain();
        try {
            target.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Hands over what has gathered; nothing comes after it.
    public void finish() {
        drain();
    }
}
