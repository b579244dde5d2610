package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.testing.Publishing;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// A registry without TLS that takes a TLS hello for the begin of a request.
class SwallowedHelloTest {
    private static final int TLS_HANDSHAKE = 0x16;

    @TempDir Path directory;

    @Test
    void aPlainRegistryThatWaitsForTheRestOfAHelloIsAskedByHttp() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
                Publishing publishing = new Publishing(directory)) {
            Thread.ofVirtual().start(() -> accept(server));
            Reference name = Reference.parse("127.0.0.1:" + server.getLocalPort() + "/name");
            assertThat(publishing.repository(name).hasBlob(Digest.of(new byte[0]))).isTrue();
        }
    }

    private static void accept(ServerSocket server) {
        try {
            while (true) {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            if (in.read() == TLS_HANDSHAKE) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
                return;
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
            String line = lines.readLine();
            while (line != null && !line.isEmpty()) {
                line = lines.readLine();
            }
            connection
                    .getOutputStream()
                    .write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // the client gave up
        }
    }
}
