package sampan.engine.images.transfer;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import sampan.engine.images.HostImage;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Registries;
import sampan.engine.registry.Registries.Purpose;
import sampan.engine.registry.Repository;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// `docker push`: sends the blobs that the registry lacks, then the manifest. What came from a
/// registry goes as it came; plain layers of our own making go compressed. Thread-safe.
public final class Pusher {
    /// Repositories that are asked for a blob before it is sent.
    private static final int MOUNTS_MAX = 3;

    private static final long STEP_BYTES = 512 << 10;

    private final Stores stores;
    private final Registries registries;
    private final Semaphore uploads;
    private final DigestLocks pushing = new DigestLocks();

    /// @param uploads at one time
    public Pusher(Stores stores, Registries registries, int uploads) {
        this.stores = stores;
        this.registries = registries;
        this.uploads = new Semaphore(uploads, true);
    }

    /// @param size bytes of the manifest
    public record Pushed(Digest image, String tag, Digest digest, long size) {}

    /// The references of a repository's images that are here, by tag.
    public List<Reference> tagged(Reference name) {
        return stores.images().names().stream()
                .map(ReferenceRecord::reference)
                .filter(known -> known.sameRepository(name) && known.tag().isPresent())
                .toList();
    }

    /// @param reference with a tag
    public Pushed push(Reference reference, Credential credential, PullProgress progress) {
        if (reference.sameRepository(HostImage.REFERENCE)) {
            throw SampanException.conflict(
                    "image host is built in, it cannot be pushed: it has no layers, it is this"
                            + " machine's root filesystem");
        }
        Digest id =
                stores.images().names().stream()
                        .filter(name -> name.reference().equals(reference))
                        .map(ReferenceRecord::image)
                        .findFirst()
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "tag does not exist: " + reference.familiar()));
        Repository repository = registries.repository(reference, credential, Purpose.PUSH);
        Pushed pushed;
        try (DigestLocks.Held _ = pushing.take(id, () -> {});
                Lease lease = stores.leases().open()) {
            ImageRecord record = stores.images().record(id);
            lease.hold(record.id());
            PushedForm forms = new PushedForm(stores, lease, repository, record, reference);
            stores.images().record(id); // it went before it was held, or stays
            pushed = push(record, forms, reference, new Target(repository, progress));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pushing", e);
        }
        if (!stores.collector().garbage().isEmpty()) {
            stores.collector().collect(); // layers that are compressed from now on
        }
        return pushed;
    }

    /// Where to, and who is told.
    private record Target(Repository repository, PullProgress progress) {}

    private Pushed push(ImageRecord record, PushedForm forms, Reference reference, Target target) {
        Repository repository = target.repository();
        List<Digest> wanted = forms.layers().stream().map(Descriptor::digest).toList();
        Map<Digest, Callable<Descriptor>> works = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            Descriptor layer = forms.layers().get(i);
            // What an artifact has is not unpacked, and known by its blobs.
            boolean unpacked = i < record.diffIds().size();
            String shown = (unpacked ? record.diffIds().get(i) : layer.digest()).brief();
            if (!works.containsKey(layer.digest())) {
                target.progress().report(shown, "Preparing", 0, 0);
                works.put(layer.digest(), () -> send(target, forms, layer, shown));
            }
        }
        List<Descriptor> sent = Parallel.all(List.copyOf(works.values()));
        List<Digest> distinct = List.copyOf(works.keySet());
        Form form = forms.with(wanted.stream().map(d -> sent.get(distinct.indexOf(d))).toList());
        byte[] bytes = stores.content().read(form.manifest(), ImageStore.CONFIG_BYTES_MAX);
        Manifest manifest = Json.read(bytes, Manifest.class);
        if (!repository.hasBlob(manifest.config().digest())) {
            upload(repository, manifest.config(), count -> {});
        }
        String type =
                manifest.mediaType().isEmpty() ? MediaType.OCI_MANIFEST : manifest.mediaType();
        String tag = reference.tag().orElse(Reference.DEFAULT_TAG);
        repository.putManifest(tag, new ManifestContent(type, form.manifest(), bytes));
        stores.images().tag(record.id(), reference.atDigest(form.manifest()));
        return new Pushed(record.id(), tag, form.manifest(), bytes.length);
    }

    private Descriptor send(Target target, PushedForm forms, Descriptor layer, String shown)
            throws InterruptedException {
        PullProgress progress = target.progress();
        if (!uploads.tryAcquire()) {
            progress.report(shown, "Waiting", 0, 0);
            uploads.acquire();
        }
        try {
            PushedForm.Pushed pushed =
                    forms.pushed(layer, () -> progress.report(shown, "Preparing", 0, 0));
            if (pushed.sent()) {
                progress.report(shown, "Pushed", 0, 0);
            } else {
                send(target, pushed.layer(), shown);
            }
            return pushed.layer();
        } finally {
            uploads.release();
        }
    }

    private void send(Target target, Descriptor layer, String shown) {
        Repository repository = target.repository();
        PullProgress progress = target.progress();
        if (repository.hasBlob(layer.digest())) {
            progress.report(shown, "Layer already exists", 0, 0);
            return;
        }
        Optional<Reference> mounted = mount(repository, layer.digest());
        if (mounted.isPresent()) {
            progress.report(shown, "Mounted from " + mounted.get().path(), 0, 0);
            return;
        }
        upload(repository, layer, stepped(layer, shown, progress));
        progress.report(shown, "Pushed", 0, 0);
    }

    private static LongConsumer stepped(Descriptor layer, String shown, PullProgress progress) {
        long[] told = new long[1];
        return count -> {
            if (count >= layer.size() || count - told[0] >= STEP_BYTES || count < told[0]) {
                told[0] = count;
                progress.report(shown, "Pushing", count, layer.size());
            }
        };
    }

    private void upload(Repository repository, Descriptor blob, LongConsumer progress) {
        repository.upload(blob, () -> stores.content().open(blob.digest()), progress);
    }

    /// Other repositories of the same registry that had this blob when we last heard of them.
    private Optional<Reference> mount(Repository repository, Digest blob) {
        Reference here = repository.name();
        Set<Reference> candidates = new LinkedHashSet<>();
        for (ReferenceRecord name : stores.images().names()) {
            Reference known = name.reference();
            boolean elsewhere =
                    known.digest().isPresent()
                            && known.domain().equals(here.domain())
                            && !known.sameRepository(here);
            if (elsewhere && stores.images().record(name.image()).layerBlobs().contains(blob)) {
                candidates.add(Reference.parseBare(known.name()));
            }
        }
        return candidates.stream()
                .limit(MOUNTS_MAX)
                .filter(from -> repository.mount(blob, from))
                .findFirst();
    }
}
