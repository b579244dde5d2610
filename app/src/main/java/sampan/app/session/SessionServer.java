package sampan.app.session;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import sampan.errors.SampanException;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// Accepts thin clients and runs their commands. A command's exit code is the client's.
public final class SessionServer implements AutoCloseable {
    /// Commands at one time; further clients wait in the socket's backlog.
    public static final int SESSIONS_MAX = 512;

    private static final System.Logger LOG = System.getLogger(SessionServer.class.getName());
    private static final int BACKLOG = 512;
    private static final int STATUS_INTERNAL = 125;

    /// Runs a caller's command to its end on the calling thread.
    public interface Command {
        int run(Caller caller);
    }

    private final UnixSocket listener;
    private final Command command;
    private final ExecutorService threads;
    private final Semaphore room = new Semaphore(SESSIONS_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    private SessionServer(UnixSocket listener, Command command) {
        this.listener = listener;
        this.command = command;
        this.threads =
                Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().name("session-", 0).factory());
    }

    /// Listens on the socket; whoever may connect to it rules the engine, hence its mode.
    public static SessionServer start(Path socket, int mode, Command command) {
        SessionServer server =
                new SessionServer(
                        UnixSocket.listen(socket.toString(), SocketType.STREAM, mode, BACKLOG),
                        command);
        Thread.ofPlatform().daemon().name("session-accept").start(server::accept);
        return server;
    }

    private void accept() {
        while (!closed.get()) {
            try {
                room.acquire();
                UnixSocket client = listener.accept();
                threads.execute(() -> serve(client));
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                room.release();
                if (!closed.get()) {
                    LOG.log(Level.ERROR, "accepting a client failed", e);
                }
            }
        }
    }

    private void serve(UnixSocket client) {
        List<Fd> fds = new ArrayList<>();
        Wire wire = new Wire(client);
        try {
            var head = wire.read(Request.HEAD_BYTES, fds).map(Request::head);
            if (head.isEmpty() || fds.size() != 3) {
                return;
            }
            var text = wire.read(head.get().size(), fds);
            if (text.isPresent()) {
                Request request = Request.of(head.get(), text.get());
                run(new Session(wire, request, fds, client.peerCredential()));
            }
        } catch (SampanException e) {
            LOG.log(Level.WARNING, "a client was refused: " + e.getMessage());
        } finally {
            fds.forEach(Fd::close);
            wire.close();
            room.release();
        }
    }

    private void run(Session session) {
        Future<?> reader = threads.submit(session::read);
        try {
            session.finish(exitCode(session));
        } catch (SampanException e) {
            LOG.log(Level.DEBUG, "the client went away before the end of its command");
        } finally {
            Thread.interrupted();
            session.onSignal(_ -> {});
            session.hangUp();
            awaitEnd(reader);
            session.close();
        }
    }

    /// The reader must be out of the socket before its number may be used again.
    private static void awaitEnd(Future<?> reader) {
        try {
            reader.get();
        } catch (InterruptedException | ExecutionException e) {
            LOG.log(Level.WARNING, "a session's reader ended badly", e);
        }
    }

    private int exitCode(Session session) {
        try {
            return command.run(session);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a command failed: " + session.arguments(), e);
            session.err().println("sampan: internal error: " + e.getMessage());
            return STATUS_INTERNAL;
        }
    }

    @Override
    public void close() {
        closed.set(true);
        listener.close();
        threads.shutdownNow();
    }
}
