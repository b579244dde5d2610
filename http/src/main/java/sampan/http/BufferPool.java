package sampan.http;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/// Direct buffers of one size, kept for the next user up to a number. Whoever takes one owns it
/// until it gives it back; one that is never given back is collected.
public final class BufferPool {
    private final int size;
    private final ArrayBlockingQueue<ByteBuffer> kept;

    /// @param size bytes of each
    /// @param keep most that are kept while nobody uses them
    public BufferPool(int size, int keep) {
        this.size = size;
        this.kept = new ArrayBlockingQueue<>(keep);
    }

    /// One that is empty, with its full capacity free.
    public ByteBuffer take() {
        ByteBuffer buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocateDirect(size) : buffer.clear();
    }

    /// Takes one back; the giver must not touch it again.
    public void give(ByteBuffer buffer) {
        if (buffer.capacity() == size) {
            // A full pool lets the buffer go to the collector.
            var _ = kept.offer(buffer);
        }
    }
}
