package sampan.gateway.traces;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;

/// A collector that takes OTLP over HTTP as the specification has it, decodes it by the official
/// messages and keeps what came.
public final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final List<Integer> refusals = new CopyOnWriteArrayList<>();
    private volatile long rejects;

    public OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    public String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Answers the next requests with these statuses, and takes nothing of them.
    public void refuse(Integer... statuses) {
        refusals.addAll(List.of(statuses));
    }

    /// Says of each batch that so many of it were rejected.
    public void reject(long spansOfEach) {
        rejects = spansOfEach;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream in = body(exchange)) {
            byte[] body = in.readAllBytes();
            if (!refusals.isEmpty()) {
                exchange.sendResponseHeaders(refusals.removeFirst(), -1);
                return;
            }
            if (!"POST".equals(exchange.getRequestMethod())
                    || !"application/x-protobuf"
                            .equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
                wrong.add(exchange.getRequestMethod() + " " + exchange.getRequestHeaders());
            }
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(body);
            if (!request.getUnknownFields().asMap().isEmpty()) {
                wrong.add("unknown fields " + request.getUnknownFields());
            }
            request.getResourceSpansList()
                    .forEach(each -> {
                        resources.add(each.getResource());
                        each.getScopeSpansList()
                                .forEach(scope -> scope.getSpansList().forEach(this::take));
                    });
            ExportTraceServiceResponse.Builder answer = ExportTraceServiceResponse.newBuilder();
            if (rejects > 0) {
                answer.setPartialSuccess(
                        ExportTracePartialSuccess.newBuilder()
                                .setErrorMessage("not these")
                                .setRejectedSpans(rejects));
            }
            byte[] bytes = answer.build().toByteArray();
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /// Waits until spans are there that make it true.
    public synchronized void await(BooleanSupplier enough) throws InterruptedException {
        while (!enough.getAsBoolean()) {
            wait();
        }
    }

    /// Waits for so many spans.
    public void await(int count) throws InterruptedException {
        await(() -> spans.size() >= count);
    }

    private synchronized void take(Span span) {
        if (!span.getUnknownFields().asMap().isEmpty()
                || span.getTraceId().size() != 16
                || span.getSpanId().size() != 8
                || span.getEndTimeUnixNano() < span.getStartTimeUnixNano()) {
            wrong.add(span.toString());
        }
        spans.add(span);
        notifyAll();
    }

    private static InputStream body(HttpExchange exchange) throws IOException {
        boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        return packed ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody();
    }

    public List<Span> spans() {
        return spans;
    }

    /// Spans of a kind, in the order in which they ended.
    public List<Span> spans(Span.SpanKind kind) {
        return spans.stream().filter(span -> span.getKind() == kind).toList();
    }

    public List<Resource> resources() {
        return resources;
    }

    /// What a collector would have complained of.
    public List<String> wrong() {
        return wrong;
    }

    public static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    /// Attributes by name, as texts.
    public static Map<String, String> attributes(List<KeyValue> pairs) {
        Map<String, String> all = new LinkedHashMap<>();
        for (KeyValue pair : pairs) {
            AnyValue value = pair.getValue();
            all.put(
                    pair.getKey(),
                    value.hasIntValue()
                            ? Long.toString(value.getIntValue())
                            : value.getStringValue());
        }
        return all;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
