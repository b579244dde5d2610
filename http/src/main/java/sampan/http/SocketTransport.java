package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import sampan.linux.sockets.SendQueue;

/// A transport over a blocking socket channel, unix or TCP. On a virtual thread the waits park.
public final class SocketTransport implements Transport {
    private final SocketChannel channel;

    /// Takes ownership of a connected channel in blocking mode.
    public SocketTransport(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        // One gathering write may take a part only, and the last source may be empty from the
        // start: the end is where all of them are drained.
        while (anyRemaining(sources)) {
            if (sources.length == 1) {
                channel.write(sources[0]);
            } else {
                channel.write(sources);
            }
        }
    }

    private static boolean anyRemaining(ByteBuffer[] sources) {
        for (ByteBuffer source : sources) {
            if (source.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void finishOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean taken() {
        return SendQueue.unread(channel).orElse(0) == 0;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone either way, and nobody waits for what could not be sent.
        }
    }
}
