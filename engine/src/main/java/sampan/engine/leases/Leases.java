package sampan.engine.leases;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.store.JsonFiles;
import sampan.oci.Digest;

/// All leases of an engine. Thread-safe; every wait is for a short decision in memory.
public final class Leases {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Digest, Integer> held = new HashMap<>();
    private final Map<Digest, LastingLease> abandoned = new HashMap<>();
    private final Optional<JsonFiles<LastingLease.Held>> files;

    /// Leases that end with the daemon, all of them.
    public Leases() {
        files = Optional.empty();
    }

    /// Takes over lasting leases of an earlier daemon.
    ///
    /// @param directory of these, ours alone
    public Leases(Path directory) {
        JsonFiles<LastingLease.Held> found = new JsonFiles<>(directory, LastingLease.Held.class);
        files = Optional.of(found);
        JsonFiles.Loaded<LastingLease.Held> loaded = found.load();
        loaded.broken().forEach(file -> Directories.removeTree(file.file()));
        for (LastingLease.Held record : loaded.objects().values()) {
            record.digests().forEach(this::hold);
            abandoned.put(record.name(), new LastingLease(this, record));
        }
    }

    /// A lease that a later daemon takes over where this one is killed. An abandoned one of this
    /// name goes on as this.
    ///
    /// @param digests all that it holds, from now on
    public LastingLease lasting(Digest name, Set<Digest> digests) {
        LastingLease.Held record = new LastingLease.Held(name, digests, Instant.now());
        LastingLease lease = new LastingLease(this, record);
        record.digests().forEach(this::hold);
        LastingLease before = deciding(() -> abandoned.remove(name));
        if (before != null) {
            before.record().digests().forEach(this::release);
        }
        files.ifPresent(f -> f.put(name.hex(), record, Durability.DAEMON));
        return lease;
    }

    void finish(LastingLease lease) {
        files.ifPresent(f -> f.remove(lease.record().name().hex()));
        lease.record().digests().forEach(this::release);
    }

    void abandon(LastingLease lease) {
        if (files.isEmpty()) {
            finish(lease);
            return;
        }
        LastingLease.Held record = lease.record();
        files.get().put(record.name().hex(), record, Durability.DAEMON);
        LastingLease other = deciding(() -> abandoned.put(record.name(), lease));
        if (other != null) {
            other.record().digests().forEach(this::release);
        }
    }

    /// Ends the abandoned leases that are older than [LastingLease#LIFE].
    public void expire() {
        endAbandoned(Instant.now().minus(LastingLease.LIFE));
    }

    /// Ends all abandoned leases.
    public void endAbandoned() {
        endAbandoned(Instant.MAX);
    }

    private void endAbandoned(Instant until) {
        List<LastingLease> over =
                deciding(() -> {
                    List<LastingLease> found =
                            abandoned.values().stream()
                                    .filter(l -> l.record().begun().isBefore(until))
                                    .toList();
                    found.forEach(l -> abandoned.remove(l.record().name()));
                    return found;
                });
        over.forEach(this::finish);
    }

    public Lease open() {
        return new Lease(this);
    }

    void hold(Digest digest) {
        deciding(() -> held.merge(digest, 1, Integer::sum));
    }

    void release(Digest digest) {
        deciding(() -> {
            held.computeIfPresent(digest, (d, count) -> count == 1 ? null : count - 1);
            return 0;
        });
    }

    /// Runs a collector's decision while no hold begins or ends. It asks [#isHeld] and takes what
    /// is not held out of its index; the slow part of the removal comes after.
    public <T> T deciding(Supplier<T> decision) {
        lock.lock();
        try {
            return decision.get();
        } finally {
            lock.unlock();
        }
    }

    /// Whether any lease holds it; true only for the moment outside of [#deciding].
    public boolean isHeld(Digest digest) {
        return deciding(() -> held.containsKey(digest));
    }
}
