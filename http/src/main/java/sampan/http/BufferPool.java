package sampan.http;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/// Direct buffers of one size, kept for the next user up to a number. Whoever takes one owns it
/// until it gives it back; one that is never given back is collected.
final class BufferPool {
    private final int size;
    private final ArrayBlockingQueue<ByteBuffer> kept;

    BufferPool(int size, int keep) {
        this.size = size;
        this.kept = new ArrayBlockingQueue<>(keep);
    }

    ByteBuffer take() {
        ByteBuffer buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocateDirect(size) : buffer.clear();
    }

    void give(ByteBuffer buffer) {
        if (buffer.capacity() == size) {
            // A full pool lets the buffer go to the collector.
            var _ = kept.offer(buffer);
        }
    }
}
