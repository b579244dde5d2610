package sampan.linux.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SendQueueTest {
    @TempDir Path temp;

    private interface Use {
        void with(SocketChannel writer, SocketChannel reader) throws IOException;
    }

    private static void connected(ServerSocketChannel listener, SocketAddress at, Use use)
            throws IOException {
        try (listener) {
            listener.bind(at);
            try (SocketChannel writer = SocketChannel.open(listener.getLocalAddress());
                    SocketChannel reader = listener.accept()) {
                use.with(writer, reader);
            }
        }
    }

    @Test
    void countsUntilTheLastByteIsRead() throws IOException {
        connected(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX),
                UnixDomainSocketAddress.of(temp.resolve("s")),
                (writer, reader) -> {
                    assertThat(SendQueue.unread(writer)).hasValue(0);
                    writer.write(ByteBuffer.wrap(new byte[5]));
                    assertThat(SendQueue.unread(writer).orElseThrow()).isGreaterThanOrEqualTo(5);
                    reader.read(ByteBuffer.allocate(4));
                    assertThat(SendQueue.unread(writer).orElseThrow()).isPositive();
                    reader.read(ByteBuffer.allocate(4));
                    assertThat(SendQueue.unread(writer)).hasValue(0);
                    assertThat(SendQueue.unread(reader)).hasValue(0);
                    writer.close();
                    assertThat(SendQueue.unread(writer)).isEmpty();
                });
    }

    @Test
    void saysNothingOfTcp() throws IOException {
        connected(
                ServerSocketChannel.open(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (writer, reader) -> {
                    assertThat(SendQueue.unread(writer)).isEmpty();
                });
    }
}
