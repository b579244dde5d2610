package sampan.api.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.http.Transport;

/// Frames of RFC 6455, byte by byte.
class WebSocketTest {
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    /// What a client sent, and what it gets.
    private static final class Bytes implements Transport {
        private final ByteArrayInputStream sent;
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private boolean finished;

        Bytes(byte[] sent) {
            this.sent = new ByteArrayInputStream(sent);
        }

        @Override
        public int read(ByteBuffer target) {
            // Three at a time: headers and payloads are cut anywhere.
            byte[] some = new byte[Math.min(3, target.remaining())];
            int read = sent.read(some, 0, some.length);
            if (read > 0) {
                target.put(some, 0, read);
            }
            return read;
        }

        @Override
        public void write(ByteBuffer... sources) {
            for (ByteBuffer source : sources) {
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                got.writeBytes(bytes);
            }
        }

        @Override
        public void finishOutput() {
            finished = true;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            finished = true;
        }
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            out.write(0x80 | 126);
            out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            out.write(0x80 | 127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i % 4]);
        }
        return out.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] readAll(WebSocket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(100);
        while (socket.read(buffer.clear()) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toByteArray();
    }

    @Test
    void acceptsAsTheRfcsExample() {
        assertThat(WebSocket.acceptOf("dGhlIHNhbXBsZSBub25jZQ=="))
                .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void payloadsOfAllLengthsAndFragmentsAreOneStream() throws IOException {
        byte[] middle = text("m".repeat(300));
        byte[] big = text("b".repeat(70_000));
        Bytes client =
                new Bytes(
                        join(
                                frame(0x02, text("one ")),
                                frame(0x89, text("ping")),
                                frame(0x80, text("message")),
                                frame(0x81, new byte[0]),
                                frame(0x82, middle),
                                frame(0x82, big)));
        WebSocket socket = new WebSocket(client, false);
        assertThat(readAll(socket)).isEqualTo(join(text("one message"), middle, big));
        assertThat(client.got.toByteArray())
                .isEqualTo(join(new byte[] {(byte) 0x8a, 4}, text("ping")));
    }

    @Test
    void aCloseFrameEndsTheInputAndNothingElse() throws IOException {
        Bytes client =
                new Bytes(
                        join(frame(0x88, new byte[] {3, (byte) 0xe8}), frame(0x82, text("late"))));
        WebSocket socket = new WebSocket(client, false);
        assertThat(readAll(socket)).isEmpty();
        socket.write(ByteBuffer.wrap(text("rest")));
        socket.finishOutput();
        socket.write(ByteBuffer.wrap(text("never")));
        assertThat(client.got.toByteArray())
                .isEqualTo(
                        join(
                                new byte[] {(byte) 0x82, 4},
                                text("rest"),
                                new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8}));
        assertThat(client.finished).isTrue();
    }

    @Test
    void whatIsWrittenIsFramedByItsLength() throws IOException {
        for (int length : new int[] {1, 125, 126, 65_535, 65_536}) {
            Bytes client = new Bytes(new byte[0]);
            new WebSocket(client, true).write(ByteBuffer.allocate(length));
            byte[] got = client.got.toByteArray();
            int header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
            assertThat(got).hasSize(length + header);
            assertThat(got[0]).isEqualTo((byte) 0x81);
            assertThat(got[1])
                    .isEqualTo((byte) (length < 126 ? length : length < 65_536 ? 126 : 127));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unmasked",
                "reserved bit",
                "unknown opcode",
                "long ping",
                "cut ping",
                "negative length"
            })
    void aFrameAgainstTheRfcGetsStatus1002(String fault) {
        byte[] sent =
                switch (fault) {
                    case "unmasked" -> new byte[] {(byte) 0x82, 1, 'x'};
                    case "reserved bit" -> frame(0xc2, text("x"));
                    case "unknown opcode" -> frame(0x83, text("x"));
                    case "long ping" -> frame(0x89, text("p".repeat(126)));
                    case "cut ping" -> frame(0x09, text("p"));
                    default ->
                            new byte[] {(byte) 0x82, (byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1};
                };
        Bytes client = new Bytes(sent);
        assertThatThrownBy(() -> readAll(new WebSocket(client, false)))
                .isInstanceOf(IOException.class);
        assertThat(client.got.toByteArray()).isEqualTo(new byte[] {(byte) 0x88, 2, 3, (byte) 0xea});
    }

    @Test
    void dockersFramesAreTakenOffWhereverTheyAreCut() throws IOException {
        byte[] framed =
                join(
                        new byte[] {1, 0, 0, 0, 0, 0, 0, 3},
                        text("out"),
                        new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3},
                        text("err"));
        for (int size = 1; size <= framed.length; size++) {
            Bytes client = new Bytes(new byte[0]);
            Unframed unframed = new Unframed(client);
            for (int at = 0; at < framed.length; at += size) {
                unframed.write(ByteBuffer.wrap(framed, at, Math.min(size, framed.length - at)));
            }
            assertThat(client.got.toString(StandardCharsets.ISO_8859_1)).isEqualTo("outerr");
        }
    }
}
