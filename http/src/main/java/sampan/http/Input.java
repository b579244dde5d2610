package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// What comes in on a connection. Used by the connection's thread only; while a [#watch] is under
/// way its own thread reads, into a buffer of its own, and the next [#fill] takes that over.
final class Input {
    private static final int BODY_ROOM_MIN = 2048;
    private static final int WATCH_BYTES = 512;

    private final Transport transport;
    private final int capacityMax;
    private ByteBuffer buffer;
    private int position;
    private int end;
    private int floor;

    private volatile Runnable gone = () -> {};
    private CompletableFuture<ByteBuffer> watched = CompletableFuture.completedFuture(null);
    private boolean watching;

    Input(Transport transport, ByteBuffer buffer, int headBytes) {
        this.transport = transport;
        this.buffer = buffer;
        this.capacityMax = headBytes + 2 * BODY_ROOM_MIN;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    int position() {
        return position;
    }

    int end() {
        return end;
    }

    int buffered() {
        return end - position;
    }

    /// Moves what is unread to the front: a new head may begin.
    void beginHead() {
        floor = 0;
        int length = end - position;
        if (position > 0 && length > 0) {
            buffer.put(0, buffer, position, length);
        }
        position = 0;
        end = length;
    }

    /// The head ends here: what stands before stays where it is until [#beginHead].
    void endHead(int headEnd) {
        floor = headEnd;
        position = headEnd;
    }

    /// The head comes once more, as what is read next.
    void unread() {
        floor = 0;
        position = 0;
    }

    /// Reads more; false at the end of the peer's output.
    boolean fill() throws IOException {
        if (watching) {
            return takeWatched();
        }
        if (position == end && end > floor) {
            position = floor;
            end = floor;
        }
        if (buffer.capacity() - end < Math.min(BODY_ROOM_MIN, buffer.capacity() / 4)) {
            makeRoom();
        }
        buffer.limit(buffer.capacity()).position(end);
        int n = transport.read(buffer);
        if (n > 0) {
            end += n;
        }
        return n > 0;
    }

    /// Grows; offsets stay what they are. A head that does not fit then is over its limit anyway,
    /// and a body never needs more room than this leaves.
    private void makeRoom() throws ProtocolException {
        if (buffer.capacity() >= capacityMax) {
            if (end < buffer.capacity()) {
                return;
            }
            throw new ProtocolException(431, "request head is too long");
        }
        ByteBuffer larger = ByteBuffer.allocateDirect(Math.min(capacityMax, buffer.capacity() * 4));
        larger.put(0, buffer, 0, end);
        buffer = larger;
    }

    /// The next byte, or -1 at the end of the peer's output.
    int next() throws IOException {
        if (position == end && !fill()) {
            return -1;
        }
        return buffer.get(position++) & 0xff;
    }

    /// Reads at most `length` bytes of a body; -1 at the end. Large reads go past the buffer.
    int read(byte[] target, int offset, int length) throws IOException {
        if (position == end) {
            if (length >= BODY_ROOM_MIN && !watching) {
                return transport.read(ByteBuffer.wrap(target, offset, length));
            }
            if (!fill()) {
                return -1;
            }
        }
        int n = Math.min(length, end - position);
        buffer.get(position, target, offset, n);
        position += n;
        return n;
    }

    /// For a raw stream: what was read already, then the transport.
    int read(ByteBuffer target) throws IOException {
        if (position == end) {
            if (!watching) {
                return transport.read(target);
            }
            if (!fill()) {
                return -1;
            }
        }
        int n = Math.min(target.remaining(), end - position);
        target.put(target.position(), buffer, position, n);
        target.position(target.position() + n);
        position += n;
        return n;
    }

    /// Runs `action` when the client goes away before [#unwatch]. A client that sends its next
    /// request early is not watched from then on.
    void watch(Runnable action) {
        gone = action;
        if (watching || position < end) {
            return;
        }
        watching = true;
        CompletableFuture<ByteBuffer> result = new CompletableFuture<>();
        watched = result;
        Thread.ofVirtual().name("http-watch").start(() -> watchOnce(result));
    }

    private void watchOnce(CompletableFuture<ByteBuffer> result) {
        ByteBuffer early = ByteBuffer.allocate(WATCH_BYTES);
        try {
            if (transport.read(early) > 0) {
                result.complete(early.flip());
                return;
            }
            result.complete(early.limit(0));
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
        gone.run();
    }

    void unwatch() {
        gone = () -> {};
    }

    private boolean takeWatched() throws IOException {
        ByteBuffer early;
        try {
            early = watched.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the client", e);
        }
        watching = false;
        int length = early.remaining();
        if (length == 0) {
            return false;
        }
        if (position == end) {
            position = floor;
            end = floor;
        }
        while (buffer.capacity() - end < length) {
            makeRoom();
        }
        buffer.put(end, early, 0, length);
        end += length;
        return true;
    }
}
