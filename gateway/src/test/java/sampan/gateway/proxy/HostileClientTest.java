package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.gateway.process.TestGateway;
import sampan.gateway.wire.HostileRequests;

/// Each hostile request over a real socket: the answer, the end of the connection, and that no
/// server sees a request of it.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientTest {
    private ScriptedServer server;
    private TestGateway gateway;

    HostileClientTest() throws IOException {
        server = ScriptedServer.echoing();
        // Elsewhere the preface of HTTP/2 is none of HTTP/1's business: see HostileHttp2Test.
        gateway =
                TestGateway.listening(
                        "http2: false",
                        "services: {s: {targets: [\""
                                + server.address()
                                + "\"]}}\nroutes: [{name: r, service: s}]\n");
    }

    @BeforeAll
    void serves() throws IOException {
        try (RawClient client = gateway.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer())
                    .startsWith("HTTP/1.1 200");
        }
    }

    @AfterAll
    void close() throws IOException {
        gateway.close();
        server.close();
    }

    static List<HostileRequests.Case> refused() {
        return HostileRequests.all().stream().filter(c -> c.status() != 0).toList();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void isRefusedAndEnds(HostileRequests.Case hostile) throws IOException {
        try (RawClient client = gateway.client()) {
            String marker = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";
            client.send(hostile.raw() + marker);
            String answer = client.answer();
            assertThat(answer).startsWith("HTTP/1.1 " + hostile.status() + " ");
            assertThat(answer).containsIgnoringCase("connection: close");
            assertThat(client.isEnded()).isTrue();
        }
        assertThat(server.heads()).noneMatch(head -> head.contains("smuggled"));
    }

    @Test
    void aHeadThatNeverEndsIsRefusedAtItsBound() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");
            client.send("X-Long: " + "a".repeat(20 << 10));
            assertThat(client.answer()).startsWith("HTTP/1.1 431");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void noiseIsRefusedAtItsFirstOctet() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send("\u0016\u0003\u0001");
            assertThat(client.answer()).startsWith("HTTP/1.1 400");
        }
    }
}
