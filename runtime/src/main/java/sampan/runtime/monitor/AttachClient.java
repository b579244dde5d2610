package sampan.runtime.monitor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/// A connection to a process's stdio through its monitor, for whoever pumps the bytes itself: one
/// thread may read while others write. Blocking, meant for virtual threads.
public final class AttachClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();

    private AttachClient(SocketChannel channel) {
        this.channel = channel;
    }

    /// What to be attached to.
    ///
    /// @param raw bytes of the one stream as they are (a terminal); otherwise Docker's frames
    /// @param detachKeys bytes that detach the client when they come on its stdin; empty: none
    public record Wish(
            boolean stdin, boolean stdout, boolean stderr, boolean raw, String detachKeys) {
        int flags() {
            return (stdin ? Frames.HELLO_STDIN : 0)
                    | (stdout ? Frames.HELLO_STDOUT : 0)
                    | (stderr ? Frames.HELLO_STDERR : 0)
                    | (raw ? Frames.HELLO_RAW : 0);
        }
    }

    /// Connects.
    ///
    /// @param taskDirectory where attach.sock is; with it at most 107 bytes long
    public static AttachClient open(Path taskDirectory, Wish wish) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(taskDirectory.resolve(Monitors.SOCKET)));
            AttachClient client = new AttachClient(channel);
            byte[] keys = Frames.keys(wish.detachKeys());
            client.write(
                    ByteBuffer.wrap(Frames.hello(Frames.ROLE_ATTACH, wish.flags(), keys)),
                    ByteBuffer.wrap(keys));
            return client;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Reads output.
    ///
    /// @return bytes put into the buffer; -1 when the process ended and everything was read, or the
    ///   client detached
    public int read(ByteBuffer buffer) throws IOException {
        return channel.read(buffer);
    }

    /// The connection, for reading output in other ways than [#read]; stays this object's.
    public SocketChannel channel() {
        return channel;
    }

    /// Sends all of it to the process's stdin; waits until the monitor takes it.
    public void input(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int size = Math.min(bytes.remaining(), Frames.FRAME_MAX);
            ByteBuffer part = bytes.slice(bytes.position(), size);
            write(Frames.header(Frames.STDIN, size, 0).flip(), part);
            bytes.position(bytes.position() + size);
        }
    }

    /// Ends the process's stdin as far as this client goes.
    public void endInput() throws IOException {
        write(ByteBuffer.wrap(Frames.of(Frames.STDIN_EOF, new byte[0])));
    }

    /// Gives the process's terminal another size.
    public void resize(int rows, int columns) throws IOException {
        write(ByteBuffer.wrap(Frames.resize(rows, columns)).order(ByteOrder.LITTLE_ENDIAN));
    }

    private void write(ByteBuffer... parts) throws IOException {
        writing.lock();
        try {
            while (parts[parts.length - 1].hasRemaining() || parts[0].hasRemaining()) {
                channel.write(parts);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
