package sampan.gateway.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client of HTTP/2 that writes frames as it is told, right or wrong.
final class Http2Peer implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    private static final int READ_MILLIS_MAX = 20_000;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// A frame that came.
    record Frame(int type, int flags, int stream, byte[] payload) {
        int number(int at) {
            return (payload[at] & 0xFF) << 24
                    | (payload[at + 1] & 0xFF) << 16
                    | (payload[at + 2] & 0xFF) << 8
                    | payload[at + 3] & 0xFF;
        }

        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /// @param preface whether it begins as it should, with empty settings
    Http2Peer(int port, boolean preface) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
        if (preface) {
            send(PREFACE.getBytes(StandardCharsets.ISO_8859_1));
            send(frame(SETTINGS, 0, 0, ""));
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String number(int value) {
        return ""
                + (char) (value >>> 24)
                + (char) (value >> 16 & 0xFF)
                + (char) (value >> 8 & 0xFF)
                + (char) (value & 0xFF);
    }

    static byte[] frame(int type, int flags, int stream, String payload) {
        int length = payload.length();
        return bytes(
                ""
                        + (char) (length >> 16)
                        + (char) (length >> 8 & 0xFF)
                        + (char) (length & 0xFF)
                        + (char) type
                        + (char) flags
                        + number(stream)
                        + payload);
    }

    /// A field without index or Huffman code.
    static String field(String name, String value) {
        return "\0" + string(name) + string(value);
    }

    private static String string(String text) {
        return length(text.length(), 7) + text;
    }

    private static String length(int length, int bits) {
        int max = (1 << bits) - 1;
        if (length < max) {
            return "" + (char) length;
        }
        StringBuilder more = new StringBuilder().append((char) max);
        int rest = length - max;
        for (; rest >= 128; rest >>= 7) {
            more.append((char) (rest & 127 | 128));
        }
        return more.append((char) rest).toString();
    }

    static String get(String path) {
        return field(":method", "GET")
                + field(":scheme", "http")
                + field(":path", path)
                + field(":authority", "a.example");
    }

    static String post(String path) {
        return get(path).replace("\3GET", "\4POST");
    }

    /// @return false where the gateway takes no more
    boolean send(byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        try {
            out.write(all.toByteArray());
            out.flush();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// The next frame; EOFException at the end.
    Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        return new Frame(type, flags, stream, in.readNBytes(length));
    }

    /// The next frame of that type.
    Frame next(int type) throws IOException {
        Frame frame = read();
        while (frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /// All frames up to the end of the connection, however it ends.
    List<Frame> rest() throws IOException {
        List<Frame> frames = new ArrayList<>();
        try {
            while (true) {
                frames.add(read());
            }
        } catch (EOFException | SocketException _) {
            return frames;
        }
    }

    /// What comes of a stream: its frames up to the last.
    List<Frame> answer(int stream) throws IOException {
        List<Frame> frames = new ArrayList<>();
        while (true) {
            Frame frame = read();
            if (frame.stream() != stream) {
                continue;
            }
            frames.add(frame);
            boolean last = frame.type() == DATA || frame.type() == HEADERS;
            if (frame.type() == RST_STREAM || last && (frame.flags() & END_STREAM) != 0) {
                return frames;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
