package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// What is left of a connection after an upgrade: bytes both ways, first those that the client had
/// sent early. The connection is closed when the handler returns.
///
/// The first output waits until the client has taken the response's head. Some clients read the
/// head through a buffer and the rest from the socket itself: what arrives together with the head
/// they lose. A client that reads at once costs it nothing.
public final class RawStream implements Transport {
    /// How long a client may leave the head unread; output goes out behind it afterwards.
    private static final Duration HEAD_TAKEN_WITHIN = Duration.ofSeconds(1);

    private static final long FIRST_LOOK_NANOS = 20_000;
    private static final long LAST_LOOK_NANOS = 1_000_000;

    private final Transport transport;
    private final Input input;
    private volatile boolean begun;

    RawStream(Transport transport, Input input) {
        this.transport = transport;
        this.input = input;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return input.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        if (!begun) {
            awaitHeadTaken();
            begun = true;
        }
        transport.write(sources);
    }

    private void awaitHeadTaken() {
        long began = System.nanoTime();
        long pause = FIRST_LOOK_NANOS;
        while (!transport.taken()
                && System.nanoTime() - began < HEAD_TAKEN_WITHIN.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LAST_LOOK_NANOS);
        }
    }

    @Override
    public void finishOutput() throws IOException {
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
