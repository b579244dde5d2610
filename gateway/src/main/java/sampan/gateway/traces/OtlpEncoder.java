package sampan.gateway.traces;

import java.util.List;
import java.util.Map;

/// The messages of OTLP that a trace needs, in protobuf: ExportTraceServiceRequest out and
/// ExportTraceServiceResponse in (opentelemetry-proto 1.x, whose field numbers are frozen).
final class OtlpEncoder {
    private static final int REQUEST_RESOURCE_SPANS = 1;
    private static final int RESOURCE_SPANS_RESOURCE = 1;
    private static final int RESOURCE_SPANS_SCOPE_SPANS = 2;
    private static final int RESOURCE_ATTRIBUTES = 1;
    private static final int SCOPE_SPANS_SCOPE = 1;
    private static final int SCOPE_SPANS_SPANS = 2;
    private static final int SCOPE_NAME = 1;
    private static final int PAIR_KEY = 1;
    private static final int PAIR_VALUE = 2;
    private static final int VALUE_STRING = 1;
    private static final int VALUE_INT = 3;
    private static final int TRACE_ID = 1;
    private static final int SPAN_ID = 2;
    private static final int PARENT_ID = 4;
    private static final int NAME = 5;
    private static final int KIND = 6;
    private static final int START = 7;
    private static final int END = 8;
    private static final int ATTRIBUTES = 9;
    private static final int STATUS = 15;
    private static final int FLAGS = 16;
    private static final int STATUS_CODE = 3;
    private static final int STATUS_ERROR = 2;
    private static final int SPAN_BYTES = 512;

    private final Map<String, String> resource;

    OtlpEncoder(Map<String, String> resource) {
        this.resource = resource;
    }

    byte[] encode(List<Span> spans) {
        ProtobufWriter out = new ProtobufWriter(SPAN_BYTES * (spans.size() + 1));
        int resourceSpans = out.begin(REQUEST_RESOURCE_SPANS);
        int described = out.begin(RESOURCE_SPANS_RESOURCE);
        resource.forEach((name, value) -> attribute(out, RESOURCE_ATTRIBUTES, name, value));
        out.end(described);
        int scopeSpans = out.begin(RESOURCE_SPANS_SCOPE_SPANS);
        int scope = out.begin(SCOPE_SPANS_SCOPE);
        out.text(SCOPE_NAME, "sampan-gateway");
        out.end(scope);
        for (Span span : spans) {
            int message = out.begin(SCOPE_SPANS_SPANS);
            span(out, span);
            out.end(message);
        }
        out.end(scopeSpans);
        out.end(resourceSpans);
        return out.bytes();
    }

    private static void span(ProtobufWriter out, Span span) {
        Span.Place place = span.place();
        out.octets(TRACE_ID, place.high(), place.low());
        out.octets(SPAN_ID, place.id());
        if (place.parent() != 0) {
            out.octets(PARENT_ID, place.parent());
        }
        out.text(NAME, span.name());
        out.number(KIND, span.kind().code);
        out.fixed64(START, span.startUnixNanos());
        out.fixed64(END, span.endUnixNanos());
        for (Span.Attribute attribute : span.attributes()) {
            attribute(out, ATTRIBUTES, attribute.name(), attribute.value());
        }
        if (span.isError()) {
            int status = out.begin(STATUS);
            out.number(STATUS_CODE, STATUS_ERROR);
            out.end(status);
        }
        out.fixed32(FLAGS, place.flags());
    }

    private static void attribute(ProtobufWriter out, int field, String name, Object value) {
        int pair = out.begin(field);
        out.text(PAIR_KEY, name);
        int any = out.begin(PAIR_VALUE);
        if (value instanceof Long number) {
            out.number(VALUE_INT, number);
        } else {
            out.text(VALUE_STRING, value.toString());
        }
        out.end(any);
        out.end(pair);
    }

    /// How many spans of a batch an answer says were rejected: field 1 of the message in field 1.
    /// An answer that is none says nothing.
    static long rejected(byte[] answer, long most) {
        ProtobufReader partial = new ProtobufReader(answer).message(1);
        return Math.clamp(partial.number(1), 0, most);
    }
}
