package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;

/// PROXY headers of versions 1 and 2 in front of requests.
@Timeout(60)
class ProxyProtocolTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    private static final String FOUR = SIGNATURE + "!\21\0\14\n\1\2\3\n\4\5\6\0P\1\273";

    private static TestGateway gateway(ScriptedServer server) throws IOException {
        return TestGateway.listening(
                "proxyProtocol: true",
                "services: {s: {targets: [\""
                        + server.address()
                        + "\"]}}\nroutes: [{name: r, service: s}]\n");
    }

    private static String toldClient(String header) throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server);
                RawClient client = gateway.client()) {
            String answer = client.send(header + GET).answer();
            int at = answer.indexOf("X-Forwarded-For: ");
            return at < 0 ? answer : answer.substring(at + 17, answer.indexOf('\r', at));
        }
    }

    @Test
    void theHeaderSaysWhoTheClientIs() throws IOException {
        assertThat(toldClient("PROXY TCP4 10.1.2.3 10.4.5.6 80 443\r\n")).isEqualTo("10.1.2.3");
        assertThat(toldClient("PROXY TCP6 2001:db8::7 ::1 80 443\r\n")).isEqualTo("2001:db8::7");
        assertThat(toldClient("PROXY UNKNOWN\r\n")).isEqualTo("127.0.0.1");
        assertThat(toldClient(FOUR)).isEqualTo("10.1.2.3");
        String six = " \1\r\270" + "\0".repeat(11) + "\7";
        assertThat(toldClient(SIGNATURE + "!!\0$" + six + six + "\0\1\0\2"))
                .isEqualTo("2001:db8::7");
        assertThat(toldClient(SIGNATURE + " \0\0\0")).isEqualTo("127.0.0.1");
        String extension = "\3\0\4abcd";
        assertThat(toldClient(FOUR.replace("\0\14", "\0\23") + extension)).isEqualTo("10.1.2.3");
    }

    @Test
    void aHeaderInPiecesIsPutTogether() throws Exception {
        for (String header : List.of("PROXY TCP4 10.1.2.3 10.4.5.6 80 443\r\n", FOUR)) {
            try (ScriptedServer server = ScriptedServer.echoing();
                    TestGateway gateway = gateway(server);
                    RawClient client = gateway.client()) {
                for (char c : header.toCharArray()) {
                    client.send(String.valueOf(c));
                }
                assertThat(client.send(GET).answer()).contains("X-Forwarded-For: 10.1.2.3");
            }
        }
    }

    @Test
    void whatIsNoHeaderIsDroppedWithoutAnAnswer() throws IOException {
        List<String> wrong =
                List.of(
                        GET,
                        "PROXY TCP4 10.1.2.3 10.4.5.6 80\r\n",
                        "PROXY TCP4 ::1 ::1 80 443\r\n",
                        "PROXY TCP4 a.example 10.4.5.6 80 443\r\n",
                        "PROXY TCP4 10.1.2.3 10.4.5.6 80 65536\r\n",
                        "PROXY TCP4 10.1.2.3 10.4.5.6 80 443\n",
                        "PROXY TCP4 10.1.2.3 10.4.5.6  80 443\r\n",
                        "PROXY " + "x".repeat(200),
                        SIGNATURE + "\21\21\0\14",
                        SIGNATURE + "\"\21\0\14" + "x".repeat(12),
                        SIGNATURE + "!\21\0\4abcd",
                        SIGNATURE + "!\21\377\377");
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server)) {
            for (String header : wrong) {
                try (RawClient client = gateway.client()) {
                    client.send(header);
                    assertThat(client.isEnded()).as(header).isTrue();
                }
            }
            assertThat(server.heads()).isEmpty();
        }
    }
}
