package sampan.buildkit.session;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.engine.services.BuildRequest;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The client's ssh agents, each behind a socket of ours for as long as the build lasts.
/// Thread-safe.
public final class SessionAgents implements BuildRequest.Agents, AutoCloseable {
    private static final String CHECK = "moby.sshforward.v1.SSH/CheckAgent";
    private static final String FORWARD = "moby.sshforward.v1.SSH/ForwardAgent";
    private static final int BUFFER_BYTES = 16 << 10;

    private final Session session;
    private final Path directory;
    private final Map<String, Fd> sockets = new HashMap<>();
    private final List<AutoCloseable> closing = new ArrayList<>();

    /// @param directory of the build's own, open to nobody else
    public SessionAgents(Session session, Path directory) {
        this.session = session;
        this.directory = directory;
    }

    @Override
    public synchronized Optional<Fd> socket(String id) {
        Fd known = sockets.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        if (!session.offers(CHECK) || !isThere(id)) {
            return Optional.empty();
        }
        Path at = directory.resolve("agent-" + sockets.size());
        try {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            closing.add(server);
            server.bind(UnixDomainSocketAddress.of(at));
            Thread.ofVirtual().start(() -> accept(server, id));
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "socket for ssh agent " + id + ": " + e.getMessage(), e);
        }
        Fd socket = Fd.open(at.toString(), Open.PATH);
        closing.add(socket);
        sockets.put(id, socket);
        return Optional.of(socket);
    }

    // A client without such an agent says so with an error of no particular code.
    private boolean isThere(String id) {
        try {
            return session.ask(CHECK, new Message().text(1, id)).isPresent();
        } catch (SampanException e) {
            if (String.valueOf(e.getMessage()).contains("unset ssh forward key")) {
                return false;
            }
            throw e;
        }
    }

    private void accept(ServerSocketChannel server, String id) {
        try {
            while (server.isOpen()) {
                SocketChannel asking = server.accept();
                Thread.ofVirtual().start(() -> forward(asking, id));
            }
        } catch (IOException e) {
            // closed: the build is over
        }
    }

    private void forward(SocketChannel asking, String id) {
        BlockingClientCall<byte[], byte[]> call =
                session.open(FORWARD, Map.of("buildkit.ssh.id", List.of(id)));
        try (asking) {
            Thread back = Thread.ofVirtual().start(() -> answers(call, asking));
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            while (asking.read(buffer) >= 0) {
                byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
                buffer.clear();
                call.write(new Message().bytes(1, bytes).bytes());
            }
            call.halfClose();
            back.join();
        } catch (IOException | StatusException e) {
            // one of the two ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            call.cancel("done", null);
        }
    }

    private static void answers(BlockingClientCall<byte[], byte[]> call, SocketChannel asking) {
        try {
            for (byte @Nullable [] next = call.read(); next != null; next = call.read()) {
                ByteBuffer bytes = ByteBuffer.wrap(Fields.of(next).bytes(1));
                while (bytes.hasRemaining()) {
                    asking.write(bytes);
                }
            }
            asking.shutdownOutput();
        } catch (IOException | StatusException e) {
            // one of the two ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        for (AutoCloseable one : closing) {
            try {
                one.close();
            } catch (Exception e) {
                System.getLogger("sampan.buildkit")
                        .log(System.Logger.Level.WARNING, "after a build: " + e.getMessage());
            }
        }
        closing.clear();
        sockets.clear();
    }
}
