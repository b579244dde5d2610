package sampan.engine.leases;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.store.JsonFiles;
import sampan.engine.store.Remains;
import sampan.oci.Digest;

/// All leases of an engine. Thread-safe; every wait is for a short decision in memory.
public final class Leases {
    private static final System.Logger LOG = System.getLogger(Leases.class.getName());
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final String NONE = "0".repeat(64);

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Digest, Integer> held = new HashMap<>();
    private final Map<Digest, LastingLease> abandoned = new HashMap<>();
    private final Map<Digest, Integer> going = new HashMap<>();
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
        LastingLease before =
                deciding(() -> {
                    going.merge(name, 1, Integer::sum);
                    return abandoned.remove(name);
                });
        if (before != null) {
            before.record().digests().forEach(this::release);
        }
        write(record);
        return lease;
    }

    // Where the disk does not take it, it lasts as long as this daemon.
    private void write(LastingLease.Held record) {
        try {
            files.ifPresent(f -> f.put(record.name().hex(), record, Durability.DAEMON));
        } catch (UncheckedIOException e) {
            LOG.log(Level.DEBUG, "lease " + record.name(), e);
        }
    }

    void finish(LastingLease lease) {
        files.ifPresent(f -> Remains.delete(f.file(lease.record().name().hex())));
        ended(lease);
        lease.record().digests().forEach(this::release);
    }

    private void ended(LastingLease lease) {
        deciding(() -> {
            going.computeIfPresent(lease.record().name(), (_, n) -> n == 1 ? null : n - 1);
            return 0;
        });
    }

    void abandon(LastingLease lease) {
        if (files.isEmpty()) {
            finish(lease);
            return;
        }
        LastingLease.Held record = lease.record();
        LastingLease other = deciding(() -> abandoned.put(record.name(), lease));
        ended(lease);
        write(record);
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

    /// Records of lasting leases that nobody has.
    public List<Path> strangers() {
        return files.map(f ->
                        f.strangers(key -> {
                            boolean hex = HEX.matcher(key).matches();
                            Digest name = new Digest(Digest.SHA256, hex ? key : NONE);
                            return deciding(
                                    () -> going.containsKey(name) || abandoned.containsKey(name));
                        }))
                .orElse(List.of());
    }

    /// What abandoned pulls have.
    public Set<Digest> abandoned() {
        return deciding(() -> {
            Set<Digest> found = new HashSet<>();
            abandoned.values().forEach(lease -> found.addAll(lease.record().digests()));
            return found;
        });
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
