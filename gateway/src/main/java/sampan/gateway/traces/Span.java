package sampan.gateway.traces;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was done from one instant to another on behalf of a trace. Of one thread until it ends,
/// unchanging then.
public final class Span {
    private static final int TEXT_CHARS_MAX = 1024;

    /// Which side of a request it is of.
    enum Kind {
        SERVER(2),
        CLIENT(3);

        /// As OTLP has it.
        final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /// A name and a String, Long or Boolean.
    record Attribute(String name, Object value) {}

    /// @param flags of the trace
    record Place(long high, long low, long id, long parent, int flags) {}

    private final Tracer tracer;
    private final Place place;
    private final Kind kind;
    private final String name;
    private final long startUnixNanos;
    private final long startNanos;
    private final List<Attribute> attributes = new ArrayList<>(16);
    private long endUnixNanos;
    private @Nullable String error;
    private int status;
    private boolean complete;

    Span(Tracer tracer, Place place, Kind kind, String name, long startNanos) {
        this.tracer = tracer;
        this.place = place;
        this.kind = kind;
        this.name = name;
        this.startNanos = startNanos;
        startUnixNanos = Tracer.unixNanos(startNanos);
    }

    void set(String attribute, String value) {
        if (!value.isEmpty()) {
            attributes.add(
                    new Attribute(
                            attribute,
                            value.length() > TEXT_CHARS_MAX
                                    ? value.substring(0, TEXT_CHARS_MAX)
                                    : value));
        }
    }

    void set(String attribute, long value) {
        attributes.add(new Attribute(attribute, value));
    }

    /// The status of the answer is known.
    public void answered(int code) {
        status = code;
    }

    /// All of the answer was there.
    public void complete() {
        complete = true;
    }

    /// Why it is no success; the first reason holds.
    public void blame(String type) {
        if (error == null) {
            error = type;
        }
    }

    /// It is over; nothing is told of it any more.
    public void end(long nowNanos) {
        endUnixNanos = startUnixNanos + Math.max(0, nowNanos - startNanos);
        if (status > 0) {
            set("http.response.status_code", status);
        }
        if (status >= (kind == Kind.SERVER ? 500 : 400)) {
            blame(Integer.toString(status));
        }
        if (!complete) {
            blame("canceled");
        }
        if (error != null) {
            set("error.type", error);
        }
        tracer.ended(this);
    }

    Place place() {
        return place;
    }

    Kind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    long startUnixNanos() {
        return startUnixNanos;
    }

    long endUnixNanos() {
        return endUnixNanos;
    }

    List<Attribute> attributes() {
        return attributes;
    }

    boolean isError() {
        return error != null;
    }
}
