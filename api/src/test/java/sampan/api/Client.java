package sampan.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client that says exactly what it is told.
final class Client implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();

    Client(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /// Sends one request on a connection of its own and returns the whole answer.
    static String ask(Path socket, String method, String target, String... fieldsAndBody)
            throws IOException {
        try (Client client = new Client(socket)) {
            String body = fieldsAndBody.length > 1 ? fieldsAndBody[1] : "";
            String fields = fieldsAndBody.length > 0 ? fieldsAndBody[0] : "";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            client.send(
                    method
                            + " "
                            + target
                            + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                            + fields
                            + (bytes.length > 0 ? "Content-Length: " + bytes.length + "\r\n" : "")
                            + "\r\n");
            client.send(body);
            return client.rest();
        }
    }

    static String post(Path socket, String target, String json) throws IOException {
        return ask(socket, "POST", target, "Content-Type: application/json\r\n", json);
    }

    void send(String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    void finish() throws IOException {
        channel.shutdownOutput();
    }

    /// Reads up to and including this text.
    String until(String text) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            if (channel.read(one.clear()) < 0) {
                throw new IOException("end before '" + text + "', after: " + read);
            }
            read.append((char) (one.get(0) & 0xff));
        }
        return read.toString();
    }

    /// Reads once, as much as there is; what a client does that has a buffer.
    String once() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        int n = Math.max(0, channel.read(buffer));
        return new String(buffer.array(), 0, n, StandardCharsets.ISO_8859_1);
    }

    /// Reads to the end.
    String rest() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        while (channel.read(buffer.clear()) >= 0) {
            early.write(buffer.array(), 0, buffer.position());
        }
        return early.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
