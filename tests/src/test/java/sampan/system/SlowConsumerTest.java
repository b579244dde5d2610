package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Clients that ask and never read.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class SlowConsumerTest {
    /// More than all buffers on the way to a client hold together.
    private static final long MUCH_BYTES = 12L << 20;

    private static final String PRINTING =
            "while :; do echo 0123456789012345678901234567890123456789; done";

    private final PrivateDaemon daemon;

    SlowConsumerTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    /// Sends a request and leaves its answer unread.
    private SocketChannel ask(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(daemon.socket()));
        channel.write(
                ByteBuffer.wrap(
                        (request
                                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                                        + "Upgrade: tcp\r\nConnection: Upgrade\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private long bytes(String id) {
        try {
            return Files.size(Path.of(daemon.inspect(id, "{{.LogPath}}")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitMore(String id, long more) {
        long before = bytes(id);
        Eventually.await("more output of " + id, () -> bytes(id) > before + more);
    }

    @Test
    void whoFollowsALogAndNeverReadsHoldsNobodyUp() throws IOException {
        String id = daemon.background("busybox", "sh", "-c", PRINTING);
        try (SocketChannel first = ask("GET /containers/" + id + "/logs?stdout=1&follow=1");
                SocketChannel second = ask("GET /containers/" + id + "/logs?stdout=1&follow=1")) {
            awaitMore(id, MUCH_BYTES);
            assertThat(daemon.docker("logs", "--tail", "1", id).text()).startsWith("0123456789");
            assertThat(first.isOpen() && second.isOpen()).isTrue();
            daemon.docker("rm", "-f", id).expect(0);
        }
    }

    @Test
    void whoIsAttachedAndNeverReadsHoldsItsContainerOnlyWhileItIsThere() throws IOException {
        String id = daemon.background("busybox", "sh", "-c", PRINTING);
        try (SocketChannel reader =
                ask("POST /containers/" + id + "/attach?stream=1&stdout=1&stderr=1")) {
            assertThat(reader.isOpen()).isTrue();
            // others are served all the same, and the container can be ended
            assertThat(daemon.docker("exec", id, "echo", "alive").text()).isEqualTo("alive");
        }
        awaitMore(id, MUCH_BYTES);
        try (SocketChannel reader =
                ask("POST /containers/" + id + "/attach?stream=1&stdout=1&stderr=1")) {
            daemon.docker("stop", "-t0", id).expect(0);
            assertThat(reader.isOpen()).isTrue();
        }
    }

    @Test
    void whoListensToEventsAndNeverReadsIsLeftBehind() throws IOException {
        String id = daemon.background("busybox", "sleep", "1000");
        try (SocketChannel listener = ask("GET /events")) {
            UnixHttp http = daemon.http();
            // each rename is an event of some 500 bytes
            for (int i = 0; i < 3000; i++) {
                http.post("/containers/" + id + "/rename?name=name" + i % 2, "");
            }
            assertThat(daemon.inspect(id, "{{.State.Running}}")).isEqualTo("true");
            assertThat(listener.isOpen()).isTrue();
        }
    }
}
