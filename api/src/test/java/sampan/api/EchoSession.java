package sampan.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import sampan.engine.services.StreamService.AttachSession;
import sampan.linux.sockets.SendQueue;

/// A session with a process that says everything it hears, then `bye` once its stdin has ended.
/// What it says is framed unless it has a terminal.
final class EchoSession implements AttachSession {
    private final SocketChannel ours;
    private final SocketChannel process;
    private final boolean tty;

    EchoSession(boolean tty) {
        this.tty = tty;
        try {
            Path directory = Files.createTempDirectory("echo");
            Path path = directory.resolve("s");
            try (ServerSocketChannel listener =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(path));
                ours = SocketChannel.open(UnixDomainSocketAddress.of(path));
                process = listener.accept();
            } finally {
                Files.deleteIfExists(path);
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<SocketChannel> output() {
        return Optional.of(ours);
    }

    @Override
    public boolean tty() {
        return tty;
    }

    @Override
    public void writeStdin(ByteBuffer bytes) {
        say(bytes);
    }

    @Override
    public void closeStdin() {
        say(ByteBuffer.wrap(new byte[] {'b', 'y', 'e'}));
        end();
    }

    void say(ByteBuffer bytes) {
        try {
            if (!tty) {
                ByteBuffer header = ByteBuffer.allocate(8).put(0, (byte) 1);
                header.putInt(4, bytes.remaining());
                while (header.hasRemaining()) {
                    process.write(header);
                }
            }
            while (bytes.hasRemaining()) {
                process.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until all that was said has been read.
    void awaitHeard() {
        while (SendQueue.unread(process).orElseThrow() > 0) {
            Thread.onSpinWait();
        }
    }

    /// The process ends.
    void end() {
        try {
            process.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            ours.close();
            process.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
