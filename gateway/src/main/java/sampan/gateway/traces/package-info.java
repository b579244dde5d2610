/// Distributed traces: which trace a request belongs to, what servers are told of it, and spans for
/// a collector.
///
/// [Trace] goes with one request, on the thread of its loop; [Tracer] decides what is recorded, and
/// [SpanExporter] sends it by OTLP on a thread of its own. Nothing here costs anything where no
/// tracer is configured, and a request that is not recorded allocates nothing.
@NullMarked
package sampan.gateway.traces;

import org.jspecify.annotations.NullMarked;
