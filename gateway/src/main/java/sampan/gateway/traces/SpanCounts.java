package sampan.gateway.traces;

import java.util.concurrent.atomic.LongAdder;

/// What became of spans. Thread-safe.
public final class SpanCounts {
    private final LongAdder exported = new LongAdder();
    private final LongAdder overflowed = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    /// Taken by the collector.
    public long exported() {
        return exported.sum();
    }

    /// Dropped because too many waited.
    public long overflowed() {
        return overflowed.sum();
    }

    /// Dropped because the collector could not be reached, or would not have them.
    public long unsent() {
        return unsent.sum();
    }

    /// Those of a batch that the collector took but for these.
    public long rejected() {
        return rejected.sum();
    }

    void export(long spans, long refused) {
        exported.add(spans - refused);
        rejected.add(refused);
    }

    void overflow() {
        overflowed.increment();
    }

    void lose(long spans) {
        unsent.add(spans);
    }
}
