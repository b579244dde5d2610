package sampan.api.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.errors.SampanException;
import sampan.http.Transport;

/// The server's side of a web socket (RFC 6455) as a stream of bytes: what is written becomes one
/// frame, payloads of data frames are what is read. Pings are answered while somebody reads; a
/// close frame is the end of the client's output, and [#finishOutput] sends ours. After a frame
/// that the RFC forbids the client gets status 1002, and reading fails.
///
/// One thread may read while another writes.
public final class WebSocket implements Transport {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final int CONTROL_BYTES_MAX = 125;
    private static final int HEADER_BYTES_MAX = 10;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private static final short NORMAL = 1000;
    private static final short PROTOCOL_ERROR = 1002;

    private final Transport transport;
    private final int kind;
    private final ByteBuffer small = ByteBuffer.allocate(CONTROL_BYTES_MAX);
    private final byte[] mask = new byte[4];
    private long left;
    private int masked;
    private boolean inputOver;
    private boolean closeSent;

    /// @param text what is written goes as text; binary otherwise
    WebSocket(Transport transport, boolean text) {
        this.transport = transport;
        this.kind = text ? TEXT : BINARY;
    }

    /// INVALID unless the request asks for a web socket as the RFC says.
    public static void check(Call call) {
        Optional<String> upgrade = call.exchange().head().header("Upgrade");
        if (!upgrade.orElse("").toLowerCase(Locale.ROOT).equals("websocket")) {
            throw SampanException.invalid(
                    "not websocket protocol: send Upgrade: websocket and Connection: Upgrade");
        }
        String version = call.exchange().head().header("Sec-WebSocket-Version").orElse("");
        if (!version.equals("13")) {
            throw SampanException.invalid(
                    "missing or bad WebSocket Version: Sec-WebSocket-Version is \""
                            + version
                            + "\", give 13");
        }
        key(call);
    }

    private static String key(Call call) {
        String key = call.exchange().head().header("Sec-WebSocket-Key").orElse("");
        try {
            if (Base64.getDecoder().decode(key).length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw SampanException.invalid(
                "mismatch challenge/response: Sec-WebSocket-Key is \""
                        + key
                        + "\", give 16 bytes as base64");
    }

    /// Answers the request, which [#check] found good, and takes its connection.
    public static WebSocket accept(Call call) throws IOException {
        String accept = acceptOf(key(call));
        // Clients before 1.28 were given text.
        boolean text = !call.version().atLeast(28);
        return new WebSocket(
                call.respond(101)
                        .header("Connection", "Upgrade")
                        .header("Upgrade", "websocket")
                        .header("Sec-WebSocket-Accept", accept)
                        .hijack(),
                text);
    }

    static String acceptOf(String key) {
        try {
            byte[] text = (key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (left == 0) {
            if (inputOver || !nextData()) {
                inputOver = true;
                return -1;
            }
        }
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + left));
        int start = target.position();
        int read = transport.read(target);
        target.limit(limit);
        if (read < 0) {
            inputOver = true;
            return -1;
        }
        unmask(target, start);
        left -= read;
        return read;
    }

    private void unmask(ByteBuffer bytes, int start) {
        for (int i = start; i < bytes.position(); i++) {
            bytes.put(i, (byte) (bytes.get(i) ^ mask[masked++ & 3]));
        }
    }

    /// Reads frames up to the header of one with data; false at the end of the client's output.
    private boolean nextData() throws IOException {
        if (!fill(2)) {
            return false;
        }
        int first = small.get() & 0xff;
        int second = small.get() & 0xff;
        int opcode = first & 0x0f;
        boolean control = opcode >= CLOSE;
        boolean sound =
                (first & 0x70) == 0
                        && (second & MASKED) != 0
                        && (opcode <= BINARY || control && opcode <= PONG)
                        && (!control
                                || (first & FINAL) != 0 && (second & 0x7f) <= CONTROL_BYTES_MAX);
        if (!sound || !header(second & 0x7f)) {
            close(PROTOCOL_ERROR);
            throw new IOException("a frame of the web socket breaks RFC 6455");
        }
        return !control || control(opcode);
    }

    /// Length and mask; false for a length that no frame may have.
    private boolean header(int brief) throws IOException {
        left = brief;
        if (brief == LENGTH_16) {
            left = fill(2) ? small.getShort() & 0xffff : -1;
        } else if (brief == LENGTH_64) {
            left = fill(8) ? small.getLong() : -1;
        }
        boolean whole = left >= 0 && fill(4);
        if (!whole) {
            left = 0;
            return false;
        }
        small.get(mask);
        masked = 0;
        return true;
    }

    private boolean control(int opcode) throws IOException {
        int length = (int) left;
        left = 0;
        if (!fill(length)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            small.put(i, (byte) (small.get(i) ^ mask[i & 3]));
        }
        if (opcode == PING) {
            send(PONG, small);
        }
        return opcode != CLOSE;
    }

    /// Reads exactly so many bytes; false where the client's output ends before.
    private boolean fill(int count) throws IOException {
        small.clear().limit(count);
        while (small.hasRemaining()) {
            if (transport.read(small) < 0) {
                return false;
            }
        }
        small.flip();
        return true;
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        for (ByteBuffer source : sources) {
            if (source.hasRemaining()) {
                send(kind, source);
            }
        }
    }

    private synchronized void send(int opcode, ByteBuffer payload) throws IOException {
        if (closeSent) {
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES_MAX).put((byte) (FINAL | opcode));
        int length = payload.remaining();
        if (length <= CONTROL_BYTES_MAX) {
            header.put((byte) length);
        } else if (length <= 0xffff) {
            header.put((byte) LENGTH_16).putShort((short) length);
        } else {
            header.put((byte) LENGTH_64).putLong(length);
        }
        transport.write(header.flip(), payload);
        closeSent = opcode == CLOSE;
    }

    private void close(short status) throws IOException {
        send(CLOSE, ByteBuffer.allocate(2).putShort(status).flip());
    }

    @Override
    public void finishOutput() throws IOException {
        close(NORMAL);
        transport.finishOutput();
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void close() {
        transport.close();
    }
}
