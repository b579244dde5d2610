package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Accepts connections and serves each on a virtual thread of its own. Thread-safe.
///
/// Life cycle: [#start] once, [#close] once; close lets running exchanges end within a grace.
public final class HttpServer implements AutoCloseable {
    private static final int INPUT_BYTES = 8 << 10;
    private static final int HEAD_BYTES = 2 << 10;
    private static final int BUFFERS_KEPT = 32;

    /// How a server behaves.
    ///
    /// @param fields header fields of every response, such as Server
    public record Settings(
            Limits limits, Map<String, String> fields, Refusal refusal, Handler handler) {}

    private final ServerSocketChannel listener;
    private final Settings settings;
    private final byte[] commonFields;
    private final BufferPool inputBuffers = new BufferPool(INPUT_BYTES, BUFFERS_KEPT);
    private final BufferPool headBuffers = new BufferPool(HEAD_BYTES, BUFFERS_KEPT);
    private final BufferPool gatherBuffers = new BufferPool(ResponseBody.GATHER_BYTES, 8);
    private final Semaphore places;
    private final Deadlines deadlines;
    private final long origin = System.nanoTime();
    private volatile boolean stopping;

    /// Takes ownership of a bound listener in blocking mode.
    public HttpServer(ServerSocketChannel listener, Settings settings) {
        this.listener = listener;
        this.settings = settings;
        this.places = new Semaphore(settings.limits().connections());
        this.deadlines = new Deadlines(settings.limits(), this::clock);
        StringBuilder text = new StringBuilder();
        settings.fields()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        this.commonFields = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Begins to accept; returns at once.
    public void start() {
        deadlines.start();
        Thread.ofVirtual().name("http-accept").start(this::accept);
    }

    private void accept() {
        while (!stopping) {
            SocketChannel channel;
            try {
                channel = listener.accept();
            } catch (IOException e) {
                if (stopping || !listener.isOpen()) {
                    return;
                }
                pauseAfterFailure();
                continue;
            }
            Transport transport = new SocketTransport(channel);
            Thread.ofVirtual().name("http").start(() -> serve(transport));
        }
    }

    /// Out of descriptors, most likely: connections that end give some back.
    private static void pauseAfterFailure() {
        try {
            Thread.sleep(Duration.ofMillis(50));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Serves one transport to its end, on the calling thread; for listeners of another kind.
    public void serve(Transport transport) {
        if (!places.tryAcquire()) {
            turnAway(transport);
            return;
        }
        Connection connection = new Connection(this, transport);
        deadlines.add(connection);
        try {
            connection.run();
        } finally {
            deadlines.remove(connection);
            places.release();
        }
    }

    private void turnAway(Transport transport) {
        byte[] body =
                settings.refusal()
                        .body(503, "more than " + settings.limits().connections() + " connections");
        String head =
                "HTTP/1.1 503 Service Unavailable\r\nContent-Type: "
                        + settings.refusal().contentType()
                        + "\r\nContent-Length: "
                        + body.length
                        + "\r\nConnection: close\r\n\r\n";
        try (transport) {
            transport.write(
                    ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)),
                    ByteBuffer.wrap(body));
        } catch (IOException e) {
            // It did not wait for the answer.
        }
    }

    /// Stops accepting, closes idle connections, and waits up to `grace` for the others; what is
    /// left then is cut.
    public void close(Duration grace) {
        stopping = true;
        try {
            listener.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
        deadlines.all().forEach(Connection::closeIfIdle);
        int all = settings.limits().connections();
        try {
            if (places.tryAcquire(all, grace.toNanos(), TimeUnit.NANOSECONDS)) {
                places.release(all);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deadlines.all().forEach(Connection::close);
        deadlines.stop();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /// Connections at present.
    public int connections() {
        return settings.limits().connections() - places.availablePermits();
    }

    Settings settings() {
        return settings;
    }

    byte[] commonFields() {
        return commonFields;
    }

    BufferPool inputBuffers() {
        return inputBuffers;
    }

    BufferPool headBuffers() {
        return headBuffers;
    }

    BufferPool gatherBuffers() {
        return gatherBuffers;
    }

    boolean stopping() {
        return stopping;
    }

    /// Nanoseconds since the server was made: small, so that sums of it never overflow.
    long clock() {
        return System.nanoTime() - origin;
    }
}
