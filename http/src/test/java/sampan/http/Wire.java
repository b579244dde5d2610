package sampan.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/// A transport whose client is a script: it gives the pieces one read at a time, then the end, and
/// keeps what is written to it. It reads what is written to it only when asked the third time.
final class Wire implements Transport {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private boolean open = true;
    private int unread;
    private int looks;
    private int takenTogether;

    static Wire of(String... pieces) {
        Wire wire = new Wire();
        for (String piece : pieces) {
            wire.pieces.add(piece.getBytes(StandardCharsets.ISO_8859_1));
        }
        return wire;
    }

    /// The same bytes in pieces of at most `size`.
    static Wire cut(String all, int size) {
        Wire wire = new Wire();
        byte[] bytes = all.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at += size) {
            wire.pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
        return wire;
    }

    String written() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public synchronized int read(ByteBuffer target) throws IOException {
        byte[] piece = pieces.poll();
        if (piece == null) {
            return -1;
        }
        int n = Math.min(piece.length, target.remaining());
        target.put(piece, 0, n);
        if (n < piece.length) {
            pieces.addFirst(Arrays.copyOfRange(piece, n, piece.length));
        }
        return n;
    }

    @Override
    public synchronized void write(ByteBuffer... sources) {
        for (ByteBuffer source : sources) {
            byte[] copy = new byte[source.remaining()];
            source.get(copy);
            written.writeBytes(copy);
        }
        unread++;
        looks = 0;
        takenTogether = Math.max(takenTogether, unread);
    }

    /// How many writes at most a client gets in one read.
    int takenTogether() {
        return takenTogether;
    }

    @Override
    public synchronized boolean taken() {
        if (++looks == 3) {
            unread = 0;
        }
        return unread == 0;
    }

    @Override
    public void finishOutput() {}

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
