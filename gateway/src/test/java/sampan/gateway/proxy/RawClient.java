package sampan.gateway.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client that sends octets as they are and reads answers one by one.
public final class RawClient implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    public RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// Speaks on a socket that is connected, and owns it.
    public RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    public RawClient send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        return this;
    }

    public Socket socket() {
        return socket;
    }

    /// A head up to its blank line, or what came before the end.
    public String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b >= 0) {
                head.write(b);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            if (b < 0 || text.endsWith("\r\n\r\n")) {
                return text;
            }
        }
    }

    public String read(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /// An answer with a Content-Length: head and body.
    public String answer() throws IOException {
        String head = head();
        return head + read(length(head));
    }

    static int length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }

    /// All up to the end of the stream.
    public String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /// What comes before the end or a reset: who is dropped may find either, for the other side
    /// does not read what was still sent.
    public String untilDropped() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (IOException _) {
            // a reset
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /// Whether the stream ends here, by an end or a reset.
    public boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
