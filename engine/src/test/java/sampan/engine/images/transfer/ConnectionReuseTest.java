package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.registry.Repository;
import sampan.engine.testing.Publishing;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// Questions whose answers have no body, one after the other, to a server that keeps connections.
class ConnectionReuseTest {
    private static final int QUESTIONS = 40;
    private static final Digest BLOB = Digest.of(new byte[0]);

    @TempDir Path directory;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Socket> asked = new CopyOnWriteArrayList<>();
    private ServerSocket server;
    private Publishing publishing;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
        publishing = new Publishing(directory);
    }

    @AfterEach
    void close() throws IOException {
        publishing.close();
        server.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String first = in.readLine();
            while (first != null && first.endsWith(" HTTP/1.1")) {
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                boolean head = first.startsWith("HEAD ");
                if (head) {
                    asked.add(connection);
                }
                String length = "Content-Length: " + (head ? 1000 : 0);
                connection
                        .getOutputStream()
                        .write(
                                ("HTTP/1.1 200 OK\r\n" + length + "\r\n\r\n")
                                        .getBytes(StandardCharsets.ISO_8859_1));
                first = in.readLine();
            }
        } catch (IOException e) {
            // the client went away, as it does where HTTPS was tried
        }
    }

    @Test
    void anAnswerWithoutABodyLeavesItsConnectionToTheNextQuestion() {
        String host = "127.0.0.1:" + server.getLocalPort();
        Repository repository = publishing.repository(Reference.parse(host + "/name"));
        for (int i = 0; i < QUESTIONS; i++) {
            assertThat(repository.hasBlob(BLOB)).isTrue();
        }
        assertThat(asked).hasSize(QUESTIONS);
        assertThat(asked.stream().distinct()).as("connections").hasSizeLessThan(QUESTIONS / 2);
    }
}
