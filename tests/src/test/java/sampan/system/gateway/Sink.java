package sampan.system.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/// What stands behind the servers: they have given each request a Content-Length, so that there is
/// nothing left to interpret. Answers what was asked, and remembers it.
final class Sink implements AutoCloseable {
    private static final int HEAD_BYTES_MAX = 64 << 10;

    private final String host;
    private final ServerSocket socket;
    private final Map<String, List<String>> seen = new ConcurrentHashMap<>();

    /// @param host the name under which it is asked for: in bodies it stands for nothing
    Sink(String host) throws IOException {
        this.host = host;
        socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                byte[] body = in.readNBytes(length(head));
                String[] words = head.split(" ", 3);
                byte[] answer = take(words[0], words[1], body).getBytes(StandardCharsets.US_ASCII);
                client.getOutputStream()
                        .write(
                                ("HTTP/1.1 200 OK\r\nContent-Length: " + answer.length + "\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().write(answer);
            }
        } catch (IOException _) {
            // the server in front went away
        }
    }

    /// Remembers a request under the first segment of its path.
    ///
    /// @return what it was, in one line
    String take(String method, String path, byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1).replace(host, "@.example");
        String line = describe(method, path, text.getBytes(StandardCharsets.ISO_8859_1));
        seen.computeIfAbsent(path.split("/", 3)[1], _ -> new ArrayList<>()).add(line);
        return line;
    }

    static String describe(String method, String path, byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        return method
                + " "
                + path
                + " "
                + body.length
                + " "
                + HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /// What came below `/name`, in the order in which it came.
    List<String> seen(String name) {
        return seen.getOrDefault(name, List.of());
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0 || head.length() > HEAD_BYTES_MAX) {
                return "";
            }
            head.append((char) b);
        }
        return head.toString();
    }

    private static int length(String head) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length:");
        if (at < 0) {
            return 0;
        }
        int from = at + "\r\ncontent-length:".length();
        return Integer.parseInt(lower.substring(from, lower.indexOf("\r\n", from)).strip());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
