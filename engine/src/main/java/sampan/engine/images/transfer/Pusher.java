package sampan.engine.images.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import sampan.engine.images.Attestation;
import sampan.engine.images.HostImage;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Registries;
import sampan.engine.registry.Registries.Purpose;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.Repository;
import sampan.engine.store.Durability;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// `docker push`: sends the blobs that the registry lacks, then the manifest. What came from a
/// registry goes as it came; plain layers of our own making go compressed. Thread-safe.
public final class Pusher {
    /// Repositories that are asked for a blob before it is sent.
    private static final int MOUNTS_MAX = 3;

    private static final long STEP_BYTES = 512 << 10;

    // The image has its tag; that the registry has it as well, the next push finds out again.
    private static final Durability NOTED = Durability.DAEMON;

    private final Stores stores;
    private final Registries registries;
    private final Semaphore uploads;
    private final DigestLocks pushing = new DigestLocks();
    private final ZippedLayers zipped = new ZippedLayers();

    /// @param uploads at one time
    public Pusher(Stores stores, Registries registries, int uploads) {
        this.stores = stores;
        this.registries = registries;
        this.uploads = new Semaphore(uploads, true);
    }

    /// @param manifest or index that the tag means now
    /// @param index that could not be pushed, because images of it are neither here nor there
    public record Pushed(
            Digest image, String tag, Descriptor manifest, Optional<Descriptor> index) {
        public Digest digest() {
            return manifest.digest();
        }
    }

    /// The references of a repository's images that are here, by tag.
    public List<Reference> tagged(Reference name) {
        return stores.images().names().stream()
                .map(ReferenceRecord::reference)
                .filter(known -> known.sameRepository(name) && known.tag().isPresent())
                .toList();
    }

    /// @param reference with a tag, or with the digest of what it means: no tag is set then
    public Pushed push(Reference reference, Credential credential, PullProgress progress) {
        return push(reference, Optional.empty(), credential, progress);
    }

    /// @param platform the image of that one alone; without it an index goes as it came, with every
    ///   image of it
    public Pushed push(
            Reference reference,
            Optional<Platform> platform,
            Credential credential,
            PullProgress progress) {
        if (reference.sameRepository(HostImage.REFERENCE)) {
            throw SampanException.conflict(
                    "image host is built in, it cannot be pushed: it has no layers, it is this"
                            + " machine's root filesystem");
        }
        ReferenceRecord name =
                stores.images().names().stream()
                        .filter(known -> known.reference().equals(reference))
                        .findFirst()
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "tag does not exist: " + reference.familiar()));
        Repository repository = registries.repository(reference, credential, Purpose.PUSH);
        Target target = new Target(repository, progress, new AtomicBoolean());
        try {
            return push(name, PushedPlatforms.of(stores, name, platform, repository), target);
        } finally {
            // layers that are compressed from now on
            stores.collector().collectMeanwhile();
        }
    }

    /// Sends images of a build's cache under one name; the caller holds what they are made of.
    ///
    /// @param reference with a tag
    /// @param manifests of the images
    /// @param compress plain layers
    /// @return the image's manifest, or the index of several
    public Descriptor pushCache(
            Reference reference, Credential credential, List<Digest> manifests, boolean compress) {
        Repository repository = registries.repository(reference, credential, Purpose.PUSH);
        Target target = new Target(repository, PullProgress.SILENT, new AtomicBoolean());
        try (Lease lease = stores.leases().open()) {
            Optional<CompressedPush> compression =
                    compress
                            ? Optional.of(new CompressedPush(stores, lease, repository))
                            : Optional.empty();
            return new CachePush(stores, this, uploads, target, compression)
                    .push(reference.tag().orElse(Reference.DEFAULT_TAG), manifests);
        } finally {
            // layers that were compressed for this alone
            stores.collector().collectMeanwhile();
        }
    }

    ZippedLayers zipped() {
        return zipped;
    }

    /// Where to, and who is told.
    ///
    /// @param assumed a blob was not asked for, because it was there a short while ago
    record Target(Repository repository, PullProgress progress, AtomicBoolean assumed) {}

    private Pushed push(ReferenceRecord name, PushedPlatforms platforms, Target target) {
        Reference reference = name.reference();
        Optional<Digest> pinned = reference.digest();
        String tag = pinned.map(Digest::toString).or(reference::tag).orElse(Reference.DEFAULT_TAG);
        if (platforms.index().isEmpty()) {
            Digest id = platforms.images().getFirst();
            Descriptor manifest = one(id, pinned, reference, target);
            stores.images().tag(id, reference.atDigest(manifest.digest()), NOTED);
            return new Pushed(id, tag, manifest, platforms.left());
        }
        for (ReferenceRecord.Variant variant : platforms.variants()) {
            one(variant.image(), Optional.of(variant.manifest()), reference, target);
        }
        platforms.attestations().forEach(each -> attest(each, target));
        ManifestContent index = platforms.index().get();
        target.repository().putManifest(tag, index);
        stores.images().tag(name, reference.atDigest(index.digest()), NOTED);
        return new Pushed(name.image(), tag, index.descriptor(), Optional.empty());
    }

    private void attest(Attestation attestation, Target target) {
        try (Lease lease = stores.leases().open()) {
            lease.hold(attestation.manifest());
            attestation.blobs().forEach(lease::hold);
            byte[] bytes =
                    stores.content().read(attestation.manifest(), ImageStore.CONFIG_BYTES_MAX);
            Manifest manifest = Json.read(bytes, Manifest.class);
            List<Descriptor> blobs = new ArrayList<>(List.of(manifest.config()));
            blobs.addAll(manifest.layers());
            Parallel.all(
                    blobs.stream()
                            .<Callable<Descriptor>>map(blob -> () -> send(target, blob))
                            .toList());
            ManifestContent content =
                    new ManifestContent(typeOf(manifest), attestation.manifest(), bytes);
            put(target, attestation.manifest().toString(), content, blobs);
        }
    }

    private static String typeOf(Manifest manifest) {
        return manifest.mediaType().isEmpty() ? MediaType.OCI_MANIFEST : manifest.mediaType();
    }

    /// @param manifest its form, where it goes with an index or by digest: it gets no tag then
    private Descriptor one(
            Digest id, Optional<Digest> manifest, Reference reference, Target target) {
        try (DigestLocks.Held _ = pushing.take(id, () -> {});
                Lease lease = stores.leases().open()) {
            ImageRecord record = stores.images().record(id);
            lease.hold(record.id());
            try (PushedForm forms =
                    new PushedForm(
                            stores, lease, target.repository(), record, reference, manifest)) {
                stores.images().record(id); // it went before it was held, or stays
                String under =
                        manifest.map(Digest::toString)
                                .orElseGet(() -> reference.tag().orElse(Reference.DEFAULT_TAG));
                return push(record, forms, under, target);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Descriptor push(ImageRecord record, PushedForm forms, String under, Target target)
            throws InterruptedException {
        Map<Digest, Callable<Descriptor>> works = new LinkedHashMap<>();
        for (int i = 0; i < forms.layers().size(); i++) {
            Descriptor layer = forms.layers().get(i);
            // What an artifact has is not unpacked, and known by its blobs.
            boolean unpacked = i < record.diffIds().size();
            String shown = (unpacked ? record.diffIds().get(i) : layer.digest()).brief();
            if (!works.containsKey(layer.digest())) {
                target.progress().report(shown, "Preparing", 0, 0);
                works.put(layer.digest(), () -> send(target, forms, layer, shown));
            }
        }
        Descriptor config = forms.manifest().config();
        List<Callable<Descriptor>> all = new ArrayList<>(works.values());
        all.add(() -> send(target, config));
        // What is new lies on top, and takes longest.
        List<Descriptor> sent = Parallel.all(all.reversed());
        PushedForm.Written written = forms.kept();
        Manifest manifest = Json.read(written.manifest(), Manifest.class);
        ManifestContent content =
                new ManifestContent(
                        typeOf(manifest), written.form().manifest(), written.manifest());
        put(target, under, content, sent);
        return content.descriptor();
    }

    // What was left out on the word of an earlier answer may be gone since.
    void put(Target target, String under, ManifestContent content, List<Descriptor> blobs) {
        Repository repository = target.repository();
        try {
            repository.putManifest(under, content);
        } catch (RegistryException e) {
            boolean lacking = e.status() == 400 || e.status() == 404;
            if (!lacking || !target.assumed().get()) {
                throw e;
            }
            repository.forgetBlobs();
            Parallel.all(
                    blobs.stream()
                            .<Callable<Descriptor>>map(blob -> () -> send(target, blob))
                            .toList());
            repository.putManifest(under, content);
        }
    }

    private static SampanException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pushing", e);
    }

    private Descriptor send(Target target, PushedForm forms, Descriptor layer, String shown)
            throws InterruptedException {
        PullProgress progress = target.progress();
        if (target.repository().remembersBlob(layer.digest())) {
            target.assumed().set(true);
            progress.report(shown, "Layer already exists", 0, 0);
            forms.pushedAs(layer, layer);
            return layer;
        }
        if (!uploads.tryAcquire()) {
            progress.report(shown, "Waiting", 0, 0);
            uploads.acquire();
        }
        try {
            CompressedPush.Pushed pushed =
                    forms.pushed(layer, () -> progress.report(shown, "Preparing", 0, 0));
            forms.pushedAs(layer, pushed.layer());
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

    void send(Target target, Descriptor layer, String shown) {
        Repository repository = target.repository();
        PullProgress progress = target.progress();
        if (isThere(target, layer)) {
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

    /// Without a word.
    private Descriptor send(Target target, Descriptor blob) throws InterruptedException {
        uploads.acquire();
        try {
            if (!isThere(target, blob)) {
                upload(target.repository(), blob, count -> {});
            }
            return blob;
        } finally {
            uploads.release();
        }
    }

    private static boolean isThere(Target target, Descriptor blob) {
        if (target.repository().remembersBlob(blob.digest())) {
            target.assumed().set(true);
            return true;
        }
        return target.repository().hasBlob(blob.digest());
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
            if (elsewhere
                    && name.images().stream()
                            .anyMatch(
                                    id -> stores.images().record(id).layerBlobs().contains(blob))) {
                candidates.add(Reference.parseBare(known.name()));
            }
        }
        return candidates.stream()
                .limit(MOUNTS_MAX)
                .filter(from -> repository.mount(blob, from))
                .findFirst();
    }
}
