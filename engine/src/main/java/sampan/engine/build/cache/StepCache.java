package sampan.engine.build.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.images.transfer.Stores;
import sampan.engine.leases.Lease;
import sampan.engine.store.BootId;
import sampan.engine.store.Durability;
import sampan.engine.store.JsonFiles;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// Steps that were done. Thread-safe.
public final class StepCache {
    /// Most steps that are kept; the longest unused goes first.
    public static final int STEPS_MAX = 10_000;

    // A use is noted on disk when the note there is older.
    private static final Duration NOTE_EVERY = Duration.ofMinutes(10);
    private static final int COPY_BYTES = 1 << 20;

    private final Stores stores;
    private final JsonFiles<StepRecord> files;
    private final String boot = BootId.current();
    private final Map<String, StepRecord> records = new ConcurrentHashMap<>();
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();

    /// Reads what is there, before anything is collected.
    public StepCache(Path directory, Stores stores) {
        this.stores = stores;
        files = new JsonFiles<>(directory, StepRecord.class);
        JsonFiles.Loaded<StepRecord> loaded = files.load();
        loaded.objects().values().forEach(this::keep);
        loaded.broken().forEach(b -> files.remove(stem(b.file())));
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".json") ? name.substring(0, name.length() - 5) : name;
    }

    private void keep(StepRecord record) {
        leases.computeIfAbsent(
                record.key(),
                _ -> {
                    Lease lease = stores.leases().open();
                    record.layer()
                            .ifPresent(layer -> {
                                lease.hold(layer.diffId());
                                lease.hold(layer.blob().digest());
                            });
                    return lease;
                });
        records.put(record.key(), record);
    }

    /// A step that was done and whose layer is whole.
    public Optional<StepRecord> find(String key) {
        StepRecord record = records.get(key);
        if (record == null) {
            return Optional.empty();
        }
        if (!isWhole(record)) {
            stores.collector().after(() -> forget(record));
            return Optional.empty();
        }
        Instant now = Instant.now();
        StepRecord used = record.usedAgain(now, boot);
        records.replace(key, record, used);
        if (!record.boot().equals(boot) || record.used().isBefore(now.minus(NOTE_EVERY))) {
            files.put(key, used, Durability.DAEMON);
        }
        return Optional.of(used);
    }

    // After the machine's end the blob may have lost its bytes: it is read once.
    private boolean isWhole(StepRecord record) {
        if (record.layer().isEmpty()) {
            return true;
        }
        Descriptor blob = record.layer().get().blob();
        return stores.snapshots().layer(record.layer().get().diffId()).isPresent()
                && stores.content().size(blob.digest()).orElse(-1) == blob.size()
                && (record.boot().equals(boot) || sum(blob.digest()).equals(blob.digest()));
    }

    private Digest sum(Digest blob) {
        MessageDigest sum = Digest.newSha256();
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        try (FileChannel channel = stores.content().open(blob)) {
            while (channel.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.sha256(sum.digest());
    }

    public String missCause(StepInput input) {
        return MissCause.of(input, records.values());
    }

    /// Notes a step that was done; its layer is held by the caller.
    ///
    /// @param now when it was done, as the image's history says
    public void put(StepInput input, Optional<BuiltLayer> layer, Instant now) {
        String key = input.key();
        StepRecord record = new StepRecord(key, input, layer, now, now, 0, boot);
        StepRecord before = records.get(key);
        if (before != null) {
            forget(before);
        }
        keep(record);
        files.put(key, record, Durability.DAEMON);
        if (records.size() > STEPS_MAX) {
            records.values().stream()
                    .min(Comparator.comparing(StepRecord::used))
                    .ifPresent(oldest -> stores.collector().after(() -> forget(oldest)));
        }
    }

    /// Records here that are of no step.
    public List<Path> strangers() {
        return files.strangers(records::containsKey);
    }

    /// Forgets a step; what nothing else refers to is the collector's then.
    ///
    /// @return bytes on disk of its record
    public long forget(StepRecord record) {
        if (records.remove(record.key()) == null) {
            return 0;
        }
        Path file = files.file(record.key());
        long bytes = OnDisk.file(file);
        Remains.delete(file);
        Lease lease = leases.remove(record.key());
        if (lease != null) {
            lease.close();
        }
        return bytes;
    }

    /// Newest use first.
    public List<StepRecord> records() {
        return records.values().stream()
                .sorted(Comparator.comparing(StepRecord::used).reversed())
                .toList();
    }
}
