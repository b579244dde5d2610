package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.gateway.proxy.Traced.PARENT;
import static sampan.gateway.proxy.Traced.SPAN;
import static sampan.gateway.proxy.Traced.TRACE;
import static sampan.gateway.proxy.Traced.config;
import static sampan.gateway.proxy.Traced.get;
import static sampan.gateway.proxy.Traced.told;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.gateway.process.TestGateway;
import sampan.gateway.traces.OtlpReceiver;

/// Which trace a request belongs to, by what its client says, and what its server is told.
@Timeout(60)
class TraceContextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent: ff-" + TRACE + "-" + SPAN + "-01",
                "traceparent: 00-" + TRACE + "-" + SPAN + "-01-x",
                "traceparent: 00-" + TRACE + "-" + SPAN + "-1",
                "traceparent: 00-" + TRACE + "-" + SPAN + "-0x",
                "traceparent: 01-" + TRACE + "-" + SPAN + "-01x",
                "traceparent: 00-00000000000000000000000000000000-" + SPAN + "-01",
                "traceparent: 00-" + TRACE + "-0000000000000000-01",
                "traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "traceparent: 00_" + TRACE + "-" + SPAN + "-01",
                "traceparent: 00-" + TRACE + "-" + SPAN,
                "traceparent:",
                "traceparent: " + TRACE,
                "traceparent: 00-"
                        + TRACE
                        + "-"
                        + SPAN
                        + "-01\r\n"
                        + "traceparent: 00-"
                        + TRACE
                        + "-"
                        + SPAN
                        + "-01",
            })
    void anUnsoundTraceparentBeginsANewTrace(String field) throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(config(collector, "sample: 0", server.address()));
                RawClient client = gateway.client()) {
            String answer = client.send(get("/cart", field + "\r\ntracestate: a=1\r\n")).answer();
            Matcher told = told(answer);
            assertThat(told.group(1)).isNotEqualTo(TRACE).isNotEqualTo("0".repeat(32));
            assertThat(told.group(3)).isEqualTo("02");
            assertThat(answer).doesNotContain(SPAN).doesNotContain("tracestate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a=", "=b", "A=b", "a=b=c", "a=1,b", "a=\t\u00e9"})
    void anUnsoundTracestateIsDroppedAndTheTraceGoesOn(String state) throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(config(collector, "sample: 0", server.address()));
                RawClient client = gateway.client()) {
            String answer =
                    client.send(get("/cart", PARENT + "tracestate: " + state + "\r\n")).answer();
            assertThat(told(answer).group(1)).isEqualTo(TRACE);
            assertThat(answer).doesNotContain("tracestate");
            String many = "tracestate: " + "a=1,".repeat(32);
            assertThat(client.send(get("/cart", PARENT + many + "\r\n")).answer())
                    .contains("tracestate: a=1,a=1");
            assertThat(client.send(get("/cart", PARENT + many + "b=1\r\n")).answer())
                    .doesNotContain("tracestate");
        }
    }

    @Test
    void aLaterVersionIsReadAsFarAsItIsKnown() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = new TestGateway(config(collector, "", server.address()));
                RawClient client = gateway.client()) {
            String field = "traceparent: cc-" + TRACE + "-" + SPAN + "-ff-more\r\n";
            Matcher told = told(client.send(get("/cart", field)).answer());
            assertThat(told.group(1)).isEqualTo(TRACE);
            assertThat(told.group(3)).isEqualTo("03");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b3: " + TRACE + "-" + SPAN + "-1-00f067aa0ba902b8",
                "b3: " + TRACE + "-" + SPAN + "-1",
                "X-B3-TraceId: " + TRACE + "\r\nX-B3-SpanId: " + SPAN + "\r\nX-B3-Sampled: true",
                "X-B3-TraceId: " + TRACE + "\r\nX-B3-SpanId: " + SPAN + "\r\nX-B3-Sampled: 1",
            })
    void b3IsReadAndWrittenInEitherForm(String fields) throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            try (TestGateway gateway =
                            new TestGateway(
                                    config(
                                            collector,
                                            "accept: [w3c, b3], send: [b3, b3multi], sample: 0",
                                            server.address()));
                    RawClient client = gateway.client()) {
                client.send(get("/cart", fields + "\r\nX-B3-ParentSpanId: 1\r\n")).answer();
                collector.await(2);
            }
            Span outer = collector.spans(Span.SpanKind.SPAN_KIND_SERVER).getFirst();
            Span inner = collector.spans(Span.SpanKind.SPAN_KIND_CLIENT).getFirst();
            String own = OtlpReceiver.hex(outer.getSpanId());
            String told = OtlpReceiver.hex(inner.getSpanId());
            assertThat(OtlpReceiver.hex(outer.getParentSpanId())).isEqualTo(SPAN);
            assertThat(server.heads().getFirst())
                    .contains("b3: " + TRACE + "-" + told + "-1-" + own + "\r\n")
                    .contains("X-B3-TraceId: " + TRACE + "\r\nX-B3-SpanId: " + told + "\r\n")
                    .contains("X-B3-ParentSpanId: " + own + "\r\nX-B3-Sampled: 1\r\n")
                    .doesNotContain("traceparent")
                    .doesNotContain(SPAN);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b3: x",
                "b3: " + TRACE,
                "b3: " + TRACE + "-" + SPAN + "-",
                "b3: " + TRACE + "-" + SPAN + "-2",
                "b3: " + TRACE + "-" + SPAN + "-1-",
                "b3: " + TRACE + "-" + SPAN + "-1-00f067aa0ba902bX",
                "b3: " + TRACE + "-0000000000000000-1",
                "X-B3-TraceId: " + TRACE,
                "X-B3-SpanId: " + SPAN,
                "X-B3-TraceId: " + SPAN + "x\r\nX-B3-SpanId: " + SPAN,
            })
    void anUnsoundB3BeginsANewTrace(String fields) throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(config(collector, "accept: b3", server.address()));
                RawClient client = gateway.client()) {
            String answer = client.send(get("/cart", fields + "\r\n")).answer();
            assertThat(told(answer).group(1)).isNotEqualTo(TRACE);
            assertThat(answer)
                    .doesNotContain(SPAN)
                    .doesNotContainIgnoringCase("b3:")
                    .doesNotContainIgnoringCase("x-b3");
        }
    }

    @Test
    void whoIsNotRecordedIsToldOnAndNotExported() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing()) {
            String unsampled = PARENT.replace("-01\r", "-00\r");
            try (TestGateway gateway =
                            new TestGateway(
                                    config(
                                                    collector,
                                                    "sample: 0, accept: [w3c, b3],"
                                                            + " routes: {all: 1}",
                                                    server.address())
                                            .replace(
                                                    "routes: [",
                                                    "routes: [{name: all, path: /all, service: s},"));
                    RawClient client = gateway.client()) {
                assertThat(told(client.send(get("/cart", "")).answer()).group(3)).isEqualTo("02");
                assertThat(told(client.send(get("/all", unsampled)).answer()).group(3))
                        .isEqualTo("00");
                assertThat(told(client.send(get("/all", "b3: 0\r\n")).answer()).group(3))
                        .isEqualTo("02");
                assertThat(told(client.send(get("/cart", "b3: d\r\n")).answer()).group(3))
                        .isEqualTo("03");
                assertThat(told(client.send(get("/all/x", "")).answer()).group(3)).isEqualTo("03");
                collector.await(4);
            }
            assertThat(
                            collector.spans(Span.SpanKind.SPAN_KIND_SERVER).stream()
                                    .map(s -> OtlpReceiver.attributes(s.getAttributesList()))
                                    .map(a -> a.get("url.path")))
                    .containsExactly("/cart", "/all/x");
        }
    }

    @Test
    void aParentThatIsNotFollowedDoesNotDecide() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                config(
                                        collector,
                                        "sample: 0, followParent: false",
                                        server.address()));
                RawClient client = gateway.client()) {
            Matcher told = told(client.send(get("/cart", PARENT)).answer());
            assertThat(told.group(1)).isEqualTo(TRACE);
            assertThat(told.group(3)).isEqualTo("00");
        }
    }
}
