package sampan.engine.images.transfer;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import sampan.engine.images.HostImage;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.PlatformIndex;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.leases.LastingLease;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Registries;
import sampan.engine.registry.Registries.Purpose;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.Repository;
import sampan.engine.snapshots.Layer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// `docker pull`: every layer on a thread of its own, so many downloads at one time for all pulls
/// together; each layer is unpacked while it comes in. Thread-safe.
public final class Puller {
    private final Stores stores;
    private final Registries registries;
    private final Downloads downloads;

    /// @param downloads at one time
    public Puller(Stores stores, Registries registries, RegistryLimits limits, int downloads) {
        this.stores = stores;
        this.registries = registries;
        this.downloads = new Downloads(stores, limits, downloads);
    }

    /// What is pulled.
    ///
    /// @param platform absent for this machine's
    public record Wish(Reference reference, Optional<Platform> platform, Credential credential) {
        private String target() {
            return reference
                    .digest()
                    .map(Digest::toString)
                    .orElseGet(() -> reference.tag().orElse(Reference.DEFAULT_TAG));
        }

        Platform machine() {
            return platform.orElseGet(Platform::host);
        }
    }

    /// @param digest what the registry calls it by: of the manifest, or of the index it came from
    /// @param newer the name was not here, or meant another image
    public record Pulled(Digest id, Digest digest, boolean newer) {}

    public Pulled pull(Wish wish, PullProgress progress) {
        HostImage.refuseName(wish.reference());
        Repository repository =
                registries.repository(wish.reference(), wish.credential(), Purpose.PULL);
        try {
            Optional<Pulled> unchanged = unchanged(repository, wish);
            if (unchanged.isPresent()) {
                progress.message(wish.target(), "Pulling from " + wish.reference().path());
                return unchanged.get();
            }
            Chosen chosen = new ManifestChoice(repository).choose(wish);
            progress.message(wish.target(), "Pulling from " + wish.reference().path());
            return new Pull(repository, wish, chosen, progress).run();
        } catch (RegistryException e) {
            throw inDockersWords(e, wish.reference());
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
    }

    /// The images behind a name, of which nothing is stored yet.
    public List<DistantImage> distant(Reference name, Credential credential) {
        try {
            return DistantImage.behind(
                    new Wish(name, Optional.empty(), credential).target(),
                    registries.repository(name, credential, Purpose.PULL),
                    downloads);
        } catch (RegistryException e) {
            throw inDockersWords(e, name);
        }
    }

    /// The images below a manifest or an index that lies elsewhere than in a registry.
    public List<DistantImage> distant(ContentSource source, Digest root) {
        return DistantImage.behind(root.toString(), source, downloads);
    }

    /// The tags of a repository.
    public List<String> tags(Reference name, Credential credential) {
        try {
            return registries.repository(name, credential, Purpose.PULL).tags();
        } catch (RegistryException e) {
            throw inDockersWords(e, name);
        }
    }

    /// The manifest that was chosen, and what it was found by.
    ///
    /// @param digest of the index, where it came from one
    /// @param index kept beside the image, where it came from one
    record Chosen(ManifestContent manifest, Digest digest, Optional<ManifestContent> index) {}

    /// One question to the registry, and nothing else, where the name means what it meant.
    private Optional<Pulled> unchanged(Repository repository, Wish wish) {
        Reference reference = wish.reference();
        Optional<Digest> digest = reference.digest();
        if (digest.isEmpty()) {
            Optional<ReferenceRecord> tagged = nameOf(reference);
            if (tagged.isEmpty()) {
                return Optional.empty();
            }
            digest = repository.head(wish.target()).map(Descriptor::digest);
        }
        if (digest.isEmpty() || !digest.get().isSha256()) {
            return Optional.empty();
        }
        Digest current = digest.get();
        Optional<ReferenceRecord> tagged = nameOf(reference);
        return nameOf(reference.atDigest(current)).stream()
                .flatMap(known -> known.images().stream().filter(id -> fits(known, id, wish)))
                .filter(id ->
                        reference.digest().isPresent()
                                || tagged.filter(name -> name.means(id)).isPresent())
                .findFirst()
                .map(id -> new Pulled(id, current, false));
    }

    private Optional<ReferenceRecord> nameOf(Reference reference) {
        return stores.images().names().stream()
                .filter(name -> name.reference().equals(reference))
                .findFirst();
    }

    private boolean fits(ReferenceRecord name, Digest image, Wish wish) {
        return (wish.platform().isEmpty() && name.index().isEmpty())
                || stores.images().document(image).platform().runsOn(wish.machine());
    }

    static SampanException inDockersWords(RegistryException e, Reference reference) {
        return switch (e.reason()) {
            case RegistryException.DENIED ->
                    SampanException.notFound(
                            "pull access denied for "
                                    + reference.familiarName()
                                    + ", repository does not exist or may require 'docker login': "
                                    + e.getMessage());
            case RegistryException.MANIFEST_UNKNOWN ->
                    SampanException.notFound(
                            "manifest for "
                                    + reference.familiar()
                                    + " not found: "
                                    + e.getMessage());
            case RegistryException.NAME_UNKNOWN ->
                    SampanException.notFound(
                            "repository "
                                    + reference.familiarName()
                                    + " not found: "
                                    + e.getMessage());
            default -> e;
        };
    }

    /// One image on its way.
    private final class Pull {
        private final Repository repository;
        private final Wish wish;
        private final Chosen chosen;
        private final PullProgress progress;

        Pull(Repository repository, Wish wish, Chosen chosen, PullProgress progress) {
            this.repository = repository;
            this.wish = wish;
            this.chosen = chosen;
            this.progress = progress;
        }

        Pulled run() throws IOException {
            ImageParts parts = ImageParts.of(chosen.manifest());
            try (Transfer transfer = new Transfer(stores)) {
                Stored config = downloads.document(repository, transfer, parts.config());
                if (parts.artifact()) {
                    return artifact(transfer, parts);
                }
                ImageDocument document = document(config, parts);
                List<Digest> diffIds = document.rootfs().diffIds();
                Set<Digest> all = new HashSet<>(diffIds);
                all.add(chosen.manifest().digest());
                all.add(config.digest());
                parts.layers().forEach(layer -> all.add(layer.digest()));
                try (LastingLease lease =
                        stores.leases().lasting(chosen.manifest().digest(), all)) {
                    return finish(transfer, parts, diffIds, lease);
                }
            }
        }

        /// Known by its manifest: the config of many artifacts is the same empty object.
        private Pulled artifact(Transfer transfer, ImageParts parts) {
            Map<Digest, Callable<Stored>> works = new LinkedHashMap<>();
            for (Descriptor blob : parts.layers()) {
                LayerReport report = new LayerReport(progress, blob.digest().brief(), blob.size());
                works.put(blob.digest(), () -> downloads.whole(repository, transfer, blob, report));
            }
            Parallel.all(List.copyOf(works.values()));
            Stored manifest = transfer.store(chosen.manifest().bytes());
            Set<Digest> blobs = new LinkedHashSet<>(works.keySet());
            blobs.add(parts.config().digest());
            ImageRecord record =
                    new ImageRecord(
                            manifest.digest(),
                            manifest.digest(),
                            List.copyOf(blobs),
                            List.of(),
                            parts.layers().stream().mapToLong(Descriptor::size).sum(),
                            Optional.empty(),
                            List.of(),
                            List.of(),
                            Instant.now());
            return new Pulled(record.id(), chosen.digest(), named(transfer, record));
        }

        private Pulled finish(
                Transfer transfer, ImageParts parts, List<Digest> diffIds, LastingLease lease) {
            try {
                List<Layer> here;
                try (ExecutorService aside = Executors.newVirtualThreadPerTaskExecutor()) {
                    chosen.index().ifPresent(index -> aside.execute(() -> attest(transfer, index)));
                    here = layers(transfer, parts.layers(), diffIds);
                }
                Stored manifest = transfer.store(chosen.manifest().bytes());
                ImageRecord record =
                        new ImageRecord(
                                parts.config().digest(),
                                manifest.digest(),
                                parts.layers().stream().map(Descriptor::digest).toList(),
                                diffIds,
                                here.stream().mapToLong(Layer::size).sum(),
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                Instant.now());
                boolean newer = named(transfer, record);
                lease.finish();
                return new Pulled(record.id(), chosen.digest(), newer);
            } catch (SampanException e) {
                if (e.code() == ErrorCode.INVALID) {
                    lease.finish(); // it will be as wrong the next time
                }
                throw e;
            }
        }

        private void attest(Transfer transfer, ManifestContent index) {
            new Indexes(stores, transfer)
                    .fetch(
                            index.bytes(),
                            chosen.manifest().digest(),
                            (content, manifest) -> {
                                if (manifest && transfer.have(content.digest()).isEmpty()) {
                                    String name = content.digest().toString();
                                    transfer.store(repository.manifest(name).bytes());
                                } else if (!manifest) {
                                    downloads.document(repository, transfer, content);
                                }
                            });
        }

        private boolean named(Transfer transfer, ImageRecord record) {
            Reference reference = wish.reference();
            List<Reference> names = new ArrayList<>();
            names.add(reference.atDigest(chosen.digest()));
            if (reference.digest().isEmpty()) {
                names.add(reference);
            }
            boolean newer =
                    !names.stream()
                            .allMatch(name ->
                                    nameOf(name).filter(n -> n.means(record.id())).isPresent());
            Optional<PlatformIndex> index =
                    chosen.index()
                            .map(content ->
                                    new Indexes(stores, transfer)
                                            .of(
                                                    transfer.store(content.bytes()).digest(),
                                                    content.bytes()));
            stores.images().add(record, names, index);
            return newer;
        }

        private ImageDocument document(Stored config, ImageParts parts) {
            byte[] bytes = stores.content().read(config.digest(), ImageStore.CONFIG_BYTES_MAX);
            ImageDocument document = Json.read(bytes, ImageDocument.class);
            if (!document.os().isEmpty() && !document.os().equals("linux")) {
                throw SampanException.invalid(
                        "image "
                                + wish.reference().familiar()
                                + " is for "
                                + document.os()
                                + ", not for linux");
            }
            if (wish.platform().isPresent() && !document.platform().runsOn(wish.machine())) {
                throw SampanException.notFound(
                        "image with reference "
                                + wish.reference().familiar()
                                + " was found but its platform ("
                                + document.platform()
                                + ") does not match the specified platform ("
                                + wish.machine()
                                + ")");
            }
            int diffIds = document.rootfs().diffIds().size();
            if (diffIds != parts.layers().size()) {
                throw SampanException.invalid(
                        "image with "
                                + parts.layers().size()
                                + " layers, but its config names "
                                + diffIds);
            }
            return document;
        }

        private List<Layer> layers(
                Transfer transfer, List<Descriptor> blobs, List<Digest> diffIds) {
            Map<Digest, Callable<Layer>> works = new LinkedHashMap<>();
            for (int i = 0; i < blobs.size(); i++) {
                Descriptor blob = blobs.get(i);
                Digest diffId = diffIds.get(i);
                if (works.containsKey(blob.digest())) {
                    continue; // the same layer once more
                }
                LayerReport report = new LayerReport(progress, blob.digest().brief(), blob.size());
                report.say("Pulling fs layer");
                works.put(
                        blob.digest(),
                        () -> downloads.layer(repository, transfer, blob, diffId, report));
            }
            Parallel.all(List.copyOf(works.values()));
            return diffIds.stream().map(this::layerHere).toList();
        }

        private Layer layerHere(Digest diffId) {
            return stores.snapshots()
                    .layer(diffId)
                    .orElseThrow(() ->
                            SampanException.invalid(
                                    "layer " + diffId + " comes from no blob of the manifest"));
        }
    }
}
