package sampan.linux.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.MemFd;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Timeout(30)
class UnixSocketTest {
    @TempDir Path temp;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void packetsKeepTheirBounds() {
        try (UnixSocket.Pair pair = UnixSocket.pair(SocketType.SEQPACKET)) {
            pair.first().send(bytes("one"));
            pair.first().send(bytes("longer"));
            byte[] buffer = new byte[4];
            assertThat(pair.second().receive(buffer, 0).bytes()).isEqualTo(3);
            Received cut = pair.second().receive(buffer, 0);
            assertThat(cut.bytes()).isEqualTo(4);
            assertThat(cut.truncated()).isTrue();
            assertThat(pair.second().tryReceive(buffer, 0)).isEmpty();
            pair.first().close();
            assertThat(pair.second().tryReceive(buffer, 0).orElseThrow().ended()).isTrue();
        }
    }

    @Test
    void descriptorsTravel() {
        try (UnixSocket.Pair pair = UnixSocket.pair(SocketType.STREAM);
                Fd b = MemFd.sealedData("b", bytes("bb"))) {
            try (Fd a = MemFd.sealedData("a", bytes("aa"))) {
                pair.first().send(bytes("x"), List.of(a, b));
            }
            try (Received got = pair.second().receive(new byte[10], 8)) {
                assertThat(got.bytes()).isEqualTo(1);
                assertThat(got.truncated()).isFalse();
                assertThat(got.fds()).hasSize(2);
                assertThat(FileIo.readFully(got.fds().get(0), 9)).isEqualTo(bytes("aa"));
                assertThat(FileIo.readFully(got.fds().get(1), 9)).isEqualTo(bytes("bb"));
                String flags =
                        FileOps.readSmallFile(
                                "/proc/self/fdinfo/" + got.fds().get(0).number(), 4096);
                assertThat(
                                flags.lines()
                                        .filter(l -> l.startsWith("flags:"))
                                        .findFirst()
                                        .orElseThrow())
                        .matches("flags:\\s+02\\d{6}");
            }
        }
    }

    @Test
    void tooManyDescriptorsAreCutToTheLimit() {
        try (UnixSocket.Pair pair = UnixSocket.pair(SocketType.SEQPACKET);
                Fd file = Fd.open("/dev/null", Open.RDONLY)) {
            pair.first().send(bytes("x"), List.of(file, file));
            try (Received got = pair.second().receive(new byte[10], 1)) {
                assertThat(got.fds()).hasSize(1);
                assertThat(got.truncated()).isTrue();
            }
            pair.first().send(bytes("x"), List.of(file));
            try (Received got = pair.second().receive(new byte[10], 0)) {
                assertThat(got.fds()).isEmpty();
                assertThat(got.truncated()).isTrue();
            }
            List<Fd> many = new ArrayList<>();
            for (int i = 0; i < UnixSocket.FDS_MAX; i++) {
                many.add(file);
            }
            pair.first().send(bytes("x"), many);
            try (Received got = pair.second().receive(new byte[10], UnixSocket.FDS_MAX)) {
                assertThat(got.fds()).hasSize(UnixSocket.FDS_MAX);
            }
        }
    }

    @Test
    void connectsOverAPathOfAnyLength() throws Exception {
        Path deep = temp.resolve("d".repeat(100)).resolve("e".repeat(100));
        Files.createDirectories(deep);
        for (String path : List.of(temp.resolve("s").toString(), deep.resolve("s").toString())) {
            try (UnixSocket listener = UnixSocket.listen(path, SocketType.STREAM, 0600, 8)) {
                assertThat(FileOps.statAt(Fd.CWD, path).permissions()).isEqualTo(0600);
                FileIo.nonBlocking(listener.fd(), true);
                assertThat(listener.tryAccept()).isEmpty();
                try (UnixSocket client = UnixSocket.connect(path, SocketType.STREAM);
                        UnixSocket server = listener.tryAccept().orElseThrow()) {
                    PeerCredential peer = server.peerCredential();
                    assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
                    client.send(bytes("question"));
                    client.shutdown(UnixSocket.SHUT_WRITE);
                    assertThat(server.receive(new byte[20], 0).bytes()).isEqualTo(8);
                    assertThat(server.receive(new byte[20], 0).ended()).isTrue();
                    server.send(bytes("answer"));
                    assertThat(client.receive(new byte[20], 0).bytes()).isEqualTo(6);
                }
            }
            assertThatThrownBy(() -> UnixSocket.listen(path, SocketType.STREAM, 0600, 8))
                    .isInstanceOf(ErrnoException.class);
        }
    }

    @Test
    void aFullSocketSaysSo() {
        try (UnixSocket.Pair pair = UnixSocket.pair(SocketType.STREAM)) {
            byte[] block = new byte[32 << 10];
            int sent = 0;
            while (sent < 64 << 20 && pair.first().trySend(block, List.of()) > 0) {
                sent += block.length;
            }
            assertThat(sent).isBetween(block.length, (64 << 20) - 1);
        }
    }
}
