package sampan.buildkit.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import sampan.http.Transport;

/// Carries bytes between two connections until either ends.
final class Pump {
    private static final int BUFFER_BYTES = 64 << 10;

    private Pump() {}

    /// Returns when both directions have ended; a direction that ends takes the other with it, as
    /// HTTP/2 knows no half of a connection. Closes both.
    static void both(Transport one, Transport other) {
        Thread back = Thread.ofVirtual().start(() -> oneWay(other, one));
        oneWay(one, other);
        try {
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void oneWay(Transport from, Transport to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                to.write(buffer);
                buffer.clear();
            }
        } catch (IOException e) {
            // one side ended
        } finally {
            from.close();
            to.close();
        }
    }
}
