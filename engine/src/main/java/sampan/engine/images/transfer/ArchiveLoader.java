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
        try (Transfer transfer = new Transfer(stores);
                ReadableByteChannel tar = Compression.open(new StreamChannel(stream))) {
            ArchiveFiles files = ArchiveFiles.read(tar, transfer, stores.content(), progress);
            List<Found> images = new Reading(files).images();
            if (images.isEmpty()) {
                throw SampanException.invalid("archive without an image in it");
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
                stores.images().add(records.get(i), images.get(i).references());
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
    private record Found(
            Stored config,
            List<Stored> layers,
            Optional<Stored> manifest,
            List<Reference> references) {}

    private ImageRecord prepare(Found image, Transfer transfer) {
        ImageDocument document =
                Json.read(
                        stores.content().read(image.config().digest(), 8 << 20),
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

        Reading(ArchiveFiles files) {
            this.files = files;
        }

        List<Found> images() {
            files.find(Layout.INDEX_FILE)
                    .ifPresent(
                            file -> readIndex(files.json(file, Index.class), Optional.empty(), 0));
            Optional<Stored> docker = files.find(DOCKER_MANIFEST);
            if (docker.isPresent()) {
                List<Found> found = new ArrayList<>();
                for (ArchiveEntry entry : files.json(docker.get(), ArchiveEntry[].class)) {
                    found.add(dockerImage(entry));
                }
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
                    entry.repoTags().stream().map(Reference::parse).toList());
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
                    names.getOrDefault(config, List.of()));
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

        private void readIndex(Index index, Optional<Reference> name, int depth) {
            if (depth == INDEX_DEPTH_MAX) {
                throw SampanException.invalid("image index nested too deep");
            }
            // The index of a layout lists images; one below lists the platforms of one image.
            List<Descriptor> entries =
                    depth == 0
                            ? index.manifests()
                            : index.select(Platform.host()).stream().toList();
            for (Descriptor entry : entries) {
                Optional<Reference> named = nameOf(entry).or(() -> name);
                Optional<Stored> blob = files.blob(entry.digest());
                if (blob.isEmpty()) {
                    continue; // a layout may leave out other platforms
                }
                if (MediaType.isIndex(entry.mediaType())) {
                    readIndex(files.json(blob.get(), Index.class), named, depth + 1);
                } else if (MediaType.isManifest(entry.mediaType())) {
                    readManifest(blob.get(), named);
                }
            }
        }

        private void readManifest(Stored blob, Optional<Reference> name) {
            Manifest manifest = files.json(blob, Manifest.class);
            if (!MediaType.isImageConfig(manifest.config().mediaType())) {
                return; // some other artifact
            }
            Digest config = manifest.config().digest();
            manifests.putIfAbsent(config, blob);
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
