package sampan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server on real sockets: time limits, numbers, ends.
@Timeout(60)
class HttpServerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private final Path socket;

    HttpServerTest(@TempDir Path directory) {
        socket = directory.resolve("s");
    }

    private static Limits limits(int connections, Duration idle, Duration stall) {
        return new Limits(
                4096, 32, 1 << 20, connections, idle, stall, stall, 1024, Duration.ofMillis(100));
    }

    private HttpServer open(Limits limits, Handler handler) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        HttpServer server =
                new HttpServer(
                        listener,
                        new HttpServer.Settings(limits, Map.of(), Refusal.plain(), handler));
        server.start();
        return server;
    }

    private HttpServer open(Handler handler) throws IOException {
        return open(limits(8, Duration.ofMinutes(1), Duration.ofMinutes(1)), handler);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        channel.write(StandardCharsets.US_ASCII.encode(text));
    }

    private static String rest(SocketChannel channel) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (channel.read(buffer.clear()) >= 0) {
            text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        }
        return text.toString();
    }

    private static String until(SocketChannel channel, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (text.indexOf(end) < 0 && channel.read(one.clear()) >= 0) {
            text.append((char) one.get(0));
        }
        return text.toString();
    }

    private static final Handler HELLO = exchange -> exchange.respond(200).send(new byte[] {'x'});

    @Test
    void idleConnectionsAreClosed() throws IOException {
        Limits limits = limits(8, Duration.ofMillis(50), Duration.ofMinutes(1));
        try (HttpServer server = open(limits, HELLO);
                SocketChannel client = connect()) {
            send(client, GET);
            assertThat(rest(client)).endsWith("\r\n\r\nx");
            assertThat(server.connections()).isBetween(0, 1);
        }
    }

    @Test
    void slowHeadsAndStalledBodiesAreClosed() throws IOException {
        Limits limits = limits(8, Duration.ofMinutes(1), Duration.ofMillis(50));
        Handler reads =
                exchange -> {
                    byte[] body = exchange.body().readAllBytes();
                    exchange.respond(200).send(body);
                };
        try (HttpServer _ = open(limits, reads);
                SocketChannel slow = connect();
                SocketChannel stalled = connect()) {
            send(slow, "GET / HT");
            send(stalled, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab");
            assertThat(rest(slow)).isEmpty();
            assertThat(rest(stalled)).isEmpty();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreTurnedAway() throws IOException {
        Limits limits = limits(1, Duration.ofMinutes(1), Duration.ofMinutes(1));
        try (HttpServer _ = open(limits, HELLO);
                SocketChannel first = connect()) {
            send(first, GET);
            assertThat(until(first, "\r\n\r\nx")).startsWith("HTTP/1.1 200");
            try (SocketChannel second = connect()) {
                assertThat(rest(second)).startsWith("HTTP/1.1 503 ").contains("more than 1");
            }
        }
    }

    @Test
    void aClientThatGoesAwayIsNoticedAndOneThatPipelinesIsServed() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Handler waits =
                exchange -> {
                    exchange.onClientGone(gone::countDown);
                    ResponseBody body = exchange.respond(200).stream();
                    body.flush();
                    if (exchange.head().path().equals("/wait")) {
                        go.await();
                    }
                    body.close();
                };
        try (HttpServer _ = open(waits);
                SocketChannel pipelines = connect()) {
            send(pipelines, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
            until(pipelines, "\r\n\r\n");
            send(pipelines, GET);
            send(pipelines, "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            try (SocketChannel leaves = connect()) {
                send(leaves, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
                until(leaves, "\r\n\r\n");
            }
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
            go.countDown();
            String answers = rest(pipelines);
            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
        }
    }

    @Test
    void aHijackedConnectionHalfClosesBothWays() throws IOException {
        Handler talks =
                exchange -> {
                    RawStream raw = exchange.respond(101).hijack();
                    raw.write(StandardCharsets.US_ASCII.encode("first"));
                    raw.finishOutput();
                    ByteBuffer heard = ByteBuffer.allocate(16);
                    while (raw.read(heard) >= 0) {
                        // to the end
                    }
                    assertThat(StandardCharsets.US_ASCII.decode(heard.flip()).toString())
                            .isEqualTo("after your end");
                };
        try (HttpServer server = open(talks);
                SocketChannel client = connect()) {
            send(client, "POST / HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(rest(client)).endsWith("\r\n\r\nfirst");
            send(client, "after your end");
            client.shutdownOutput();
            server.close(Duration.ofSeconds(30));
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void closeLetsRunningExchangesEnd() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Handler waits =
                exchange -> {
                    if (exchange.head().path().equals("/")) {
                        running.countDown();
                        go.await();
                    }
                    exchange.respond(200).send(new byte[] {'x'});
                };
        try (HttpServer server = open(waits);
                SocketChannel idle = connect();
                SocketChannel busy = connect()) {
            send(idle, "GET /at/once HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(until(idle, "\r\n\r\nx")).endsWith("x");
            send(busy, GET);
            running.await();
            Thread closer = Thread.startVirtualThread(() -> server.close(Duration.ofSeconds(30)));
            assertThat(rest(idle)).isEmpty();
            go.countDown();
            assertThat(rest(busy)).contains("Connection: close").endsWith("\r\n\r\nx");
            closer.join();
            assertThat(server.connections()).isZero();
        }
    }
}
