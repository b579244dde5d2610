package sampan.engine.images.transfer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.ImageStore;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Repository;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.json.Json;

/// In which of its forms an image is pushed. One that a registry has stays as it is, so that
/// digests survive; plain layers of our own making are compressed, and the image stays in that form
/// from then on. Layers may be compressed by several threads at the same time. The image is given
/// its form as soon as the last layer's is known: what that waits for on the disk passes while the
/// registry still reads. Closing it waits until that is over.
final class PushedForm implements AutoCloseable {
    private final Stores stores;
    private final Lease lease;
    private final CompressedPush compression;
    private final ImageRecord record;
    private final Form form;
    private final Manifest manifest;
    private final boolean settled;
    private final Map<Digest, Descriptor> known;
    private final ExecutorService keeper = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Digest, CompletableFuture<Descriptor>> pushedAs = new ConcurrentHashMap<>();
    private final Future<Written> kept;

    /// @param lease of the push
    /// @param repository gets layers while they are being compressed
    /// @param reference where to
    /// @param named the form that an index names, where it goes with one
    PushedForm(
            Stores stores,
            Lease lease,
            Repository repository,
            ImageRecord record,
            Reference reference,
            Optional<Digest> named) {
        this.stores = stores;
        this.lease = lease;
        this.compression = new CompressedPush(stores, lease, repository);
        this.record = record;
        record.forms().forEach(this::hold);
        Optional<Form> there = named.map(this::named).or(() -> there(reference));
        form = there.orElseGet(() -> record.forms().getFirst());
        settled = there.isPresent();
        manifest = manifest(form);
        known = settled ? Map.of() : known();
        layers().forEach(layer -> pushedAs.put(layer.digest(), new CompletableFuture<>()));
        kept =
                CompletableFuture.allOf(pushedAs.values().toArray(CompletableFuture<?>[]::new))
                        .thenApplyAsync(_ -> keep(), keeper);
    }

    private Form named(Digest digest) {
        return record.forms().stream()
                .filter(each -> each.manifest().equals(digest))
                .findFirst()
                .orElseThrow(() -> SampanException.notFound("content " + digest + " is not here"));
    }

    /// The image's layers, as they are here.
    List<Descriptor> layers() {
        return manifest.layers();
    }

    /// Compresses the layer where that is wanted; it is sent meanwhile.
    ///
    /// @param begins told when that takes time
    CompressedPush.Pushed pushed(Descriptor layer, Runnable begins) {
        Descriptor there = known.get(layer.digest());
        if (there != null) {
            return new CompressedPush.Pushed(there, false);
        }
        Optional<String> type =
                settled ? Optional.empty() : CompressedPush.compressedType(layer.mediaType());
        if (type.isEmpty()) {
            return new CompressedPush.Pushed(layer, false);
        }
        begins.run();
        return compression.push(layer, type.get(), as -> pushedAs(layer, as));
    }

    /// Says what one of [#layers] is pushed as, when that is certain.
    void pushedAs(Descriptor layer, Descriptor as) {
        awaited(layer).complete(as);
    }

    private CompletableFuture<Descriptor> awaited(Descriptor layer) {
        return Objects.requireNonNull(pushedAs.get(layer.digest()));
    }

    /// A form with the bytes of its manifest.
    record Written(Form form, byte[] manifest) {}

    /// The form that the image has now; waits until every layer was [#pushedAs] something.
    Written kept() throws InterruptedException {
        return Parallel.result(kept);
    }

    private Written keep() {
        List<Descriptor> layers = layers().stream().map(l -> awaited(l).join()).toList();
        if (layers.equals(manifest.layers())) {
            return new Written(form, read(form));
        }
        byte[] written =
                Json.write(
                        new Manifest(
                                manifest.schemaVersion(),
                                manifest.mediaType(),
                                manifest.config(),
                                layers,
                                manifest.annotations(),
                                manifest.subject(),
                                manifest.artifactType()));
        Form next = new Form(Digest.of(written), layers.stream().map(Descriptor::digest).toList());
        hold(next);
        stores.content().put(written);
        stores.images().reform(record, next);
        return new Written(next, written);
    }

    @Override
    public void close() {
        keeper.close();
    }

    Manifest manifest() {
        return manifest;
    }

    private Optional<Form> there(Reference reference) {
        List<Form> here =
                record.forms().stream().filter(f -> stores.content().has(f.manifest())).toList();
        return here.stream()
                .filter(f -> isThere(f, reference))
                .findFirst()
                .or(() ->
                        here.stream()
                                .filter(f -> stores.images().isKnown(record.id(), f))
                                .findFirst());
    }

    private Manifest manifest(Form of) {
        return Json.read(read(of), Manifest.class);
    }

    private byte[] read(Form of) {
        return stores.content().read(of.manifest(), ImageStore.CONFIG_BYTES_MAX);
    }

    private void hold(Form form) {
        lease.hold(form.manifest());
        form.layerBlobs().forEach(lease::hold);
    }

    private boolean isThere(Form there, Reference reference) {
        return stores.images().names(record.id()).stream()
                .anyMatch(name ->
                        name.reference().sameRepository(reference) && name.knows(there.manifest()));
    }

    /// What layers of other images are called where they were compressed before, and plain ones
    /// that a registry has as they are.
    private Map<Digest, Descriptor> known() {
        Map<Digest, Descriptor> found = new HashMap<>();
        for (ImageRecord other : stores.images().records()) {
            Form first = other.forms().getFirst();
            if (other.diffIds().size() != first.layerBlobs().size()
                    || !stores.images().isKnown(other.id(), first)) {
                continue;
            }
            lease.hold(first.manifest());
            if (!stores.content().has(first.manifest())) {
                continue;
            }
            List<Descriptor> layers = manifest(first).layers();
            for (int i = 0; i < other.diffIds().size(); i++) {
                lease.hold(layers.get(i).digest());
                if (stores.content().has(layers.get(i).digest())) {
                    found.put(other.diffIds().get(i), layers.get(i));
                }
            }
        }
        return found;
    }
}
