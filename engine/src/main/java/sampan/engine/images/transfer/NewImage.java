package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageViews;
import sampan.engine.snapshots.Layer;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.RootFs;
import sampan.oci.image.ImageDocument.Step;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// An image of our own making: a parent's layers, if any, and one more on top.
///
/// @param parent with its parsed config
/// @param step how the new layer came to be
public record NewImage(
        Optional<Parent> parent,
        ImageConfig config,
        Platform platform,
        String author,
        Step step,
        Instant created) {
    /// 1,024 zeros: a tar without entries.
    private static final Digest EMPTY_TAR =
            Digest.parse("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");

    /// @param layers descriptors of the layers as they came
    public record Parent(ImageRecord record, ImageDocument document, List<Descriptor> layers) {}

    /// What writes a layer as a plain tar.
    public interface LayerSource {
        void writeTo(OutputStream tar) throws IOException;
    }

    /// Stores the layer and adds the image, with a name or without.
    public ImageRecord make(Stores stores, Optional<Reference> name, LayerSource source) {
        try (Transfer transfer = new Transfer(stores)) {
            parent.ifPresent(p -> transfer.hold(p.record()));
            ImageRecord record = make(transfer, transfer.storeLayer(source));
            stores.images().add(record, name.stream().toList());
            return record;
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
    }

    /// Commits the layer and writes config and manifest.
    ImageRecord make(Transfer transfer, Stored layer) {
        Digest diffId = transfer.diffId(layer);
        // A layer without an entry says nothing; the first one is kept, an image needs one.
        boolean changed = parent.isEmpty() || !diffId.equals(EMPTY_TAR);
        Layer committed = transfer.commitLayers(List.of(layer), List.of(diffId)).getFirst();
        List<Digest> diffIds = new ArrayList<>();
        List<Digest> blobs = new ArrayList<>();
        List<Descriptor> descriptors = new ArrayList<>();
        List<Step> history = new ArrayList<>();
        parent.ifPresent(below -> {
            diffIds.addAll(below.record().diffIds());
            blobs.addAll(below.record().layerBlobs());
            descriptors.addAll(below.layers());
            history.addAll(below.document().history());
        });
        if (changed) {
            diffIds.add(diffId);
            blobs.add(layer.digest());
            descriptors.add(ArchiveLoader.descriptorOf(layer));
        }
        history.add(changed ? step : step.withoutLayer());
        Stored written = transfer.store(Json.write(document(diffIds, history)));
        Stored manifest =
                transfer.store(
                        Json.write(
                                Manifest.of(
                                        Descriptor.of(
                                                MediaType.OCI_CONFIG,
                                                written.digest(),
                                                written.size()),
                                        descriptors)));
        return new ImageRecord(
                written.digest(),
                manifest.digest(),
                blobs,
                diffIds,
                parent.map(p -> p.record().size()).orElse(0L) + (changed ? committed.size() : 0),
                parent.map(p -> p.record().id()),
                List.of(),
                List.of(),
                Instant.now());
    }

    private ImageDocument document(List<Digest> diffIds, List<Step> history) {
        return new ImageDocument(
                created.toString(),
                author,
                step.comment(),
                platform.architecture(),
                platform.variant(),
                platform.os(),
                "",
                Optional.of(ImageViews.settings(config)),
                RootFs.of(diffIds),
                history);
    }
}
