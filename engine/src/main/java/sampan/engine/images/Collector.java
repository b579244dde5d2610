package sampan.engine.images;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import sampan.engine.content.ContentStore;
import sampan.engine.leases.Leases;
import sampan.engine.snapshots.Freeing;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.store.Remains;
import sampan.oci.Digest;

/// Takes away content that nothing reaches: not an image, not a container's snapshot, not a lease.
/// Run after images went, and at start for what a killed daemon left.
public final class Collector {
    private static final long DUE_WAIT_SECONDS = 60;

    private final ImageStore images;
    private final ContentStore content;
    private final Snapshotter snapshots;
    private final Leases leases;
    private final Set<CountDownLatch> due = ConcurrentHashMap.newKeySet();
    // A layer could not be taken away: the disk did not take the rename.
    private volatile boolean unfinished;

    public Collector(
            ImageStore images, ContentStore content, Snapshotter snapshots, Leases leases) {
        this.images = images;
        this.content = content;
        this.snapshots = snapshots;
        this.leases = leases;
    }

    /// What was taken.
    ///
    /// @param layers diffIDs
    /// @param freed the files of these layers
    /// @param blobBytes bytes on disk of blobs, and of parts of some
    public record Collected(List<Digest> layers, List<Freeing> freed, long blobBytes) {
        /// Bytes on disk that were freed; waits until they are.
        public long bytes() {
            return blobBytes + freed.stream().mapToLong(Freeing::bytes).sum();
        }
    }

    /// Content that nothing reaches.
    public record Garbage(Kind kind, Digest digest) {
        public enum Kind {
            LAYER,
            BLOB,
            PART
        }
    }

    /// What nothing reaches at the moment: [#collect] would take it. Just after something was let
    /// go it may be on its way already: see [#settle].
    public List<Garbage> garbage() {
        return leases.deciding(() -> {
            Set<Digest> layers = reachedLayers();
            Set<Digest> blobs = images.reachableBlobs();
            return Stream.of(
                            snapshots.layers().stream()
                                    .map(Layer::diffId)
                                    .filter(digest -> !layers.contains(digest))
                                    .map(digest -> new Garbage(Garbage.Kind.LAYER, digest)),
                            content.digests().stream()
                                    .filter(digest -> !blobs.contains(digest))
                                    .map(digest -> new Garbage(Garbage.Kind.BLOB, digest)),
                            content.partials().stream()
                                    .map(digest -> new Garbage(Garbage.Kind.PART, digest)))
                    .flatMap(found -> found)
                    .filter(found -> !leases.isHeld(found.digest()))
                    .toList();
        });
    }

    // Apart from blobs: what a plain layer is called is its blob's digest too, and the blob may go
    // where the image has it compressed.
    private Set<Digest> reachedLayers() {
        Set<Digest> reached = new HashSet<>(images.reachableLayers());
        reached.addAll(snapshots.referenced());
        return reached;
    }

    /// Lets something go, and collects what is nobody's then.
    ///
    /// @param release closes leases, removes images or what else reaches content
    public Collected after(Runnable release) {
        return after(release, _ -> true);
    }

    /// As [#after], and leaves other garbage where it is.
    ///
    /// @param own what may be taken
    public Collected after(Runnable release, Predicate<Digest> own) {
        CountDownLatch done = new CountDownLatch(1);
        due.add(done);
        try {
            release.run();
            return collect(own);
        } finally {
            due.remove(done);
            done.countDown();
        }
    }

    /// Collects what is nobody's now while the caller goes on: a large file takes a while to go.
    public void collectMeanwhile() {
        CountDownLatch done = new CountDownLatch(1);
        due.add(done);
        Thread.ofVirtual()
                .name("collector")
                .start(() -> {
                    try {
                        collect();
                    } finally {
                        due.remove(done);
                        done.countDown();
                    }
                });
    }

    /// Waits until what was let go before this call is collected, and what could not be deleted
    /// when it was to go was tried again: garbage that is there then is a leak.
    public void settle() {
        for (CountDownLatch going : List.copyOf(due)) {
            try {
                if (!going.await(DUE_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        Remains.retry();
        if (unfinished || content.hasUndeleted()) {
            collect();
        }
    }

    public Collected collect() {
        return collect(_ -> true);
    }

    private Collected collect(Predicate<Digest> chosen) {
        leases.expire();
        Remains.retry();
        return leases.deciding(() -> decide(chosen));
    }

    /// As [#after], with what abandoned pulls left: they begin anew the next time.
    public Collected afterAll(Runnable release) {
        return after(() -> {
            release.run();
            leases.endAbandoned();
        });
    }

    // Removal of a layer is a rename and of a blob an unlink, so a lease waits for little.
    private Collected decide(Predicate<Digest> chosen) {
        Predicate<Digest> free = digest -> !leases.isHeld(digest) && chosen.test(digest);
        Set<Digest> reachedLayers = reachedLayers();
        List<Digest> layers = new ArrayList<>();
        List<Freeing> freed = new ArrayList<>();
        unfinished = false;
        for (Layer layer : snapshots.layers()) {
            if (!reachedLayers.contains(layer.diffId()) && free.test(layer.diffId())) {
                freed.add(snapshots.removeLayer(layer.diffId()));
                if (snapshots.layer(layer.diffId()).isEmpty()) {
                    layers.add(layer.diffId());
                } else {
                    unfinished = true;
                }
            }
        }
        Set<Digest> reachedBlobs = images.reachableBlobs();
        long blobBytes = 0;
        for (Digest blob : content.digests()) {
            if (!reachedBlobs.contains(blob) && free.test(blob)) {
                blobBytes += content.remove(blob);
            }
        }
        for (Digest partial : content.partials()) {
            if (free.test(partial)) {
                blobBytes += content.removePartial(partial);
            }
        }
        return new Collected(layers, freed, blobBytes);
    }
}
