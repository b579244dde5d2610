package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.ContextWriter;
import sampan.gateway.traces.Trace;
import sampan.gateway.traces.Tracer;

/// A loop's side of traces. Where none are configured a request costs a look at a field.
final class RequestTraces {
    private final Loop loop;
    private @Nullable Tracer tracer;
    private @Nullable ContextWriter writer;

    RequestTraces(Loop loop) {
        this.loop = loop;
    }

    /// Who decides in this turn.
    void turn(@Nullable Tracer now) {
        tracer = now;
    }

    /// A request's head is there; the view shows it.
    ///
    /// @param route none where none was found
    void begin(Exchange exchange, @Nullable Route route) {
        Tracer by = tracer;
        if (by == null) {
            return;
        }
        Trace trace = exchange.trace;
        if (trace == null) {
            trace = new Trace();
            exchange.trace = trace;
        }
        trace.begin(by, loop.view, route, exchange.started(), exchange.client.isStream());
    }

    /// The request goes on to a service: its head is about to be composed.
    void tell(Exchange exchange) {
        Trace trace = exchange.trace;
        if (trace != null && trace.isOn()) {
            ContextWriter with = writer;
            if (with == null) {
                with = new ContextWriter();
                writer = with;
            }
            trace.tell(loop.view, with);
        }
    }

    /// A target took no connection for it.
    void refused(Exchange exchange, Target target) {
        Trace trace = exchange.trace;
        if (trace != null) {
            trace.refused(target, loop.now);
        }
    }

    /// Why there is no whole answer.
    static void blame(@Nullable UpstreamConnection upstream, String type) {
        if (upstream != null) {
            upstream.blame(type);
        }
    }

    /// The client does not get all of the answer.
    void abort(Exchange exchange) {
        Trace trace = exchange.trace;
        if (trace != null) {
            trace.abort();
        }
    }

    void end(Exchange exchange) {
        Trace trace = exchange.trace;
        if (trace != null && trace.isOn()) {
            trace.end(exchange.status(), exchange.admission.identity(), loop.now);
        }
    }
}
