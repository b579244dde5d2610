package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.SampanException;
import sampan.gateway.process.TestGateway;

/// Pages of other origins, over real sockets.
@Timeout(60)
class CorsTest {
    private static final String LISTED =
            "origins: ['https://shop.example', 'https://*.shop.example',"
                    + " {regex: 'https://pr-[0-9]+\\.test'}],"
                    + " methods: [GET, PUT], headers: [X-Token], expose: [X-Total],"
                    + " credentials: true, maxAge: 600";

    private static TestGateway gateway(ScriptedServer server, String cors, String more)
            throws IOException {
        return new TestGateway(
                "services: {s: {targets: ['"
                        + server.address()
                        + "']}}\nroutes:\n- {name: r, service: s, methods: [GET, PUT], cors: {"
                        + cors
                        + "}"
                        + more
                        + "}\n");
    }

    private static String preflight(String origin, String method) {
        return "OPTIONS /a HTTP/1.1\r\nHost: a\r\nOrigin: "
                + origin
                + "\r\nAccess-Control-Request-Method: "
                + method
                + "\r\nAccess-Control-Request-Headers: x-token\r\n\r\n";
    }

    private static String get(String origin) {
        return "GET /a HTTP/1.1\r\nHost: a\r\nOrigin: " + origin + "\r\n\r\n";
    }

    @Test
    void aPreflightIsAnsweredHereAndBeforeAuthentication() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                "authentication: {methods: {staff: {basic: {}}}, use: [staff]}\n"
                                        + "services: {s: {targets: ['"
                                        + server.address()
                                        + "']}}\nroutes:\n- {service: s, methods: [GET, PUT], cors: {"
                                        + LISTED
                                        + "}}\n");
                RawClient client = gateway.client()) {
            String answer = client.send(preflight("https://shop.example", "PUT")).head();
            assertThat(answer)
                    .startsWith("HTTP/1.1 204 No Content\r\n")
                    .contains("\r\nAccess-Control-Allow-Origin: https://shop.example\r\n")
                    .contains("\r\nAccess-Control-Allow-Credentials: true\r\n")
                    .contains("\r\nAccess-Control-Allow-Methods: GET, PUT\r\n")
                    .contains("\r\nAccess-Control-Allow-Headers: X-Token\r\n")
                    .contains("\r\nAccess-Control-Max-Age: 600\r\n")
                    .contains("\r\nVary: Origin, Access-Control-Request-Method,")
                    .doesNotContain("Content-Length")
                    .doesNotContain("Content-Type");
            assertThat(client.send(get("https://shop.example")).answer())
                    .as("what is refused must be readable for the page")
                    .startsWith("HTTP/1.1 401")
                    .contains("\r\nAccess-Control-Allow-Origin: https://shop.example\r\n")
                    .contains("\r\nVary: Origin\r\n");
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void onlyListedOriginsAreAllowed() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, LISTED, "");
                RawClient client = gateway.client()) {
            for (String good :
                    new String[] {
                        "https://shop.example",
                        "https://a.shop.example",
                        "https://b.a.shop.example",
                        "https://pr-12.test"
                    }) {
                assertThat(client.send(get(good)).answer())
                        .contains("\r\nAccess-Control-Allow-Origin: " + good + "\r\n")
                        .contains("\r\nAccess-Control-Expose-Headers: X-Total\r\n")
                        .contains("\r\nVary: Origin\r\n");
            }
            for (String bad :
                    new String[] {
                        "http://shop.example",
                        "https://shop.example.evil",
                        "https://shop.example:444",
                        "https://.shop.example",
                        "https://evil/.shop.example",
                        "https://evil@.shop.example",
                        "https://evilshop.example",
                        "https://pr-12.test.evil",
                        "https://pr-12xtest",
                        "null",
                        "",
                        "https://" + "a".repeat(400) + ".shop.example",
                        "https://shop.example\r\nOrigin: https://evil"
                    }) {
                assertThat(client.send(get(bad)).answer())
                        .as(bad)
                        .startsWith("HTTP/1.1 200")
                        .contains("\r\nVary: Origin\r\n")
                        .doesNotContain("Access-Control-");
                assertThat(client.send(preflight(bad, "GET")).answer())
                        .as(bad)
                        .startsWith("HTTP/1.1 403")
                        .doesNotContain("Access-Control-Allow");
            }
        }
    }

    @Test
    void anOriginCannotBreakTheHeadOpen() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, "origins: [{regex: '.*'}]", "")) {
            for (String hostile : new String[] {"https://a\nX-Evil: 1", "https://a\rX-Evil: 1"}) {
                try (RawClient client = gateway.client()) {
                    assertThat(client.send(get(hostile)).head())
                            .satisfiesAnyOf(
                                    head -> assertThat(head).startsWith("HTTP/1.1 400"),
                                    head -> assertThat(head).doesNotContain("X-Evil"));
                }
            }
        }
    }

    @Test
    void theServicesOwnWordOnTheMatterIsDropped() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                peer.write(
                                        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n"
                                                + "Vary: Accept\r\nContent-Length: 1\r\n\r\nx");
                            }
                        });
                TestGateway gateway = gateway(server, LISTED, "");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("https://shop.example")).answer())
                    .containsOnlyOnce("Access-Control-Allow-Origin")
                    .contains("Access-Control-Allow-Origin: https://shop.example\r\n")
                    .contains("Vary: Accept\r\n");
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer())
                    .contains("\r\nVary: Origin\r\n")
                    .doesNotContain("Access-Control-");
        }
    }

    @Test
    void everyOriginIsAStarWithoutVary() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, "origins: '*', headers: '*'", "");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("https://any")).answer())
                    .contains("\r\nAccess-Control-Allow-Origin: *\r\n")
                    .doesNotContain("Vary");
            assertThat(client.send(preflight("https://any", "GET")).head())
                    .contains("\r\nAccess-Control-Allow-Headers: *\r\n");
        }
    }

    @Test
    void optionsThatAreNoPreflightTakeTheirOwnWay() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, LISTED, "");
                RawClient client = gateway.client()) {
            assertThat(client.send("OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n").answer())
                    .as("the route is for GET and PUT")
                    .startsWith("HTTP/1.1 404");
            assertThat(client.send(preflight("https://shop.example", "DELETE")).answer())
                    .startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void streamsOfHttp2AreToldTheSame() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, LISTED, "");
                Http2Peer client = new Http2Peer(gateway.port(), true)) {
            String origin = Http2Peer.field("origin", "https://a.shop.example");
            client.send(
                    Http2Peer.frame(
                            Http2Peer.HEADERS,
                            Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                            1,
                            Http2Peer.get("/a") + origin));
            assertThat(client.answer(1).getFirst().text().toLowerCase(Locale.ROOT))
                    .as("the name stands in HPACK's own table")
                    .contains("access-control-allow-credentials")
                    .contains("https://a.shop.example");
            client.send(
                    Http2Peer.frame(
                            Http2Peer.HEADERS,
                            Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                            3,
                            Http2Peer.get("/a").replace("\3GET", "\7OPTIONS")
                                    + origin
                                    + Http2Peer.field("access-control-request-method", "PUT")));
            assertThat(client.answer(3)).as("a head without a body").hasSize(1);
            assertThat(server.heads()).hasSize(1);
        }
    }

    @Test
    void whatABrowserWouldNotTakeIsRefusedInTheFile() {
        refused("origins: '*', credentials: true", "* and credentials");
        refused("origins: 'https://a', credentials: true, headers: '*'", "one by one");
        refused("origins: shop.example", "SCHEME://HOST");
        refused("origins: 'https://shop.example/'", "SCHEME://HOST");
        refused("origins: 'https://a*.example'", "SCHEME://HOST");
        refused("origins: [{regex: '('}]", "regex");
        refused("methods: GET", "origins");
    }

    private static void refused(String cors, String remedy) {
        String yaml = "routes: [{respond: {}, cors: {" + cors + "}}]\n";
        assertThatThrownBy(() -> new TestGateway(yaml).close())
                .as(cors)
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(remedy);
    }
}
