package sampan.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.SampanException;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;

/// Routes with users of their own, over real sockets.
@Timeout(60)
class RouteUsersTest {
    private static final String ANN =
            "ann:" + com.password4j.BcryptFunction.getInstance(4).hash("secret").getResult();

    private static TestGateway gateway(ScriptedServer server, String basic, String more)
            throws IOException {
        return new TestGateway(
                more
                        + "services: {s: {targets: ['"
                        + server.address()
                        + "']}}\nroutes:\n- {name: a, path: /a, service: s, basic: {users: ['"
                        + ANN
                        + "']"
                        + basic
                        + "}}\n- {name: b, service: s}\n");
    }

    private static String get(String path, String user, String more) {
        String login = Base64.getEncoder().encodeToString(user.getBytes());
        return "GET "
                + path
                + " HTTP/1.1\r\nHost: x\r\n"
                + (user.isEmpty() ? "" : "Authorization: Basic " + login + "\r\n")
                + more
                + "\r\n";
    }

    @Test
    void onlyItsUsersComeIn() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, ", realm: shop, userHeader: X-User", "");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("/a", "", "")).answer())
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: Basic realm=\"shop\"");
            assertThat(client.send(get("/a", "ann:wrong", "")).answer()).startsWith("HTTP/1.1 401");
            assertThat(client.send(get("/a", "bob:secret", "")).answer())
                    .startsWith("HTTP/1.1 401");
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(get("/a", "ann:secret", "X_User: root\r\n")).answer())
                        .startsWith("HTTP/1.1 200")
                        .contains("\r\nX-User: ann\r\n")
                        .doesNotContain("root")
                        .doesNotContain("Authorization");
            }
            assertThat(client.send(get("/b", "", "")).answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whatOtherRoutesTellServicesCannotBeForgedHere() throws IOException {
        String more = "authentication: {headers: {name: X-Consumer, roles: X-Roles}}\n";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, ", strip: false, userHeader: X-User", more);
                RawClient client = gateway.client()) {
            String forged = "X-Consumer: root\r\nX-Roles: admin\r\nX-User: root\r\n";
            assertThat(client.send(get("/a", "ann:secret", forged)).answer())
                    .startsWith("HTTP/1.1 200")
                    .contains("\r\nX-User: ann\r\n")
                    .contains("\r\nAuthorization: Basic")
                    .doesNotContain("root")
                    .doesNotContain("admin");
        }
    }

    @Test
    void hashesThatCannotBeCheckedAreRefusedAndNotRepeated() {
        for (String users :
                new String[] {
                    "ann:hunter2", "ann:$apr1$hunter2$x", "hunter2", "ann:{SHA}hunter2"
                }) {
            String yaml = "routes: [{respond: {}, basic: {users: ['" + users + "']}}]\n";
            assertThatThrownBy(() -> new TestGateway(yaml).close())
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("basic.users")
                    .hasMessageContaining("htpasswd -B")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
