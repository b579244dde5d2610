package sampan.app;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// One request on a Docker API socket: tells whether a daemon answers there.
final class ApiProbe {
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private ApiProbe() {}

    /// The answer's head and body as they came; absent when nobody answers.
    static Optional<String> get(Path socket, String path) {
        return send(socket, "GET", path, "");
    }

    /// @param body a JSON document, or empty for none
    static Optional<String> send(Path socket, String method, String path, String body) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head =
                    method
                            + " "
                            + path
                            + " HTTP/1.1\r\nHost: sampan\r\nConnection: close\r\n"
                            + "Content-Type: application/json\r\nContent-Length: "
                            + content.length
                            + "\r\n\r\n";
            ByteBuffer out = ByteBuffer.wrap((head + body).getBytes(StandardCharsets.UTF_8));
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
