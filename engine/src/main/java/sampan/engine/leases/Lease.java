package sampan.engine.leases;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sampan.oci.Digest;

/// Keeps content from being collected until it is closed. Thread-safe.
public final class Lease implements AutoCloseable {
    private final Leases leases;
    private final Set<Digest> digests = ConcurrentHashMap.newKeySet();

    Lease(Leases leases) {
        this.leases = leases;
    }

    public void hold(Digest digest) {
        if (digests.add(digest)) {
            leases.hold(digest);
        }
    }

    @Override
    public void close() {
        for (Digest digest : List.copyOf(digests)) {
            if (digests.remove(digest)) {
                leases.release(digest);
            }
        }
    }
}
