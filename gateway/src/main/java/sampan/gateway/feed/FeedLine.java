package sampan.gateway.feed;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.sockets.Received;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// Lines with descriptors over a stream socket. For one thread.
public final class FeedLine {
    /// Octets of a line.
    public static final int BYTES_MAX = 8 << 20;

    private static final int CHUNK_BYTES = 64 << 10;

    /// @param descriptors that came with it, the taker's to close
    public record Line(String text, List<Fd> descriptors) {}

    private final UnixSocket socket;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int at;
    private int end;
    private final List<Fd> descriptors = new ArrayList<>();

    public FeedLine(UnixSocket socket) {
        this.socket = socket;
    }

    /// The next line, empty at the end of the stream; waits for it.
    public Optional<Line> next() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            for (int i = at; i < end; i++) {
                if (chunk[i] == '\n') {
                    line.write(chunk, at, i - at);
                    at = i + 1;
                    List<Fd> taken = List.copyOf(descriptors);
                    descriptors.clear();
                    return Optional.of(new Line(line.toString(StandardCharsets.UTF_8), taken));
                }
            }
            line.write(chunk, at, end - at);
            at = 0;
            end = 0;
            if (line.size() > BYTES_MAX) {
                close();
                throw SampanException.invalid("a line of over " + BYTES_MAX + " bytes: send less");
            }
            if (!receive()) {
                close();
                return Optional.empty();
            }
        }
    }

    private boolean receive() {
        Received received = socket.receive(chunk, UnixSocket.FDS_MAX);
        descriptors.addAll(received.fds());
        end = received.bytes();
        return !received.ended();
    }

    /// Sends a line; waits for room.
    public static void send(UnixSocket socket, String text, List<Fd> descriptors) {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        int sent = socket.send(bytes, descriptors);
        while (sent < bytes.length) {
            sent += socket.send(Arrays.copyOfRange(bytes, sent, bytes.length));
        }
    }

    private void close() {
        descriptors.forEach(Fd::close);
        descriptors.clear();
    }
}
