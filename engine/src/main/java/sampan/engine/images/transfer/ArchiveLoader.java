package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ReadableByteChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.PlatformIndex;
import sampan.engine.snapshots.Layer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ArchiveEntry;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.Compression;
import sampan.oci.tar.StreamChannel;

/// `docker load`: Docker archives of every age since 1.10 and OCI layouts, plain or gzip.
public final class ArchiveLoader {
    private static final String DOCKER_MANIFEST = "manifest.json";
    private static final int IMAGES_MAX = 1000;
    private static final int INDEX_DEPTH_MAX = 4;

    private final Stores stores;

    public ArchiveLoader(Stores stores) {
        this.stores = stores;
    }

    /// An image of the archive.
    public record LoadedImage(Digest id, List<Reference> references) {}

    /// Reads to the stream's end, which stays the caller's to close. All images appear, or none.
    public List<LoadedImage> load(InputStream stream, TransferProgress progress) {
        return load(stream, Optional.empty(), progress);
    }

    /// @param platform images of others are left out
    public List<LoadedImage> load(
            InputStream stream, Optional<Platform> platform, TransferProgress progress) {
        try (Transfer transfer = new Transfer(stores);
                ReadableByteChannel tar = Compression.open(new StreamChannel(stream))) {
            ArchiveFiles files = ArchiveFiles.read(tar, transfer, stores.content(), progress);
            List<Found> images =
                    new Reading(files)
                            .images().stream().filter(image -> isOf(image, platform)).toList();
            if (images.isEmpty()) {
                throw platform.isPresent()
                        ? SampanException.notFound("archive without an image for " + platform.get())
                        : SampanException.invalid("archive without an image in it");
            }
            if (images.size() > IMAGES_MAX) {
                throw SampanException.invalid("archive with more than " + IMAGES_MAX + " images");
            }
            List<ImageRecord> records = new ArrayList<>();
            for (Found image : images) {
                records.add(prepare(image, transfer));
            }
            List<LoadedImage> loaded = new ArrayList<>();
            for (int i = 0; i < records.size(); i++) {
                stores.images()
                        .add(
                                records.get(i),
                                images.get(i).references(),
                                images.get(i).index().map(index -> platforms(index, transfer)));
                loaded.add(new LoadedImage(records.get(i).id(), images.get(i).references()));
            }
            return loaded;
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "reading the archive failed: " + e.getMessage(), e);
        }
    }

    /// An image whose parts are stored.
    ///
    /// @param manifest where the archive has one
    /// @param index that lists it among those of other platforms
    private record Found(
            Stored config,
            List<Stored> layers,
            Optional<Stored> manifest,
            List<Reference> references,
            Optional<Stored> index) {}

    private PlatformIndex platforms(Stored index, Transfer transfer) {
        return new Indexes(stores, transfer)
                .of(
                        index.digest(),
                        stores.content().read(index.digest(), ImageStore.CONFIG_BYTES_MAX));
    }

    private boolean isOf(Found image, Optional<Platform> platform) {
        return platform.isEmpty()
                || Json.read(
                                stores.content()
                                        .read(image.config().digest(), ImageStore.CONFIG_BYTES_MAX),
                                ImageDocument.class)
                        .platform()
                        .runsOn(platform.get());
    }

    private ImageRecord prepare(Found image, Transfer transfer) {
        ImageDocument document =
                Json.read(
                        stores.content().read(image.config().digest(), ImageStore.CONFIG_BYTES_MAX),
                        ImageDocument.class);
        if (!document.os().isEmpty() && !document.os().equals("linux")) {
            throw SampanException.invalid("image is for " + document.os() + ", not for linux");
        }
        List<Layer> layers = transfer.commitLayers(image.layers(), document.rootfs().diffIds());
        Stored manifest = image.manifest().orElseGet(() -> transfer.store(manifestOf(image)));
        return new ImageRecord(
                image.config().digest(),
                manifest.digest(),
                image.layers().stream().map(Stored::digest).toList(),
                document.rootfs().diffIds(),
                layers.stream().mapToLong(Layer::size).sum(),
                Optional.empty(),
                List.of(),
                List.of(),
                Instant.now());
    }

    private static byte[] manifestOf(Found image) {
        return Json.write(
                Manifest.of(
                        Descriptor.of(
                                MediaType.OCI_CONFIG,
                                image.config().digest(),
                                image.config().size()),
                        image.layers().stream().map(ArchiveLoader::descriptorOf).toList()));
    }

    static Descriptor descriptorOf(Stored layer) {
        String type =
                switch (layer.compression()) {
                    case NONE -> MediaType.OCI_LAYER;
                    case GZIP -> MediaType.OCI_LAYER_GZIP;
                    case ZSTD -> MediaType.OCI_LAYER_ZSTD;
                    case BZIP2, XZ ->
                            throw SampanException.invalid(
                                    "a layer of the image is compressed with "
                                            + layer.compression().name().toLowerCase(Locale.ROOT)
                                            + ": layers are plain, in gzip or in zstd");
                };
        return Descriptor.of(type, layer.digest(), layer.size());
    }

    /// Finds the images that an archive names.
    private static final class Reading {
        private final ArchiveFiles files;
        // manifests of the layout by the digest of their config
        private final Map<Digest, Stored> manifests = new LinkedHashMap<>();
        private final Map<Digest, List<Reference>> names = new LinkedHashMap<>();
        private final Map<Digest, Stored> indexes = new LinkedHashMap<>();

        Reading(ArchiveFiles files) {
            this.files = files;
        }

        List<Found> images() {
            files.find(Layout.INDEX_FILE)
                    .ifPresent(file ->
                            readIndex(files.json(file, Index.class), Optional.empty(), List.of()));
            Optional<Stored> docker = files.find(DOCKER_MANIFEST);
            if (docker.isPresent()) {
                List<Found> found = new ArrayList<>();
                for (ArchiveEntry entry : files.json(docker.get(), ArchiveEntry[].class)) {
                    found.add(dockerImage(entry));
                }
                // which names one platform of an index alone
                List<Digest> known = found.stream().map(image -> image.config().digest()).toList();
                manifests.forEach((config, manifest) -> {
                    if (indexes.containsKey(config) && !known.contains(config)) {
                        found.add(layoutImage(config, manifest));
                    }
                });
                return found;
            }
            return manifests.entrySet().stream()
                    .map(e -> layoutImage(e.getKey(), e.getValue()))
                    .toList();
        }

        private Found dockerImage(ArchiveEntry entry) {
            Stored config = files.get(entry.config());
            List<Stored> layers = entry.layers().stream().map(files::get).toList();
            Optional<Stored> manifest =
                    Optional.ofNullable(manifests.get(config.digest()))
                            .filter(m -> layersOf(m).equals(digests(layers)));
            return new Found(
                    config,
                    layers,
                    manifest,
                    entry.repoTags().stream().map(Reference::parse).toList(),
                    manifest.flatMap(_ -> Optional.ofNullable(indexes.get(config.digest()))));
        }

        private static List<Digest> digests(List<Stored> layers) {
            return layers.stream().map(Stored::digest).toList();
        }

        private List<Digest> layersOf(Stored manifest) {
            return files.json(manifest, Manifest.class).layers().stream()
                    .map(Descriptor::digest)
                    .toList();
        }

        private Found layoutImage(Digest config, Stored manifest) {
            Manifest image = files.json(manifest, Manifest.class);
            return new Found(
                    blob(image.config()),
                    image.layers().stream().map(this::blob).toList(),
                    Optional.of(manifest),
                    names.getOrDefault(config, List.of()),
                    Optional.ofNullable(indexes.get(config)));
        }

        private Stored blob(Descriptor descriptor) {
            Stored blob =
                    files.blob(descriptor.digest())
                            .orElseThrow(() ->
                                    SampanException.invalid(
                                            "image archive lacks blob " + descriptor.digest()));
            if (blob.size() != descriptor.size()) {
                throw SampanException.invalid(
                        "blob "
                                + descriptor.digest()
                                + " has "
                                + blob.size()
                                + " bytes where its descriptor says "
                                + descriptor.size());
            }
            return blob;
        }

        /// @param above indexes that led here; the layout's own is none of them
        private void readIndex(Index index, Optional<Reference> name, List<Stored> above) {
            if (above.size() == INDEX_DEPTH_MAX) {
                throw SampanException.invalid("image index nested too deep");
            }
            for (Descriptor entry : index.manifests()) {
                Optional<Reference> named = nameOf(entry).or(() -> name);
                Optional<Stored> blob = files.blob(entry.digest());
                // The index of a layout lists images; one below lists the platforms of one image,
                // and may name some that the archive leaves out.
                if (blob.isEmpty() || (!above.isEmpty() && !runsOnLinux(entry))) {
                    continue;
                }
                if (MediaType.isIndex(entry.mediaType())) {
                    List<Stored> path = new ArrayList<>(above);
                    path.add(blob.get());
                    readIndex(files.json(blob.get(), Index.class), named, path);
                } else if (MediaType.isManifest(entry.mediaType())) {
                    readManifest(blob.get(), named, above);
                }
            }
        }

        private static boolean runsOnLinux(Descriptor entry) {
            return entry.platform().map(platform -> platform.os().equals("linux")).orElse(true);
        }

        private void readManifest(Stored blob, Optional<Reference> name, List<Stored> above) {
            Manifest manifest = files.json(blob, Manifest.class);
            if (!MediaType.isImageConfig(manifest.config().mediaType())) {
                return; // some other artifact
            }
            Digest config = manifest.config().digest();
            manifests.putIfAbsent(config, blob);
            if (above.size() == 1) {
                indexes.putIfAbsent(config, above.getFirst());
            }
            name.ifPresent(n -> names.computeIfAbsent(config, c -> new ArrayList<>()).add(n));
        }

        // The second annotation often holds a bare tag, which names no repository.
        private static Optional<Reference> nameOf(Descriptor entry) {
            String full = entry.annotations().getOrDefault(Descriptor.IMAGE_NAME, "");
            String text =
                    full.isEmpty()
                            ? entry.annotations().getOrDefault(Descriptor.REFERENCE_NAME, "")
                            : full;
            boolean whole = !full.isEmpty() || text.contains(":") || text.contains("/");
            return text.isEmpty() || !whole ? Optional.empty() : Optional.of(Reference.parse(text));
        }
    }
}
