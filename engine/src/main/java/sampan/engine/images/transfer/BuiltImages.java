package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.Nameless;
import sampan.engine.images.PlatformIndex;
import sampan.engine.images.transfer.NewImage.LayerSource;
import sampan.engine.snapshots.Layer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// Layers and images that a build makes. Several threads may add layers. Closing it drops what
/// neither an image nor another lease keeps.
public final class BuiltImages implements AutoCloseable {
    private final Stores stores;
    private final Transfer transfer;
    private volatile boolean stored;
    private volatile boolean unknown;

    public BuiltImages(Stores stores) {
        this.stores = stores;
        this.transfer = new Transfer(stores);
    }

    /// A layer that is stored.
    ///
    /// @param blob as an image's manifest names it
    /// @param diffId of the plain tar
    /// @param size bytes of its files
    public record BuiltLayer(Descriptor blob, Digest diffId, long size) {}

    /// Stores a layer.
    public BuiltLayer layer(LayerSource source) {
        stored = true;
        try {
            Stored stored = transfer.storeLayer(source);
            Digest diffId = transfer.diffId(stored);
            Layer layer = transfer.commitLayers(List.of(stored), List.of(diffId)).getFirst();
            return new BuiltLayer(ArchiveLoader.descriptorOf(stored), diffId, layer.size());
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
    }

    /// What gets a layer from elsewhere.
    interface LayerFetch {
        Layer into(Transfer transfer, LayerReport report) throws IOException, InterruptedException;
    }

    /// Stores a layer that comes from elsewhere.
    BuiltLayer bring(LayerFetch fetch, Descriptor blob, Digest diffId) {
        stored = true;
        try {
            LayerReport silent =
                    new LayerReport(PullProgress.SILENT, blob.digest().brief(), blob.size());
            return new BuiltLayer(blob, diffId, fetch.into(transfer, silent).size());
        } catch (IOException e) {
            throw Transfer.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pulling", e);
        }
    }

    /// Keeps a layer for as long as this lasts; false where it is gone already.
    public boolean hold(BuiltLayer layer) {
        transfer.hold(layer.diffId());
        transfer.hold(layer.blob().digest());
        return stores.snapshots().layer(layer.diffId()).isPresent();
    }

    /// The layers of an image that is here, kept for as long as this lasts.
    public List<BuiltLayer> layersOf(ImageRecord image) {
        transfer.hold(image);
        Manifest manifest = manifest(image);
        List<BuiltLayer> layers = new ArrayList<>();
        for (int i = 0; i < image.diffIds().size(); i++) {
            Digest diffId = image.diffIds().get(i);
            long size = stores.snapshots().layer(diffId).map(Layer::size).orElse(0L);
            layers.add(new BuiltLayer(manifest.layers().get(i), diffId, size));
        }
        return layers;
    }

    /// An image of layers that are here: stored, but known to nobody and gone when this is closed.
    ///
    /// @param annotations of its manifest
    public ImageRecord image(
            ImageDocument document,
            List<BuiltLayer> layers,
            Optional<Digest> parent,
            Map<String, String> annotations) {
        unknown = true;
        Stored config = transfer.store(Json.write(document));
        List<Descriptor> descriptors = layers.stream().map(BuiltLayer::blob).toList();
        Descriptor described = Descriptor.of(MediaType.OCI_CONFIG, config.digest(), config.size());
        Manifest made = Manifest.of(described, descriptors).withAnnotations(annotations);
        Stored manifest = transfer.store(Json.write(made));
        return new ImageRecord(
                config.digest(),
                manifest.digest(),
                descriptors.stream().map(Descriptor::digest).toList(),
                layers.stream().map(BuiltLayer::diffId).toList(),
                layers.stream().mapToLong(BuiltLayer::size).sum(),
                parent,
                List.of(),
                List.of(),
                Instant.now());
    }

    /// Stores a small document, kept for as long as this lasts.
    public Descriptor put(String mediaType, byte[] content) {
        unknown = true;
        Stored put = transfer.store(content);
        return Descriptor.of(mediaType, put.digest(), put.size());
    }

    /// The image with its blobs in another form, as [#image] gives it.
    public ImageRecord formed(ImageRecord image, ImageForm form) {
        if (form.equals(ImageForm.PLAIN)) {
            return image;
        }
        unknown = true;
        Manifest old = manifest(image);
        LayerForms forms = new LayerForms(stores, transfer, form);
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < old.layers().size(); i++) {
            layers.add(forms.of(old.layers().get(i), image.diffIds().get(i)));
        }
        ImageForm.Types types = form.types().orElse(ImageForm.Types.OCI);
        boolean docker = types == ImageForm.Types.DOCKER;
        Map<String, String> annotations = new LinkedHashMap<>(old.annotations());
        annotations.putAll(form.annotations());
        Descriptor config =
                Descriptor.of(
                        docker ? MediaType.DOCKER_CONFIG : MediaType.OCI_CONFIG,
                        old.config().digest(),
                        old.config().size());
        Manifest made =
                new Manifest(
                        old.schemaVersion(),
                        docker ? MediaType.DOCKER_MANIFEST : MediaType.OCI_MANIFEST,
                        config,
                        layers,
                        annotations,
                        Optional.empty(),
                        "");
        Stored manifest = transfer.store(Json.write(made));
        return image.in(
                new ImageRecord.Form(
                        manifest.digest(), layers.stream().map(Descriptor::digest).toList()),
                _ -> false);
    }

    private Manifest manifest(ImageRecord image) {
        return Json.read(
                stores.content().read(image.manifest(), ImageStore.CONFIG_BYTES_MAX),
                Manifest.class);
    }

    /// Makes it one of the store's images.
    public void add(ImageRecord image, List<Reference> names) {
        add(image, names, Optional.empty());
    }

    /// Makes it one of the store's images, as one of those that an index lists.
    ///
    /// @param index that was [#put]
    public void add(ImageRecord image, List<Reference> names, Optional<Digest> index) {
        Indexes indexes = new Indexes(stores, transfer);
        Optional<PlatformIndex> listed =
                index.map(digest ->
                        indexes.of(
                                digest,
                                stores.content().read(digest, ImageStore.CONFIG_BYTES_MAX)));
        stores.images().add(image, listed.map(of -> named(names, of)).orElse(names), listed);
        unknown = false;
        stored |= !names.isEmpty();
    }

    // Without a name the index would be nobody's, and its digest mean nothing.
    private List<Reference> named(List<Reference> names, PlatformIndex index) {
        boolean known =
                stores.images()
                        .name(index.digest().toString())
                        .filter(name -> !Nameless.is(name.reference()))
                        .isPresent();
        return names.isEmpty() && !known ? List.of(Nameless.of(index.digest())) : names;
    }

    /// Writes an image as `docker save` does.
    public void save(ImageRecord image, List<Reference> names, OutputStream out) {
        new ArchiveSaver(stores).write(List.of(image), Map.of(image.id(), names), out);
    }

    /// The manifest of an image, then its config and layers.
    public List<Descriptor> parts(ImageRecord image) {
        byte[] content = stores.content().read(image.manifest(), ImageStore.CONFIG_BYTES_MAX);
        Manifest manifest = Json.read(content, Manifest.class);
        List<Descriptor> parts = new ArrayList<>();
        parts.add(Descriptor.of(manifest.mediaType(), image.manifest(), content.length));
        parts.add(manifest.config());
        parts.addAll(manifest.layers());
        return parts;
    }

    /// A blob; the caller closes it.
    public InputStream open(Digest blob) {
        return Channels.newInputStream(stores.content().open(blob));
    }

    @Override
    public void close() {
        if (stored || unknown) {
            transfer.close();
        } else {
            transfer.release();
        }
    }
}
