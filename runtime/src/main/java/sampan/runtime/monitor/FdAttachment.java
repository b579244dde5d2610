package sampan.runtime.monitor;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.poll.Poller;
import sampan.linux.poll.Readiness;
import sampan.linux.poll.Registration;
import sampan.linux.sockets.Received;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// A client whose own descriptors the monitor reads and writes: no byte of it passes through the
/// daemon. Closing detaches it.
public final class FdAttachment implements AutoCloseable {
    /// Told to [#open]'s consumer when the process ended and all its output was written.
    public static final int ENDED = -1;

    private static final System.Logger LOG = System.getLogger(FdAttachment.class.getName());

    private final UnixSocket socket;
    private final byte[] buffer = new byte[ControlMessage.BYTES_MAX];
    // Held where the socket is used or closed.
    private final ReentrantLock open = new ReentrantLock();
    private int reason = ENDED;

    private FdAttachment(UnixSocket socket) {
        this.socket = socket;
    }

    /// The client's descriptors; `Fd.NONE` where it has no interest. They stay the caller's, who
    /// may close them once the attachment is open.
    public record Ends(Fd stdin, Fd stdout, Fd stderr) {}

    /// Hands the descriptors over.
    ///
    /// @param detachKeys bytes that detach the client; empty: none
    /// @param gone called once, on the poller's thread: [#ENDED], 0 when the client used its keys,
    ///   or the errno with which its output failed
    public static FdAttachment open(
            Path taskDirectory, Ends ends, String detachKeys, Poller poller, IntConsumer gone) {
        UnixSocket socket =
                UnixSocket.connect(
                        taskDirectory.resolve(Monitors.SOCKET).toString(), SocketType.STREAM);
        FdAttachment attachment = new FdAttachment(socket);
        try {
            int flags = Frames.HELLO_FDS;
            List<Fd> fds = new ArrayList<>(3);
            flags |= add(fds, ends.stdin(), Frames.HELLO_STDIN);
            flags |= add(fds, ends.stdout(), Frames.HELLO_STDOUT);
            flags |= add(fds, ends.stderr(), Frames.HELLO_STDERR);
            byte[] keys = Frames.keys(detachKeys);
            socket.send(Frames.hello(Frames.ROLE_ATTACH, flags, keys), fds);
            if (keys.length > 0) {
                socket.send(keys);
            }
            poller.register(
                    socket.fd(),
                    Readiness.IN,
                    (registration, _) -> attachment.hear(registration, gone));
            return attachment;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static int add(List<Fd> fds, Fd fd, int flag) {
        if (fd == Fd.NONE) {
            return 0;
        }
        fds.add(fd);
        return flag;
    }

    private void hear(Registration registration, IntConsumer gone) {
        try {
            Optional<Received> got = socket.tryReceive(buffer, 0);
            while (got.isPresent() && !got.get().ended()) {
                note(got.get().bytes());
                got = socket.tryReceive(buffer, 0);
            }
            if (got.isEmpty()) {
                return;
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "attachment", e);
        }
        registration.close();
        open.lock();
        try {
            socket.close();
        } finally {
            open.unlock();
        }
        gone.accept(reason);
    }

    // The one message that a client of descriptors gets; small enough never to come in parts.
    private void note(int size) {
        if (size >= ControlMessage.HEADER_BYTES) {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, size);
            if (ControlMessage.size(bytes) == size) {
                ControlMessage message = ControlMessage.decode(bytes);
                if (message.type() == ControlMessage.DETACHED) {
                    reason = (int) message.a();
                }
            }
        }
    }

    /// Gives the process's terminal another size.
    public void resize(int rows, int columns) {
        byte[] frame = Frames.resize(rows, columns);
        open.lock();
        try {
            if (socket.fd().isOpen() && socket.trySend(frame, List.of()) != frame.length) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "the container's monitor does not read its orders");
            }
        } finally {
            open.unlock();
        }
    }

    // The descriptor itself is closed on the poller's thread, which alone reads from it.
    @Override
    public void close() {
        open.lock();
        try {
            if (socket.fd().isOpen()) {
                socket.shutdown(UnixSocket.SHUT_BOTH);
            }
        } finally {
            open.unlock();
        }
    }
}
