package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;

/// Who is sent elsewhere by the whole address that was asked for, and who is let in by its own.
@Timeout(60)
class RedirectsTest {
    private static final String HOST = " HTTP/1.1\r\nHost: Old.example:81\r\n\r\n";

    private static TestGateway gateway(ScriptedServer server, String more) throws IOException {
        return new TestGateway(
                "services: {s: {targets: ['%s']}}\nroutes: [{name: r, service: s, %s}]\n"
                        .formatted(server.address(), more));
    }

    @Test
    void whoseAddressMatchesGoesElsewhereAndOthersPass() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway(
                                server,
                                "redirects: [{regex: '^http://Old\\.example(:81)?/a/(.*)',"
                                        + " to: 'https://new.example/$2', status: 308},"
                                        + " {regex: '/same$', to: /same}]");
                RawClient client = gateway.client()) {
            assertThat(client.send("GET /a/b?c=d" + HOST).answer())
                    .startsWith("HTTP/1.1 308 ")
                    .contains("\r\nLocation: https://new.example/b?c=d\r\n");
            assertThat(client.send("GET /%61/b" + HOST).answer())
                    .contains("\r\nLocation: https://new.example/b\r\n");
            assertThat(client.send("GET /b" + HOST).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send("GET /same" + HOST).answer()).startsWith("HTTP/1.1 200");
            assertThat(server.heads()).hasSize(2);
        }
    }

    @Test
    void anExpressionThatTakesForEverRefuses() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway(server, "redirects: [{regex: '(a|aa)+$', to: 'https://b/'}]");
                RawClient client = gateway.client()) {
            assertThat(client.send("GET /" + "a".repeat(3000) + "c" + HOST).answer())
                    .startsWith("HTTP/1.1 414");
            assertThat(client.send("GET /ac" + HOST).answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whoIsNotOfTheAddressesIsRefused() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway in = gateway(server, "allow: [10.0.0.0/8, 127.0.0.0/8]");
                TestGateway out = gateway(server, "allow: 10.0.0.0/8");
                RawClient one = in.client();
                RawClient other = out.client()) {
            assertThat(one.send("GET /" + HOST).answer()).startsWith("HTTP/1.1 200");
            assertThat(other.send("GET /" + HOST).answer()).startsWith("HTTP/1.1 403");
        }
    }
}
