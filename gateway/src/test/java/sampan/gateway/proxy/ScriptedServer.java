package sampan.gateway.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An upstream that does with each connection what a test says.
public final class ScriptedServer implements AutoCloseable {
    /// What is done with a connection; it is closed afterwards.
    @FunctionalInterface
    public interface Script {
        void run(Peer peer) throws IOException;
    }

    /// One connection.
    public record Peer(InputStream in, OutputStream out, Socket socket) {
        /// A head up to its blank line, "" at the end of the stream.
        public String head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (true) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                head.write(b);
                String text = head.toString(StandardCharsets.ISO_8859_1);
                if (text.endsWith("\r\n\r\n")) {
                    return text;
                }
            }
        }

        public void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    private final ServerSocket socket;
    private final Script script;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    public ScriptedServer(Script script) throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    /// Answers every request with 200 and its own head as the body.
    public static ScriptedServer echoing() throws IOException {
        List<ScriptedServer> self = new CopyOnWriteArrayList<>();
        ScriptedServer server =
                new ScriptedServer(peer -> {
                    for (String h = peer.head(); !h.isEmpty(); h = peer.head()) {
                        self.getFirst().heads.add(h);
                        peer.write(
                                "HTTP/1.1 200 OK\r\nContent-Length: "
                                        + h.length()
                                        + "\r\n\r\n"
                                        + (h.startsWith("HEAD") ? "" : h));
                    }
                });
        self.add(server);
        return server;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            script.run(new Peer(client.getInputStream(), client.getOutputStream(), client));
        } catch (IOException _) {
            // the gateway went away; the test sees what came of it
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public String address() {
        return "127.0.0.1:" + port();
    }

    /// Heads that an echoing server got.
    public List<String> heads() {
        return heads;
    }

    /// Connections that were made so far.
    public int connections() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
