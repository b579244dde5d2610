package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.gateway.proxy.Traced.PARENT;
import static sampan.gateway.proxy.Traced.SPAN;
import static sampan.gateway.proxy.Traced.TRACE;
import static sampan.gateway.proxy.Traced.config;
import static sampan.gateway.proxy.Traced.get;
import static sampan.gateway.proxy.Traced.told;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;
import sampan.gateway.traces.OtlpReceiver;

/// Spans as a collector gets them.
@Timeout(60)
class TracesTest {
    @Test
    void aRequestMakesAServersAndAClientsSpanBelowItsClientsOne() throws Exception {
        Path log = Files.createTempFile("access", ".log");
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            try (TestGateway gateway =
                            new TestGateway(
                                    "accessLog: "
                                            + log
                                            + "\n"
                                            + config(
                                                    collector,
                                                    "service: shop, gzip: true, attributes: {a: b}",
                                                    server.address()));
                    RawClient client = gateway.client()) {
                assertThat(
                                client.send(
                                                get(
                                                        "/cart/7?q",
                                                        "User-Agent: probe\r\nTracestate: a=1\r\n"
                                                                + PARENT))
                                        .answer())
                        .startsWith("HTTP/1.1 200");
                collector.await(2);
            }
            assertThat(collector.wrong()).isEmpty();
            Span outer = collector.spans(Span.SpanKind.SPAN_KIND_SERVER).getFirst();
            Span inner = collector.spans(Span.SpanKind.SPAN_KIND_CLIENT).getFirst();
            assertThat(collector.spans()).hasSize(2);
            assertThat(OtlpReceiver.hex(outer.getTraceId())).isEqualTo(TRACE);
            assertThat(OtlpReceiver.hex(outer.getParentSpanId())).isEqualTo(SPAN);
            assertThat(inner.getTraceId()).isEqualTo(outer.getTraceId());
            assertThat(inner.getParentSpanId()).isEqualTo(outer.getSpanId());
            assertThat(outer.getName()).isEqualTo("GET /cart/*");
            assertThat(inner.getName()).isEqualTo("GET");
            assertThat(outer.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
            assertThat(OtlpReceiver.attributes(outer.getAttributesList()))
                    .containsAllEntriesOf(
                            Map.of(
                                    "http.request.method", "GET",
                                    "http.route", "/cart/*",
                                    "url.path", "/cart/7",
                                    "url.scheme", "http",
                                    "http.response.status_code", "200",
                                    "network.protocol.version", "1.1",
                                    "server.address", "shop.example",
                                    "server.port", "8080",
                                    "user_agent.original", "probe",
                                    "client.address", "127.0.0.1"))
                    .doesNotContainKey("error.type");
            assertThat(OtlpReceiver.attributes(inner.getAttributesList()))
                    .containsAllEntriesOf(
                            Map.of(
                                    "http.request.method", "GET",
                                    "http.response.status_code", "200",
                                    "server.address", "127.0.0.1",
                                    "server.port", Integer.toString(server.port()),
                                    "network.protocol.version", "1.1"))
                    .doesNotContainKeys("error.type", "http.request.resend_count");
            assertThat(
                            OtlpReceiver.attributes(
                                    collector.resources().getFirst().getAttributesList()))
                    .containsExactly(Map.entry("service.name", "shop"), Map.entry("a", "b"));
            String head = server.heads().getFirst();
            assertThat(told(head).group(1)).isEqualTo(TRACE);
            assertThat(told(head).group(2)).isEqualTo(OtlpReceiver.hex(inner.getSpanId()));
            assertThat(head).contains("Tracestate: a=1\r\n");
            assertThat(Files.readString(log)).contains("\"trace\":\"" + TRACE + "\"");
        } finally {
            Files.delete(log);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void eachAttemptIsASpanAndTheServerIsToldOfItsOwn() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            try (TestGateway gateway =
                            new TestGateway(
                                    config(
                                            collector,
                                            "send: [w3c, b3, b3multi]",
                                            "127.0.0.1:" + closedPort(),
                                            server.address()));
                    RawClient client = gateway.client()) {
                for (int i = 0; i < 4; i++) {
                    assertThat(client.send(get("/cart", "")).answer()).startsWith("HTTP/1.1 200");
                }
                collector.await(() -> sound(collector).size() == 4);
            }
            List<Span> attempts = collector.spans(Span.SpanKind.SPAN_KIND_CLIENT);
            List<Span> failed =
                    attempts.stream()
                            .filter(s ->
                                    s.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
                            .toList();
            assertThat(failed).isNotEmpty().hasSize(attempts.size() - 4);
            assertThat(failed)
                    .allSatisfy(s ->
                            assertThat(OtlpReceiver.attributes(s.getAttributesList()))
                                    .containsEntry("error.type", "connection_refused"));
            assertThat(server.heads().stream().map(h -> told(h).group(2)))
                    .containsExactlyElementsOf(
                            sound(collector).stream()
                                    .map(s -> OtlpReceiver.hex(s.getSpanId()))
                                    .toList());
            assertThat(
                            sound(collector).stream()
                                    .map(s -> OtlpReceiver.attributes(s.getAttributesList()))
                                    .filter(a -> "1".equals(a.get("http.request.resend_count"))))
                    .hasSize(failed.size());
        }
    }

    private static List<Span> sound(OtlpReceiver collector) {
        return collector.spans(Span.SpanKind.SPAN_KIND_CLIENT).stream()
                .filter(s -> s.getStatus().getCode() != Status.StatusCode.STATUS_CODE_ERROR)
                .toList();
    }

    @Test
    void aKeptConnectionThatIsClosedMakesASecondAttemptOfItsOwn() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server =
                        new ScriptedServer(peer -> {
                            String head = peer.head();
                            peer.write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + head.length()
                                            + "\r\n\r\n"
                                            + head);
                            peer.head(); // takes the next, says nothing, closes
                        })) {
            String answer;
            try (TestGateway gateway = new TestGateway(config(collector, "", server.address()));
                    RawClient client = gateway.client()) {
                client.send(get("/cart", "")).answer();
                answer = client.send(get("/cart", "")).answer();
                collector.await(5);
            }
            List<Span> attempts = collector.spans(Span.SpanKind.SPAN_KIND_CLIENT);
            assertThat(attempts).hasSize(3);
            assertThat(OtlpReceiver.attributes(attempts.get(1).getAttributesList()))
                    .containsEntry("error.type", "connection_closed");
            assertThat(OtlpReceiver.hex(attempts.get(2).getSpanId()))
                    .isEqualTo(told(answer).group(2))
                    .isNotEqualTo(OtlpReceiver.hex(attempts.get(1).getSpanId()));
        }
    }

    @Test
    void failuresHaveTheirErrorType() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer closing = new ScriptedServer(ScriptedServer.Peer::head);
                ScriptedServer talking =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write("nonsense\r\n\r\n");
                        });
                ScriptedServer ill =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                        })) {
            try (TestGateway gateway =
                            new TestGateway(
                                    "traces: "
                                            + collector.uri()
                                            + "\nservices:\n"
                                            + "  a: {targets: [\""
                                            + closing.address()
                                            + "\"]}\n  b: {targets: [\""
                                            + talking.address()
                                            + "\"]}\n  c: {targets: [\""
                                            + ill.address()
                                            + "\"]}\nroutes: [{path: /a, service: a},"
                                            + " {path: /b, service: b}, {path: /c, service: c}]\n");
                    RawClient client = gateway.client()) {
                assertThat(client.send(get("/a", "")).answer()).startsWith("HTTP/1.1 502");
                assertThat(client.send(get("/b", "")).answer()).startsWith("HTTP/1.1 502");
                assertThat(client.send(get("/c", "")).answer()).startsWith("HTTP/1.1 500");
                assertThat(client.send(get("/none", "")).answer()).startsWith("HTTP/1.1 404");
                collector.await(7);
            }
            assertThat(errors(collector, Span.SpanKind.SPAN_KIND_CLIENT))
                    .containsExactly("connection_closed", "malformed_response", "500");
            assertThat(errors(collector, Span.SpanKind.SPAN_KIND_SERVER))
                    .containsExactly("502", "502", "500", "");
        }
    }

    private static List<String> errors(OtlpReceiver collector, Span.SpanKind kind) {
        return collector.spans(kind).stream()
                .map(s -> OtlpReceiver.attributes(s.getAttributesList()))
                .map(a -> a.getOrDefault("error.type", ""))
                .toList();
    }

    @Test
    void aStreamOfHttp2IsARequestOfItsOwn() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            try (TestGateway gateway = new TestGateway(config(collector, "", server.address()));
                    Http2Peer peer = new Http2Peer(gateway.port(), true)) {
                String named = Http2Peer.field("traceparent", "00-" + TRACE + "-" + SPAN + "-01");
                assertThat(
                                peer.send(
                                        Http2Peer.frame(
                                                Http2Peer.HEADERS,
                                                Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                                                1,
                                                Http2Peer.get("/cart/2") + named)))
                        .isTrue();
                assertThat(peer.answer(1)).isNotEmpty();
                collector.await(2);
            }
            Span outer = collector.spans(Span.SpanKind.SPAN_KIND_SERVER).getFirst();
            assertThat(OtlpReceiver.hex(outer.getParentSpanId())).isEqualTo(SPAN);
            assertThat(OtlpReceiver.attributes(outer.getAttributesList()))
                    .containsEntry("network.protocol.version", "2")
                    .containsEntry("server.address", "a.example");
        }
    }

    @Test
    void aClientThatGoesAwayEndsItsSpans() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver()) {
            java.util.concurrent.CountDownLatch asked = new java.util.concurrent.CountDownLatch(1);
            try (ScriptedServer server =
                            new ScriptedServer(peer -> {
                                peer.head();
                                asked.countDown();
                                peer.head(); // until the gateway goes away
                            });
                    TestGateway gateway =
                            new TestGateway(config(collector, "", server.address()))) {
                RawClient client = gateway.client();
                client.send(get("/cart", ""));
                asked.await();
                client.socket().setSoLinger(true, 0);
                client.close();
                collector.await(2);
            }
            assertThat(errors(collector, Span.SpanKind.SPAN_KIND_CLIENT))
                    .containsExactly("canceled");
            assertThat(errors(collector, Span.SpanKind.SPAN_KIND_SERVER))
                    .containsExactly("canceled");
        }
    }

    @Test
    void aCollectorThatIsAwayOrFullCostsSpansAndNothingElse() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                OtlpReceiver collector = new OtlpReceiver()) {
            collector.refuse(400);
            String metrics;
            TestGateway gateway = new TestGateway(config(collector, "queue: 2", server.address()));
            Gateway proxy = gateway.running().gateway();
            try (gateway;
                    RawClient client = gateway.client()) {
                for (int i = 0; i < 700; i++) {
                    assertThat(client.send(get("/cart", "")).answer()).startsWith("HTTP/1.1 200");
                }
            }
            metrics = sampan.gateway.admin.AdminServer.metrics(proxy);
            long dropped = proxy.spans().overflowed() + proxy.spans().unsent();
            assertThat(proxy.spans().unsent()).as(metrics).isPositive();
            assertThat(proxy.spans().exported() + dropped).isEqualTo(1400);
            assertThat(proxy.spans().exported()).isLessThanOrEqualTo(collector.spans().size());
            assertThat(metrics)
                    .contains(
                            "sampan_gateway_spans_dropped_total{reason=\"queue\"} "
                                    + proxy.spans().overflowed()
                                    + "\n");
        }
    }

    @Test
    void whatACollectorRejectsIsNotCountedAsExported() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                OtlpReceiver collector = new OtlpReceiver()) {
            collector.reject(1);
            TestGateway gateway = new TestGateway(config(collector, "", server.address()));
            Gateway proxy = gateway.running().gateway();
            try (gateway;
                    RawClient client = gateway.client()) {
                client.send(get("/cart", "")).answer();
                collector.await(2);
            }
            assertThat(proxy.spans().rejected() + proxy.spans().exported()).isEqualTo(2);
            assertThat(proxy.spans().rejected()).isPositive();
        }
    }

    @Test
    void aChangedFileTracesFromThenOn() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            String traced = config(collector, "", server.address());
            String plain = traced.substring(traced.indexOf('\n') + 1);
            try (TestGateway gateway = new TestGateway(plain);
                    RawClient client = gateway.client()) {
                assertThat(client.send(get("/cart", PARENT)).answer()).contains(PARENT);
                assertThat(gateway.change(traced)).isTrue();
                assertThat(client.send(get("/cart", PARENT)).answer()).doesNotContain(PARENT);
                assertThat(gateway.change(traced.replace("}\nserv", "ca: /none}\nserv"))).isFalse();
                assertThat(client.send(get("/cart", PARENT)).answer()).doesNotContain(PARENT);
                assertThat(gateway.change(plain)).isTrue();
                collector.await(4);
                assertThat(client.send(get("/cart", PARENT)).answer()).contains(PARENT);
            }
            assertThat(collector.spans(Span.SpanKind.SPAN_KIND_SERVER)).hasSize(2);
        }
    }
}
