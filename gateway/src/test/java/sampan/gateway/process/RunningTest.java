package sampan.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;

/// A gateway with its file: what it does by it, and what a change does.
@Timeout(60)
class RunningTest {
    private static String get(String path, String... fields) {
        StringBuilder raw = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a.example\r\n");
        for (String field : fields) {
            raw.append(field).append("\r\n");
        }
        return raw + "\r\n";
    }

    @Test
    void rewritesRedirectsAndEdits() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                """
                                via: gw
                                services: {s: {targets: ["%s"]}}
                                routes:
                                - {service: s, path: /api, rewrite: /v2}
                                - {service: s, path: /root, rewrite: /}
                                - {service: s, path: {exact: /one}, rewrite: /other}
                                - path: /edit
                                  service: s
                                  request: {set: {X-A: new}, add: {X-B: b}, remove: [Cookie]}
                                  response: {set: {Server: sampan}, remove: [Content-Type]}
                                - {path: /old, redirect: {to: "https://{host}{path}{query}", status: 308}}
                                - {path: /up, respond: {text: fine}}
                                """
                                        .formatted(server.address()));
                RawClient client = gateway.client()) {
            assertThat(client.send(get("/api/x?q")).answer())
                    .contains("GET /v2/x?q HTTP/1.1\r\n")
                    .contains("Via: 1.1 gw\r\n");
            assertThat(client.send(get("/api")).answer()).contains("GET /v2 HTTP/1.1");
            assertThat(client.send(get("/root/x")).answer()).contains("GET /x HTTP/1.1");
            assertThat(client.send(get("/root")).answer()).contains("GET / HTTP/1.1");
            assertThat(client.send(get("/%72oot//x")).answer()).contains("GET /x HTTP/1.1");
            assertThat(client.send(get("/one")).answer()).contains("GET /other HTTP/1.1");
            assertThat(client.send(get("/edit", "X-A: old", "x-a: older", "Cookie: c")).answer())
                    .contains("\r\nServer: sampan\r\n")
                    .contains("X-A: new\r\nX-B: b\r\n")
                    .doesNotContain("old")
                    .doesNotContain("Cookie");
            assertThat(client.send(get("/old?a=b")).answer())
                    .startsWith("HTTP/1.1 308")
                    .contains("Location: https://a.example/old?a=b\r\n");
            assertThat(client.send(get("/up")).answer()).endsWith("fine\n");
        }
    }

    @Test
    void aPathIsRewrittenByAnExpression() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                """
                                services: {s: {targets: ["%s"]}}
                                routes:
                                - {service: s, path: /v1, rewrite: {regex: "^/v1/([a-z]+)/(?<n>[0-9]+)$", to: "/item/${n}/of-$1$$"}}
                                - {service: s, path: /all, rewrite: {regex: "b+", to: x}}
                                - {service: s, path: /any, rewrite: {regex: ".*", to: /one}}
                                - {service: s, path: /dots, rewrite: {regex: "^/dots/x", to: /}}
                                - {service: s, path: /long, rewrite: {regex: "a", to: "%s"}}
                                """
                                        .formatted(server.address(), "b".repeat(1000)));
                RawClient client = gateway.client()) {
            assertThat(client.send(get("/v1/cart/17?q=1")).answer())
                    .contains("GET /item/17/of-cart$?q=1 HTTP/1.1\r\n");
            assertThat(client.send(get("/v1//cart/%31")).answer())
                    .contains("GET /item/1/of-cart$ HTTP/1.1");
            assertThat(client.send(get("/v1/Other")).answer()).contains("GET /v1/Other HTTP/1.1");
            assertThat(client.send(get("/all/abba/b")).answer())
                    .contains("GET /all/axa/x HTTP/1.1");
            assertThat(client.send(get("/any/thing?q")).answer()).contains("GET /one?q HTTP/1.1");
            assertThat(client.send(get("/dots/xa")).answer()).contains("GET /a HTTP/1.1");
            assertThat(client.send(get("/long/a")).answer())
                    .contains("GET /long/" + "b".repeat(1000) + " HTTP/1.1");
        }
    }

    /// What an expression makes of a hostile path must not be what the client could not ask for.
    @Test
    void aPathThatCannotBeRewrittenIsRefused() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                """
                                services: {s: {targets: ["%s"]}}
                                routes:
                                - {service: s, path: /dots, rewrite: {regex: "^/dots/x", to: /}}
                                - {service: s, path: /as}
                                - {service: s, path: /none, rewrite: {regex: "^/none/", to: ""}}
                                - {service: s, path: /cut, rewrite: {regex: "^(/cut/%%2)F", to: "$1"}}
                                - {service: s, path: /slow, rewrite: {regex: "^/slow/a*a*a*a*a*a*c$", to: /x}}
                                - {service: s, path: /long, rewrite: {regex: "a", to: "%s"}}
                                """
                                        .formatted(server.address(), "b".repeat(1000)))) {
            for (String path :
                    List.of(
                            "/dots/x../b",
                            "/none/a",
                            "/cut/%2F",
                            "/slow/" + "a".repeat(60) + "b",
                            "/long/aaaaaaaaa")) {
                try (RawClient client = gateway.client()) {
                    assertThat(client.send(get("/as" + path)).answer()).startsWith("HTTP/1.1 200");
                }
                try (RawClient client = gateway.client()) {
                    assertThat(client.send(get(path)).answer()).as(path).startsWith("HTTP/1.1 400");
                }
            }
        }
    }

    @Test
    void limitsCountApartAndSayWhenToComeBack() throws IOException {
        try (TestGateway gateway =
                        new TestGateway(
                                "routes: [{respond: {text: x},"
                                        + " limits: [{rate: 1/m, burst: 2, by: 'header:X-User'}]}]\n");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("/", "X-User: a")).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("/", "X-User: a")).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("/", "X-User: a")).answer())
                    .startsWith("HTTP/1.1 429")
                    .containsPattern("Retry-After: (59|60)\r\n");
            assertThat(client.send(get("/", "X-User: b")).answer()).startsWith("HTTP/1.1 200");
        }
    }

    private static String routes(ScriptedServer server, String routes) {
        return "services: {s: {targets: [\"" + server.address() + "\"]}}\nroutes:\n" + routes;
    }

    @Test
    void aChangeKeepsConnectionsCountersAndBuckets() throws IOException {
        String limited = "- {name: l, path: /l, respond: {text: x}, limits: [{rate: 1/h}]}\n";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                routes(server, limited + "- {name: a, path: /a, service: s}\n"));
                RawClient client = gateway.client()) {
            assertThat(client.send(get("/a")).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("/l")).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("/b")).answer()).startsWith("HTTP/1.1 404");
            assertThat(
                            gateway.change(
                                    routes(
                                            server,
                                            limited
                                                    + "- {name: a, path: /a, service: s}\n"
                                                    + "- {name: b, path: /b, service: s}\n")))
                    .isTrue();
            assertThat(client.send(get("/b")).answer()).startsWith("HTTP/1.1 200");
            assertThat(client.send(get("/l")).answer()).startsWith("HTTP/1.1 429");
            assertThat(client.send(get("/a")).answer()).startsWith("HTTP/1.1 200");
            assertThat(server.connections()).as("the pool is kept").isEqualTo(1);
            assertThat(
                            gateway.running().gateway().table().routes().stream()
                                    .filter(route -> route.name().equals("a"))
                                    .map(route -> route.stats().answers(2)))
                    .containsExactly(2L);
        }
    }

    @Test
    void aWrongChangeLeavesWhatWorked() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = new TestGateway(routes(server, "- {service: s}\n"));
                RawClient client = gateway.client()) {
            assertThat(gateway.change(routes(server, "- {service: typo}\n"))).isFalse();
            assertThat(gateway.change("loops: [")).isFalse();
            assertThat(client.send(get("/")).answer()).startsWith("HTTP/1.1 200");
            try (RawClient another = gateway.client()) {
                assertThat(another.send(get("/")).answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void anOpenBreakerAnswersAtOnceAndClosesWhenTheServerIsBack() throws Exception {
        boolean[] well = {false};
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                peer.write(
                                        (well[0] ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 No")
                                                + "\r\nContent-Length: 0\r\n\r\n");
                            }
                        });
                TestGateway gateway =
                        new TestGateway(
                                "services: {s: {targets: [\""
                                        + server.address()
                                        + "\"], breaker: {callsMin: 5, openFor: 100ms, probes: 1}}}\n"
                                        + "routes: [{service: s}]\n");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(get("/")).answer()).startsWith("HTTP/1.1 503 No");
            }
            assertThat(client.send(get("/")).answer())
                    .startsWith("HTTP/1.1 503 Service Unavailable")
                    .contains("Retry-After: 1");
            well[0] = true;
            String answer = "";
            while (!answer.startsWith("HTTP/1.1 200")) {
                answer = client.send(get("/")).answer();
            }
            assertThat(client.send(get("/")).answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void metricsAndLogTellWhatTheClientsSaw() throws IOException {
        Path log = Files.createTempFile("access", ".log");
        String metrics;
        try (ScriptedServer server = ScriptedServer.echoing()) {
            try (TestGateway gateway =
                            new TestGateway(
                                    "admin: 127.0.0.1:0\naccessLog: "
                                            + log
                                            + "\n"
                                            + routes(
                                                    server,
                                                    "- {name: a, path: /a, service: s}\n"));
                    RawClient client = gateway.client()) {
                for (int i = 0; i < 7; i++) {
                    client.send(get("/a?\"x".replace("\"", "%22"))).answer();
                }
                client.send(get("/b")).answer();
                client.send("GET /\0 HTTP/1.1\r\n\r\n").answer();
                int admin = gateway.running().admin().orElseThrow().port();
                try (Socket socket = new Socket("127.0.0.1", admin)) {
                    socket.getOutputStream()
                            .write(
                                    "GET /metrics HTTP/1.1\r\n\r\n"
                                            .getBytes(StandardCharsets.US_ASCII));
                    metrics =
                            new String(
                                    socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                }
            }
            assertThat(metrics)
                    .contains("sampan_gateway_requests_total{route=\"a\",code=\"2xx\"} 7\n")
                    .contains("sampan_gateway_requests_total{route=\"\",code=\"4xx\"} 2\n")
                    .contains("sampan_gateway_duration_seconds_count{route=\"a\"} 7\n")
                    .contains("le=\"+Inf\"} 7\n")
                    .contains("target=\"" + server.address() + "\"} 7\n");
            assertThat(Files.readAllLines(log))
                    .hasSize(9)
                    .anyMatch(line ->
                            line.contains("\"path\":\"/a\",\"status\":200")
                                    && line.endsWith(
                                            "\"route\":\"a\",\"target\":\""
                                                    + server.address()
                                                    + "\"}"))
                    .anyMatch(line -> line.contains("\"path\":\"/b\",\"status\":404"))
                    .anyMatch(line -> line.contains("\"status\":400"));
        }
        Files.delete(log);
    }
}
