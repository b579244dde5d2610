package sampan.engine.networks.bridge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Carries TCP connections to containers, each direction on a virtual thread, with half-close. At
/// most [#LIMIT] at a time; a client beyond that is turned away.
final class TcpRelay implements AutoCloseable {
    static final int LIMIT = 1024;

    private static final int BUFFER_BYTES = 16 * 1024;

    private final HostNamespace host;
    private final Semaphore places = new Semaphore(LIMIT);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    TcpRelay(HostNamespace host) {
        this.host = host;
    }

    /// Takes the client over.
    void relay(SocketChannel client, InetSocketAddress target) {
        if (!places.tryAcquire()) {
            HeldPorts.closeQuietly(client);
            return;
        }
        open.add(client);
        Thread.startVirtualThread(() -> {
            try {
                carry(client, target);
            } finally {
                close(client);
                places.release();
            }
        });
    }

    private void carry(SocketChannel client, InetSocketAddress target) {
        SocketChannel container;
        try {
            container = host.call(TcpRelay::socket);
        } catch (SampanException e) {
            // Descriptors are short: the client sees its connection close.
            return;
        }
        open.add(container);
        try {
            client.configureBlocking(true);
            container.connect(target);
            Thread back = Thread.startVirtualThread(() -> pump(container, client));
            pump(client, container);
            back.join();
        } catch (IOException e) {
            // Nobody listens in the container: the client sees its connection close.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(container);
        }
    }

    private void pump(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One end broke off: so shall the other.
            close(from);
            close(to);
        }
    }

    private void close(SocketChannel channel) {
        open.remove(channel);
        HeldPorts.closeQuietly(channel);
    }

    private static SocketChannel socket() {
        try {
            return SocketChannel.open(StandardProtocolFamily.INET);
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "no socket to a container: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        open.forEach(this::close);
    }
}
