package sampan.engine.leases;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import sampan.oci.Digest;

/// A lease that outlives the daemon: what a pull that was cut off has so far. It ends by [#finish],
/// or some time after it was left. Used by one thread.
public final class LastingLease implements AutoCloseable {
    /// How long an abandoned one holds, from its begin.
    public static final Duration LIFE = Duration.ofHours(24);

    private final Leases leases;
    private final Held record;
    private boolean closed;

    /// On disk.
    ///
    /// @param name digest of what is pulled
    record Held(Digest name, Set<Digest> digests, Instant begun) {
        Held {
            digests = Set.copyOf(digests);
        }
    }

    LastingLease(Leases leases, Held record) {
        this.leases = leases;
        this.record = record;
    }

    Held record() {
        return record;
    }

    /// It is done, or not worth going on.
    public void finish() {
        if (!closed) {
            closed = true;
            leases.finish(this);
        }
    }

    /// Leaves it for a later try, unless it was finished.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            leases.abandon(this);
        }
    }
}
