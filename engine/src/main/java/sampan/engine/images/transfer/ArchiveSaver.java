package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sampan.engine.images.Image;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ImageText;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.leases.Lease;
import sampan.engine.registry.ManifestContent;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ArchiveEntry;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// `docker save`: an OCI layout that is a Docker archive too. The same images always give the same
/// bytes, and loading them gives the same digests.
public final class ArchiveSaver {
    private static final String BLOBS = "blobs/" + Digest.SHA256;
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;
    private static final int COPY_BYTES = 128 << 10;

    private final Stores stores;

    public ArchiveSaver(Stores stores) {
        this.stores = stores;
    }

    /// Writes the images with those names that were asked for; an id alone gives no name, a
    /// repository without a tag gives all of its tags. A name of several platforms gives all that
    /// are here, with their index. The stream stays the caller's to close.
    ///
    /// @param platform of each name the image for that one alone
    public void save(List<String> texts, Optional<Platform> platform, OutputStream out) {
        Saved wanted = new Saved();
        try (Lease lease = stores.leases().open()) {
            for (String text : texts) {
                choose(text, platform, wanted);
            }
            List<ImageRecord> records =
                    wanted.images().stream().map(stores.images()::record).toList();
            records.forEach(record -> hold(record, lease));
            wanted.indexes.values().forEach(i -> i.name().ownBlobs().forEach(lease::hold));
            // What went between the look and the hold is noticed here.
            wanted.images().forEach(stores.images()::record);
            write(records, wanted, out);
        }
    }

    /// What is saved.
    ///
    /// @param names of each image
    /// @param indexes names that stand for each index, and the images of it that are here
    private record Saved(Map<Digest, List<Reference>> names, Map<Digest, IndexNames> indexes) {
        Saved() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>());
        }

        List<Digest> images() {
            Set<Digest> all = new LinkedHashSet<>(names.keySet());
            indexes.values().forEach(index -> all.addAll(index.name().images()));
            return List.copyOf(all);
        }
    }

    private record IndexNames(
            ReferenceRecord name, ManifestContent content, List<Reference> references) {}

    private static void hold(ImageRecord record, Lease lease) {
        lease.hold(record.id());
        lease.hold(record.manifest());
        record.layerBlobs().forEach(lease::hold);
    }

    private void choose(String text, Optional<Platform> platform, Saved wanted) {
        List<ReferenceRecord> tags = tagsOf(text);
        if (!tags.isEmpty()) {
            tags.forEach(tag -> addName(wanted, tag, platform, tag.reference()));
            return;
        }
        Image image = stores.images().resolve(text).image();
        if (image.virtual()) {
            throw SampanException.conflict(
                    "image host is built in, it cannot be saved: it has no layers, it is this"
                            + " machine's root filesystem");
        }
        Digest id = Digest.parse(image.id());
        if (ImageText.isIdPrefix(text, image.id())) {
            require(text, image, platform);
            wanted.names().computeIfAbsent(id, _ -> new ArrayList<>());
            return;
        }
        Optional<ReferenceRecord> name = stores.images().name(text);
        if (name.isPresent()) {
            addName(wanted, name.get(), platform, name.get().reference());
        } else {
            require(text, image, platform);
            addName(wanted.names(), id, Reference.parse(text));
        }
    }

    private static void require(String text, Image image, Optional<Platform> platform) {
        Platform own = Platform.of(image.os(), image.architecture(), image.variant());
        if (platform.isPresent() && !own.runsOn(platform.get())) {
            throw PushedPlatforms.mismatch(text, own, platform.get());
        }
    }

    private void addName(
            Saved wanted, ReferenceRecord name, Optional<Platform> platform, Reference shown) {
        Optional<ManifestContent> index = PushedPlatforms.index(stores, name);
        if (platform.isPresent()) {
            addName(
                    wanted.names(),
                    PushedPlatforms.ofPlatform(stores, name, platform.get()),
                    shown);
        } else if (index.isEmpty() || !areCurrent(name)) {
            addName(wanted.names(), name.image(), shown);
        } else {
            List<Reference> references =
                    wanted.indexes()
                            .computeIfAbsent(
                                    index.get().digest(),
                                    _ -> new IndexNames(name, index.get(), new ArrayList<>()))
                            .references();
            if (shown.tag().isPresent() && !references.contains(shown)) {
                references.add(shown);
            }
        }
    }

    // An image is written in its current form: that must be the one that the index names.
    private boolean areCurrent(ReferenceRecord name) {
        return name.variants().stream()
                .allMatch(variant ->
                        stores.images()
                                .record(variant.image())
                                .manifest()
                                .equals(variant.manifest()));
    }

    private static void addName(
            Map<Digest, List<Reference>> wanted, Digest id, Reference reference) {
        List<Reference> names = wanted.computeIfAbsent(id, _ -> new ArrayList<>());
        if (reference.tag().isPresent() && !names.contains(reference)) {
            names.add(reference);
        }
    }

    private List<ReferenceRecord> tagsOf(String text) {
        Reference bare;
        try {
            bare = Reference.parseBare(text);
        } catch (SampanException e) {
            return List.of(); // an id
        }
        if (bare.tag().isPresent() || bare.digest().isPresent()) {
            return List.of();
        }
        return stores.images().names().stream()
                .filter(n -> n.reference().sameRepository(bare))
                .toList();
    }

    /// Writes images that are kept by somebody.
    void write(List<ImageRecord> records, Map<Digest, List<Reference>> names, OutputStream out) {
        write(records, new Saved(names, Map.of()), out);
    }

    private void write(List<ImageRecord> records, Saved wanted, OutputStream out) {
        TarWriter tar = new TarWriter(out);
        TreeMap<Digest, Long> blobs = new TreeMap<>();
        List<Descriptor> manifests = new ArrayList<>();
        List<ArchiveEntry> entries = new ArrayList<>();
        for (ImageRecord record : records) {
            record.layerBlobs().forEach(b -> blobs.put(b, sizeOf(b)));
            blobs.put(record.id(), sizeOf(record.id()));
            blobs.put(record.manifest(), sizeOf(record.manifest()));
            List<Reference> references = new ArrayList<>();
            if (wanted.names().containsKey(record.id())) {
                references.addAll(wanted.names().get(record.id()));
                manifests.addAll(named(descriptor(record), references));
            }
            wanted.indexes().values().stream()
                    .filter(index -> index.name().image().equals(record.id()))
                    .forEach(index -> references.addAll(index.references()));
            boolean usual =
                    wanted.names().containsKey(record.id())
                            || wanted.indexes().values().stream()
                                    .anyMatch(index -> index.name().image().equals(record.id()));
            if (usual) {
                entries.add(entry(record, references));
            }
        }
        for (IndexNames index : wanted.indexes().values()) {
            index.name().ownBlobs().forEach(blob -> blobs.put(blob, sizeOf(blob)));
            manifests.addAll(named(index.content().descriptor(), index.references()));
        }
        tar.begin(TarEntry.directory("blobs", DIRECTORY_MODE));
        tar.begin(TarEntry.directory(BLOBS, DIRECTORY_MODE));
        blobs.forEach((digest, size) -> blob(tar, digest, size));
        tar.file(Layout.INDEX_FILE, FILE_MODE, Json.write(Index.of(manifests)));
        tar.file("manifest.json", FILE_MODE, Json.write(entries));
        tar.file(Layout.FILE, FILE_MODE, Json.write(Layout.CURRENT));
        tar.finish();
    }

    private static ArchiveEntry entry(ImageRecord record, List<Reference> references) {
        return new ArchiveEntry(
                path(record.id()),
                references.stream().map(Reference::familiar).toList(),
                record.layerBlobs().stream().map(ArchiveSaver::path).toList());
    }

    private Descriptor descriptor(ImageRecord record) {
        byte[] content = stores.content().read(record.manifest(), ImageStore.CONFIG_BYTES_MAX);
        String type = Json.read(content, Manifest.class).mediaType();
        Platform platform = stores.images().document(record.id()).platform();
        return new Descriptor(
                type.isEmpty() ? MediaType.OCI_MANIFEST : type,
                record.manifest(),
                content.length,
                List.of(),
                Map.of(),
                platform.architecture().isEmpty() ? Optional.empty() : Optional.of(platform),
                "");
    }

    private static List<Descriptor> named(Descriptor plain, List<Reference> references) {
        if (references.isEmpty()) {
            return List.of(plain);
        }
        return references.stream()
                .map(r ->
                        plain.withAnnotations(
                                Map.of(
                                        Descriptor.IMAGE_NAME,
                                        r.toString(),
                                        Descriptor.REFERENCE_NAME,
                                        r.tag().orElse(""))))
                .toList();
    }

    private long sizeOf(Digest blob) {
        return stores.content()
                .size(blob)
                .orElseThrow(() -> SampanException.notFound("content " + blob + " is not here"));
    }

    private static String path(Digest digest) {
        return BLOBS + "/" + digest.hex();
    }

    private void blob(TarWriter tar, Digest digest, long size) {
        tar.begin(TarEntry.file(path(digest), FILE_MODE, size));
        try (InputStream in = Channels.newInputStream(stores.content().open(digest))) {
            byte[] piece = new byte[COPY_BYTES];
            for (int got = in.read(piece); got > 0; got = in.read(piece)) {
                tar.write(piece, 0, got);
            }
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "reading " + digest + " failed: " + e.getMessage(), e);
        }
        if (tar.remaining() > 0) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "content " + digest + " is shorter than it was");
        }
        tar.end();
    }
}
