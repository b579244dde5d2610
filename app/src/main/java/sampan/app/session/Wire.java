package sampan.app.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.sockets.Received;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// Frames of `client.h` on a session's socket. One thread reads; writers exclude each other.
final class Wire implements AutoCloseable {
    static final int SIGNAL = 1;
    static final int WINCH = 2;
    static final int OPENED = 3;
    static final int RAN = 4;
    static final int EXIT = 16;
    static final int RAW = 17;
    static final int OPEN = 18;
    static final int BECOME = 19;
    static final int DIE = 20;
    static final int LAUNCH = 21;
    static final int RUN = 22;

    private static final int FRAME_BYTES_MAX = 64 << 10;
    private static final int FRAME_HEAD_BYTES = 8;
    private static final int FDS_MAX = 8;

    /// CLI_FDS of client.h: most descriptors in a frame to the client.
    private static final int SENT_FDS_MAX = 64;

    private final UnixSocket socket;

    Wire(UnixSocket socket) {
        this.socket = socket;
    }

    /// A frame from the client, with the descriptors that came along.
    record Frame(int type, ByteBuffer content, List<Fd> fds) {}

    /// Reads exactly so many bytes; empty at the end of the stream.
    Optional<byte[]> read(int size, List<Fd> fds) {
        byte[] all = new byte[size];
        int at = 0;
        while (at < size) {
            byte[] part = new byte[size - at];
            Received received = socket.receive(part, FDS_MAX);
            fds.addAll(received.fds());
            if (received.ended()) {
                return Optional.empty();
            }
            System.arraycopy(part, 0, all, at, received.bytes());
            at += received.bytes();
        }
        return Optional.of(all);
    }

    Optional<Frame> readFrame() {
        List<Fd> fds = new ArrayList<>();
        Optional<byte[]> head = read(FRAME_HEAD_BYTES, fds);
        if (head.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(head.get()).order(ByteOrder.LITTLE_ENDIAN);
        int type = in.get(0) & 0xff;
        int length = in.getInt(4);
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw SampanException.invalid("client frame of " + length + " bytes");
        }
        return read(length, fds)
                .map(bytes ->
                        new Frame(
                                type, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), fds));
    }

    synchronized void send(int type, byte[] content, List<Fd> fds) {
        ByteBuffer frame =
                ByteBuffer.allocate(FRAME_HEAD_BYTES + content.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        frame.put((byte) type).put(new byte[3]).putInt(content.length).put(content);
        byte[] bytes = frame.array();
        int at = socket.send(bytes, fds);
        while (at < bytes.length) {
            byte[] rest = new byte[bytes.length - at];
            System.arraycopy(bytes, at, rest, 0, rest.length);
            at += socket.send(rest, List.of());
        }
    }

    void sendNumber(int type, int number) {
        send(
                type,
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array(),
                List.of());
    }

    void sendOpen(int id, int flags, int mode, String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        send(
                OPEN,
                ByteBuffer.allocate(12 + name.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(id)
                        .putInt(flags)
                        .putInt(mode)
                        .put(name)
                        .array(),
                List.of());
    }

    void sendRun(int id, List<String> arguments, List<Fd> standard) {
        byte[] words = (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8);
        if (words.length > FRAME_BYTES_MAX - 4) {
            throw SampanException.invalid("command line is longer than 64 KiB");
        }
        send(
                RUN,
                ByteBuffer.allocate(4 + words.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(id)
                        .put(words)
                        .array(),
                standard);
    }

    void sendSteps(List<BecomeStep> steps) {
        List<Fd> fds = new ArrayList<>();
        ByteBuffer out = ByteBuffer.allocate(FRAME_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
        for (BecomeStep step : steps) {
            StringBuilder strings = new StringBuilder();
            step.strings().forEach(s -> strings.append(s).append('\0'));
            byte[] text = strings.toString().getBytes(StandardCharsets.UTF_8);
            if (out.remaining() < 16 + text.length + 8) {
                throw SampanException.invalid("command line is longer than 64 KiB");
            }
            int index = 0;
            Optional<Fd> fd = step.descriptor();
            if (fd.isPresent()) {
                index = fds.size();
                fds.add(fd.get());
            }
            out.put((byte) step.code()).put((byte) index).putShort((short) 0).putInt(text.length);
            out.putLong(step.number()).put(text);
            out.put(new byte[-text.length & 7]);
        }
        byte[] content = new byte[out.position()];
        out.flip().get(content);
        send(BECOME, content, fds);
    }

    void sendLaunch(List<Fd> fds, int[] slots) {
        if (fds.size() > SENT_FDS_MAX) {
            throw SampanException.invalid(
                    "the container needs "
                            + fds.size()
                            + " descriptors of the daemon, more than "
                            + SENT_FDS_MAX);
        }
        ByteBuffer content = ByteBuffer.allocate(4 * slots.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int slot : slots) {
            content.putInt(slot);
        }
        send(LAUNCH, content.array(), fds);
    }

    UnixSocket socket() {
        return socket;
    }

    @Override
    public void close() {
        socket.close();
    }
}
