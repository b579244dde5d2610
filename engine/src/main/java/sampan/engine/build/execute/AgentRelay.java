package sampan.engine.build.execute;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import sampan.linux.sys.Fd;

/// Lets a step talk to the caller's ssh agent: a socket of ours that passes everything on. The
/// agent's socket was opened by the caller himself, so it is reached with his rights.
final class AgentRelay implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 32;
    private static final int BUFFER_BYTES = 16 << 10;

    private final ServerSocketChannel server;
    private final Path agent;
    private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private AgentRelay(ServerSocketChannel server, Path agent) {
        this.server = server;
        this.agent = agent;
    }

    /// @param agent open as O_PATH, the caller's
    static AgentRelay listen(Path at, Fd agent) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(at));
        AgentRelay relay = new AgentRelay(server, Path.of(agent.path()));
        Thread.ofVirtual().start(relay::accept);
        return relay;
    }

    private void accept() {
        try {
            while (server.isOpen()) {
                SocketChannel client = server.accept();
                if (!free.tryAcquire()) {
                    client.close();
                    continue;
                }
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed: the step is over
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                SocketChannel there = SocketChannel.open(UnixDomainSocketAddress.of(agent))) {
            open.add(client);
            open.add(there);
            Thread back = Thread.ofVirtual().start(() -> pump(there, client));
            pump(client, there);
            back.join();
            open.remove(there);
        } catch (IOException e) {
            // the step sees its connection end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
            free.release();
        }
    }

    private static void pump(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // one side ended
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel channel : open) {
            channel.close();
        }
    }
}
