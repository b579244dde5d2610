package sampan.engine.images.transfer;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.snapshots.Layer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// Blobs on their way from registries, for all who want some: so many at one time, none twice.
/// Thread-safe.
final class Downloads {
    private static final long WAIT_HOURS = 24;

    private final Stores stores;
    private final RegistryLimits limits;
    private final Semaphore turns;
    private final DigestLocks blobs = new DigestLocks();

    /// @param max at one time
    Downloads(Stores stores, RegistryLimits limits, int max) {
        this.stores = stores;
        this.limits = limits;
        this.turns = new Semaphore(max, true);
    }

    /// A small blob, in front of all who wait.
    Stored document(ContentSource source, Transfer transfer, Descriptor blob) throws IOException {
        Optional<Stored> here = have(transfer, blob);
        return here.isPresent()
                ? here.get()
                : transfer.receive(
                        blob,
                        Optional.empty(),
                        new BlobFetch(source, limits, blob, count -> {})::into);
    }

    /// A blob that is not unpacked.
    Stored whole(ContentSource source, Transfer transfer, Descriptor blob, LayerReport report)
            throws IOException, InterruptedException {
        try (DigestLocks.Held _ = blobs.take(blob.digest(), () -> busy(report))) {
            Optional<Stored> here = have(transfer, blob);
            if (here.isPresent()) {
                report.say("Already exists");
                return here.get();
            }
            Stored stored = download(source, transfer, blob, false, report);
            report.downloaded();
            return stored;
        }
    }

    /// A layer, unpacked.
    Layer layer(
            ContentSource source,
            Transfer transfer,
            Descriptor blob,
            Digest diffId,
            LayerReport report)
            throws IOException, InterruptedException {
        try (DigestLocks.Held _ = blobs.take(blob.digest(), () -> busy(report))) {
            transfer.hold(diffId);
            Optional<Stored> here = have(transfer, blob);
            Optional<Layer> unpacked = stores.snapshots().layer(diffId);
            if (here.isPresent() && unpacked.isPresent()) {
                report.say("Already exists");
                return unpacked.get();
            }
            Stored stored;
            if (here.isPresent()) {
                report.here();
                stored = transfer.unpackHere(here.get(), report::extracting);
            } else {
                stored = download(source, transfer, blob, unpacked.isEmpty(), report);
                report.downloaded();
            }
            Layer layer = unpacked.isPresent() ? unpacked.get() : transfer.commit(stored, diffId);
            report.complete();
            return layer;
        }
    }

    private static void busy(LayerReport report) {
        report.say("Already being pulled by another client. Waiting.");
    }

    private static Optional<Stored> have(Transfer transfer, Descriptor blob) {
        Optional<Stored> here = transfer.have(blob.digest());
        if (here.isPresent() && here.get().size() != blob.size()) {
            throw SampanException.invalid(
                    "blob "
                            + blob.digest()
                            + " has "
                            + here.get().size()
                            + " bytes where its manifest says "
                            + blob.size());
        }
        return here;
    }

    private Stored download(
            ContentSource source,
            Transfer transfer,
            Descriptor blob,
            boolean unpack,
            LayerReport report)
            throws IOException, InterruptedException {
        if (!turns.tryAcquire()) {
            report.say("Waiting");
            if (!turns.tryAcquire(WAIT_HOURS, TimeUnit.HOURS)) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "other downloads go on for too long");
            }
        }
        try {
            return transfer.receive(
                    blob,
                    unpack ? Optional.of(report::extracting) : Optional.empty(),
                    new BlobFetch(source, limits, blob, report::downloading)::into);
        } finally {
            turns.release();
        }
    }
}
