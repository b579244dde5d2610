package sampan.engine.images.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import sampan.engine.images.ImageStore;
import sampan.engine.images.transfer.Pusher.Target;
import sampan.engine.registry.ManifestContent;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;
import sampan.oci.tar.Compression;

/// A build's cache on its way to a registry: the image of each stage. They are no images of the
/// store: what they are made of is held by who asks.
final class CachePush {
    private final Stores stores;
    private final Pusher pusher;
    private final Semaphore turns;
    private final Target target;
    private final Optional<CompressedPush> compression;

    /// @param turns to send something
    /// @param compression absent where plain layers are sent as they are
    CachePush(
            Stores stores,
            Pusher pusher,
            Semaphore turns,
            Target target,
            Optional<CompressedPush> compression) {
        this.stores = stores;
        this.pusher = pusher;
        this.turns = turns;
        this.target = target;
        this.compression = compression;
    }

    /// @return the image's manifest, or the index of several
    Descriptor push(String tag, List<Digest> images) {
        List<Manifest> manifests = images.stream().map(this::read).toList();
        Map<Digest, Callable<Descriptor>> works = new LinkedHashMap<>();
        for (Manifest manifest : manifests) {
            works.put(manifest.config().digest(), () -> send(manifest.config()));
            manifest.layers().forEach(layer -> works.put(layer.digest(), () -> send(layer)));
        }
        List<Descriptor> results = Parallel.all(List.copyOf(works.values()));
        Map<Digest, Descriptor> sent = new LinkedHashMap<>();
        works.keySet().forEach(digest -> sent.put(digest, results.get(sent.size())));
        List<Descriptor> written = new ArrayList<>();
        for (Manifest manifest : manifests) {
            written.add(
                    put(manifest, sent, images.size() == 1 ? Optional.of(tag) : Optional.empty()));
        }
        if (written.size() == 1) {
            return written.getFirst();
        }
        byte[] index = Json.write(Index.of(written));
        ManifestContent content = new ManifestContent(MediaType.OCI_INDEX, Digest.of(index), index);
        target.repository().putManifest(tag, content);
        return content.descriptor();
    }

    private Manifest read(Digest manifest) {
        return Json.read(
                stores.content().read(manifest, ImageStore.CONFIG_BYTES_MAX), Manifest.class);
    }

    private Descriptor put(Manifest image, Map<Digest, Descriptor> sent, Optional<String> tag) {
        List<Descriptor> layers =
                image.layers().stream().map(l -> sent.getOrDefault(l.digest(), l)).toList();
        List<Descriptor> blobs = new ArrayList<>(layers);
        blobs.add(image.config());
        byte[] bytes = Json.write(Manifest.of(image.config(), layers));
        ManifestContent content =
                new ManifestContent(MediaType.OCI_MANIFEST, Digest.of(bytes), bytes);
        pusher.put(target, tag.orElseGet(content.digest()::toString), content, blobs);
        return content.descriptor();
    }

    private Descriptor send(Descriptor blob) throws InterruptedException {
        turns.acquire();
        try {
            Optional<String> type = CompressedPush.compressedType(blob.mediaType());
            if (compression.isPresent() && type.isPresent()) {
                return compressed(compression.get(), blob, type.get());
            }
            pusher.send(target, blob, blob.digest().brief());
            return blob;
        } finally {
            turns.release();
        }
    }

    // What it was called the last time may be there still.
    private Descriptor compressed(CompressedPush to, Descriptor layer, String type) {
        Optional<Descriptor> before = pusher.zipped().of(layer.digest());
        if (before.isPresent() && target.repository().hasBlob(before.get().digest())) {
            return before.get();
        }
        // A plain layer is called by its diffID: an image that was pushed has it compressed.
        Optional<Descriptor> here =
                LayerForms.known(stores, layer.digest(), Compression.GZIP, to::have)
                        .map(l -> Descriptor.of(type, l.digest(), l.size()));
        if (here.isPresent()) {
            pusher.send(target, here.get(), layer.digest().brief());
            pusher.zipped().add(layer.digest(), here.get());
            return here.get();
        }
        CompressedPush.Pushed pushed = to.push(layer, type, _ -> {});
        if (!pushed.sent()) {
            pusher.send(target, pushed.layer(), layer.digest().brief());
        }
        pusher.zipped().add(layer.digest(), pushed.layer());
        return pushed.layer();
    }
}
