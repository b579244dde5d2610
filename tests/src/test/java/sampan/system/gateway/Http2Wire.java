package sampan.system.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// HTTP/2 as octets: frames that are right or wrong, and what comes back for each stream.
final class Http2Wire implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int PRIORITY = 0x20;

    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int READ_MILLIS_MAX = 20_000;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final Socket socket;
    private final DataInputStream in;
    private final Map<Integer, ByteArrayOutputStream> bodies = new TreeMap<>();
    private boolean ended;

    Http2Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_MILLIS_MAX);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        send(PREFACE + frame(SETTINGS, 0, 0, ""));
    }

    static String frame(int type, int flags, int stream, String payload) {
        int length = payload.length();
        return ""
                + (char) (length >> 16)
                + (char) (length >> 8 & 0xFF)
                + (char) (length & 0xFF)
                + (char) type
                + (char) flags
                + "\0\0\0"
                + (char) stream
                + payload;
    }

    /// A field as it stands, without index or Huffman code.
    static String field(String name, String value) {
        return "\0" + text(name) + text(value);
    }

    private static String text(String text) {
        int rest = text.length() - 127;
        if (rest < 0) {
            return (char) text.length() + text;
        }
        StringBuilder length = new StringBuilder("\u007f");
        for (; rest >= 128; rest >>= 7) {
            length.append((char) (rest & 127 | 128));
        }
        return length.append((char) rest).append(text).toString();
    }

    void send(String octets) {
        try {
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (IOException _) {
            ended = true; // the gateway takes no more
        }
    }

    /// What came for a stream once it has ended, in whatever way: the octets of its DATA.
    String await(int wanted) {
        try {
            while (!ended) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(length);
                if (type == DATA) {
                    body(stream).writeBytes(payload);
                }
                boolean last = type <= HEADERS && (flags & END_STREAM) != 0 || type == RST_STREAM;
                if (last && stream == wanted) {
                    break;
                }
                ended = type == GOAWAY && payload[7] != 0;
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer on stream " + wanted, e);
        } catch (IOException _) {
            ended = true;
        }
        return come(wanted);
    }

    /// What has come for a stream so far.
    String come(int stream) {
        return body(stream).toString(StandardCharsets.ISO_8859_1);
    }

    private ByteArrayOutputStream body(int stream) {
        return bodies.computeIfAbsent(stream, _ -> new ByteArrayOutputStream());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
