package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSocket by the JDK's client and the server of python3-websockets.
@Tag("system")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTest {
    private static final int WAIT_SECONDS_MAX = 60;
    private static final String ECHO =
            """
            import asyncio, sys, websockets
            async def echo(socket):
                async for message in socket:
                    if message == "leave":
                        await socket.close(4001, "as you say")
                        return
                    await socket.send(message)
            async def main():
                async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]), subprotocols=["chat"], max_size=2**24):
                    await asyncio.Future()
            asyncio.run(main())
            """;

    @TempDir static Path directory;
    private Tool.Server server;
    private GatewayProcess gateway;

    @BeforeAll
    void start() throws Exception {
        int port = GatewayProcess.freePort();
        server =
                new Tool.Server(
                        directory,
                        port,
                        List.of("/usr/bin/python3", "-c", ECHO, Integer.toString(port)));
        gateway = GatewayProcess.before(directory, port, "");
    }

    @AfterAll
    void end() {
        gateway.close();
        server.close();
    }

    /// Collects whole messages.
    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final java.io.ByteArrayOutputStream octets = new java.io.ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return java.util.concurrent.CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            octets.writeBytes(part);
            if (last) {
                messages.add(ByteBuffer.wrap(octets.toByteArray()));
                octets.reset();
            }
            socket.request(1);
            return java.util.concurrent.CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            messages.add("pong " + (char) data.get());
            socket.request(1);
            return java.util.concurrent.CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            messages.add("closed " + status + " " + reason);
            return java.util.concurrent.CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            messages.add(error);
        }

        Object next() throws InterruptedException {
            Object message = messages.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            return message == null ? "nothing came" : message;
        }
    }

    private URI uri(String scheme) {
        int port = scheme.equals("wss") ? gateway.sealed() : gateway.clear();
        return URI.create(scheme + "://localhost:" + port + "/chat?room=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    void messagesOfEveryKindComeBackAsTheyWere(String scheme) throws Exception {
        byte[] large = new byte[3 << 20];
        new Random(7).nextBytes(large);
        Heard heard = new Heard();
        try (HttpClient client = HttpClient.newBuilder().sslContext(gateway.trusting()).build()) {
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .subprotocols("chat")
                            .buildAsync(uri(scheme), heard)
                            .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol()).isEqualTo("chat");
            for (int i = 0; i < 200; i++) {
                socket.sendText("message " + i, true).join();
                assertThat(heard.next()).isEqualTo("message " + i);
            }
            socket.sendText("in ", false).join();
            socket.sendText("parts: ä€", true).join();
            assertThat(heard.next()).isEqualTo("in parts: ä€");
            socket.sendBinary(ByteBuffer.wrap(large), true).join();
            assertThat(heard.next()).isEqualTo(ByteBuffer.wrap(large));
            socket.sendPing(ByteBuffer.wrap(new byte[] {'p'})).join();
            assertThat(heard.next()).isEqualTo("pong p");
            socket.sendText("", true).join();
            assertThat(heard.next()).isEqualTo("");
            socket.sendText("leave", true).join();
            assertThat(heard.next()).isEqualTo("closed 4001 as you say");
        }
    }
}
