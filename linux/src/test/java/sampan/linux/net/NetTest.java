package sampan.linux.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.SampanException;
import sampan.linux.poll.Readiness;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;

@Timeout(30)
class NetTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private final NetCalls calls = new NetCalls();

    @Test
    void aConnectionFromConnectToTheEnd() {
        try (Arena arena = Arena.ofConfined();
                Fd listener = ListenSocket.open(LOOPBACK, 0);
                Epoll epoll = new Epoll(8)) {
            long address = Memory.allocate(arena, InternetAddress.BYTES_MAX);
            long room = Memory.allocate(arena, 8);
            epoll.add(listener.number(), Readiness.IN, 7);
            int length = InternetAddress.write(LOOPBACK, ListenSocket.port(listener), address);
            int client = calls.socket(NetCalls.FAMILY_INET);
            assertThat(calls.connect(client, address, length)).isIn(0, -Errno.EINPROGRESS);
            assertThat(epoll.await(-1)).isEqualTo(1);
            assertThat(epoll.token(0)).isEqualTo(7);
            Memory.putInt(room, InternetAddress.BYTES_MAX);
            int server = calls.accept(listener.number(), address, room);
            assertThat(server).isPositive();
            long text = Memory.allocate(arena, 64);
            int written = InternetAddress.writeHost(address, text);
            assertThat(new String(Memory.bytes(text, written))).isEqualTo("127.0.0.1");
            assertThat(calls.accept(listener.number(), address, room)).isEqualTo(-Errno.EAGAIN);

            assertThat(calls.error(client)).isZero();
            assertThat(calls.noDelay(client)).isZero();
            assertThat(calls.receive(client, text, 8)).isEqualTo(-Errno.EAGAIN);
            assertThat(calls.send(server, text, 5)).isEqualTo(5);
            epoll.add(client, Readiness.IN, 1L << 40 | 9);
            assertThat(epoll.await(-1)).isEqualTo(1);
            assertThat(epoll.token(0)).isEqualTo(1L << 40 | 9);
            assertThat(epoll.readiness(0) & Readiness.IN).isNotZero();
            assertThat(calls.receive(client, text, 8)).isEqualTo(5);
            assertThat(calls.shutdown(server, NetCalls.SHUT_WR)).isZero();
            epoll.await(-1);
            assertThat(calls.receive(client, text, 8)).isZero();
            calls.close(client);
            calls.close(server);
        }
    }

    @Test
    void nobodyListens() {
        try (Arena arena = Arena.ofConfined();
                Epoll epoll = new Epoll(8)) {
            int port;
            try (Fd listener = ListenSocket.open(LOOPBACK, 0)) {
                port = ListenSocket.port(listener);
            }
            long address = Memory.allocate(arena, InternetAddress.BYTES_MAX);
            int length = InternetAddress.write(LOOPBACK, port, address);
            int client = calls.socket(NetCalls.FAMILY_INET);
            int connected = calls.connect(client, address, length);
            if (connected == -Errno.EINPROGRESS) {
                epoll.add(client, Readiness.OUT, 1);
                epoll.await(-1);
                connected = -calls.error(client);
            }
            assertThat(connected).isEqualTo(-Errno.ECONNREFUSED);
            calls.close(client);
        }
    }

    @Test
    void severalListenersShareAPort() {
        try (Fd one = ListenSocket.open(LOOPBACK, 0);
                Fd two = ListenSocket.open(LOOPBACK, ListenSocket.port(one))) {
            assertThat(ListenSocket.port(two)).isEqualTo(ListenSocket.port(one));
        }
    }

    @Test
    void wakingFromAnotherThread() throws InterruptedException {
        try (Epoll epoll = new Epoll(8)) {
            Thread other = Thread.ofPlatform().start(epoll::wake);
            assertThat(epoll.await(-1)).isEqualTo(1);
            assertThat(epoll.token(0)).isEqualTo(Epoll.WAKE_TOKEN);
            epoll.awake();
            other.join();
            assertThat(epoll.await(0)).isZero();
        }
    }

    @Test
    void addressesAreWrittenAsJavaReadsThem() throws Exception {
        for (String host :
                new String[] {
                    "0.0.0.0",
                    "10.200.3.255",
                    "::",
                    "::1",
                    "fe80::1",
                    "2001:db8::a:0:1",
                    "1:2:3:4:5:6:7:8",
                    "1:0:3::6:7:8",
                    "1:2:3:4:5:6:7:0",
                    "::ffff:0:1:2"
                }) {
            assertThat(text(InetAddress.getByName(host))).isEqualTo(host);
        }
    }

    private static String text(InetAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, InternetAddress.BYTES_MAX);
            long text = Memory.allocate(arena, 64);
            InternetAddress.write(address, 80, at);
            return new String(Memory.bytes(text, InternetAddress.writeHost(at, text)));
        }
    }

    @Test
    void addressesOfAConfiguration() {
        assertThat(InternetAddress.parse("a", "[::1]:80"))
                .isEqualTo(new InternetAddress("::1", 80));
        assertThat(InternetAddress.parse("a", "x.example:0").host()).isEqualTo("x.example");
        for (String bad :
                new String[] {"80", ":80", "a", "a:", "a:x", "a:65536", "::1:80", "[]:1"}) {
            assertThatThrownBy(() -> InternetAddress.parse("listeners[0].address", bad))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("listeners[0].address \"" + bad + "\"");
        }
    }
}
