package sampan.gateway.traces;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.Head;

/// Decides which requests are recorded, and hands their spans on. Thread-safe; closed when nobody
/// begins a trace by it any more: spans that end later are lost and counted.
public final class Tracer implements AutoCloseable {
    private static final long SECOND = 1_000_000_000L;

    private final TraceSettings settings;
    private final SpanExporter exporter;

    /// @param counts of spans, which outlive tracers
    public Tracer(TraceSettings settings, SpanCounts counts) {
        this.settings = settings;
        exporter = new SpanExporter(settings, counts);
    }

    public TraceSettings settings() {
        return settings;
    }

    /// The first format that is there and sound holds.
    void read(Head head, TraceContext to) {
        for (int i = 0; i < settings.accept().size(); i++) {
            boolean found =
                    switch (settings.accept().get(i)) {
                        case W3C -> to.readW3c(head);
                        case B3 -> to.readB3(head);
                    };
            if (found) {
                return;
            }
            to.clear();
        }
    }

    boolean records(TraceContext context, @Nullable Route route) {
        TraceSettings.Sampling sampling = settings.sampling();
        if (sampling.followsParent() && context.decision() != TraceContext.Decision.NONE) {
            return context.decision() != TraceContext.Decision.NO;
        }
        double ratio = sampling.ratio();
        if (route != null && !sampling.routes().isEmpty()) {
            Double own = sampling.routes().get(route.name());
            ratio = own == null ? ratio : own;
        }
        // By the identifier, so that all who take the same ratio record the same traces.
        return ratio >= 1
                || (context.low() & Long.MAX_VALUE) < (long) (ratio * (double) Long.MAX_VALUE);
    }

    void ended(Span span) {
        exporter.offer(span);
    }

    /// The time of day of an instant of System.nanoTime.
    static long unixNanos(long nanos) {
        Instant now = Instant.now();
        return now.getEpochSecond() * SECOND + now.getNano() - (System.nanoTime() - nanos);
    }

    /// Sends what waits, for a while.
    @Override
    public void close() {
        exporter.close();
    }
}
