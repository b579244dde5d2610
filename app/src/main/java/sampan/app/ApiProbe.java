package sampan.app;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// One GET on a Docker API socket: tells whether a daemon answers there.
final class ApiProbe {
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private ApiProbe() {}

    /// The answer's head and body as they came; absent when nobody answers.
    static Optional<String> get(Path socket, String path) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: sampan\r\nConnection: close\r\n\r\n";
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            ByteBuffer in = ByteBuffer.allocate(ANSWER_BYTES_MAX);
            while (in.hasRemaining() && channel.read(in) >= 0) {
                // gathers until the end
            }
            return Optional.of(new String(in.array(), 0, in.position(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
