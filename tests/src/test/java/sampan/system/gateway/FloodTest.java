package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The gateway's memory under floods that cost their senders little.
@Tag("system")
@Timeout(240)
class FloodTest {
    private static final long ROUND_BYTES_MAX = 48L << 20;
    private static final long FLOOD_BYTES = 16L << 20;
    private static final int CONNECTIONS = 24;
    private static final int SLOW_CONNECTIONS = 800;
    private static final int SLOW_HEAD_BYTES = 12 << 10;
    private static final int FRAME_BYTES = 16 << 10;
    private static final int READ_MILLIS_MAX = 60_000;

    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    @TempDir static Path directory;

    private final byte[] get = {(byte) 0x82, (byte) 0x84, (byte) 0x86, 0x41, 1, 'a'};

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// Sends until the gateway has had enough, or all was sent.
    private interface Flood {
        void send(OutputStream out) throws IOException;
    }

    private static void flood(int port, Flood flood) {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(READ_MILLIS_MAX);
                OutputStream out = socket.getOutputStream();
                out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(frame(SETTINGS, 0, 0, new byte[0]));
                flood.send(out);
            } catch (IOException _) {
                // cut off, as is to be hoped
            }
        }
    }

    private void resets(OutputStream out) throws IOException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int stream = 1; stream < 100_000; stream += 2) {
            batch.writeBytes(frame(HEADERS, END_STREAM | END_HEADERS, stream, get));
            batch.writeBytes(frame(RESET, 0, stream, new byte[] {0, 0, 0, 8}));
            if (batch.size() > FRAME_BYTES) {
                batch.writeTo(out);
                batch.reset();
            }
        }
    }

    private void endlessBlock(OutputStream out) throws IOException {
        out.write(frame(HEADERS, END_STREAM, 1, get));
        byte[] part = new byte[FRAME_BYTES];
        for (long sent = 0; sent < FLOOD_BYTES; sent += part.length) {
            out.write(frame(CONTINUATION, 0, 1, part));
        }
    }

    /// One field of 3 KiB is put into the table, and then named in one octet again and again.
    private void bombs(OutputStream out) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(get);
        block.writeBytes(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0x80, 0x17});
        byte[] value = new byte[127 + (0x17 << 7)];
        Arrays.fill(value, (byte) 'v');
        block.writeBytes(value);
        byte[] names = new byte[FRAME_BYTES - block.size()];
        Arrays.fill(names, (byte) 0xbe);
        block.writeBytes(names);
        for (int stream = 1; stream < 400; stream += 2) {
            out.write(frame(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray()));
        }
    }

    private void pings(OutputStream out) throws IOException {
        byte[] many = new byte[0];
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            batch.writeBytes(frame(PING, 0, 0, new byte[8]));
            batch.writeBytes(frame(SETTINGS, 0, 0, many));
        }
        for (int i = 0; i < 50; i++) {
            batch.writeTo(out);
        }
    }

    /// Heads that do not end, on connections that stay.
    private static void slow(int port) throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            byte[] part =
                    ("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(SLOW_HEAD_BYTES))
                            .getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < SLOW_CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(socket);
                socket.getOutputStream().write(part);
            }
            assertThat(answer(port)).startsWith("HTTP/1.1 200");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static String answer(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private void round(int port) throws IOException {
        flood(port, this::resets);
        flood(port, this::endlessBlock);
        flood(port, this::bombs);
        flood(port, this::pings);
        slow(port);
        assertThat(answer(port)).startsWith("HTTP/1.1 200");
    }

    private static long memory(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("no memory is told of " + pid);
    }

    @Test
    void memoryStaysWhatItIsAndOthersAreServed() throws Exception {
        try (GatewayProcess gateway =
                new GatewayProcess(directory, "routes: [{path: /, respond: {text: hi}}]\n")) {
            // The first brings heap, code and buffers to their size.
            round(gateway.clear());
            long before = memory(gateway.pid());
            for (int i = 0; i < 2; i++) {
                round(gateway.clear());
            }
            long after = memory(gateway.pid());
            assertThat(after - before).as("%d before", before).isLessThan(ROUND_BYTES_MAX);
        }
    }
}
