package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.function.Predicate;
import sampan.engine.content.Ingest;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.transfer.ImageForm.Types;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;
import sampan.oci.tar.Compression;
import sampan.oci.tar.GzipWriter;
import sampan.oci.tar.ZstdWriter;

/// Layers in other forms than they are here. Those of other images are taken where they fit.
final class LayerForms {
    private final Stores stores;
    private final Transfer transfer;
    private final ImageForm form;

    LayerForms(Stores stores, Transfer transfer, ImageForm form) {
        this.stores = stores;
        this.transfer = transfer;
        this.form = form;
    }

    /// @param diffId of the layer
    Descriptor of(Descriptor layer, Digest diffId) {
        Compression has = compressionOf(layer.mediaType());
        Compression wanted = form.compression().orElse(has);
        boolean kept = wanted == has || (has != Compression.NONE && !form.force());
        if (kept) {
            return form.types().map(types -> typed(layer, has, types)).orElse(layer);
        }
        Types types = form.types().orElse(isDocker(layer.mediaType()) ? Types.DOCKER : Types.OCI);
        Optional<Descriptor> known =
                form.level().isPresent()
                        ? Optional.empty()
                        : known(stores, diffId, wanted, d -> transfer.have(d).isPresent());
        return typed(known.orElseGet(() -> written(layer, wanted)), wanted, types);
    }

    private static Descriptor typed(Descriptor layer, Compression compression, Types types) {
        return new Descriptor(
                type(compression, types),
                layer.digest(),
                layer.size(),
                layer.urls(),
                layer.annotations(),
                layer.platform(),
                layer.artifactType());
    }

    private static boolean isDocker(String type) {
        return type.startsWith(MediaType.DOCKER_LAYER);
    }

    private static Compression compressionOf(String type) {
        if (type.endsWith("gzip")) {
            return Compression.GZIP;
        }
        return type.endsWith("zstd") ? Compression.ZSTD : Compression.NONE;
    }

    private static String type(Compression compression, Types types) {
        boolean docker = types == Types.DOCKER;
        return switch (compression) {
            case NONE -> docker ? MediaType.DOCKER_LAYER : MediaType.OCI_LAYER;
            case GZIP -> docker ? MediaType.DOCKER_LAYER_GZIP : MediaType.OCI_LAYER_GZIP;
            case ZSTD -> docker ? MediaType.DOCKER_LAYER_ZSTD : MediaType.OCI_LAYER_ZSTD;
            case BZIP2, XZ ->
                    throw new IllegalArgumentException("no image has layers in " + compression);
        };
    }

    /// A layer as an image has it.
    ///
    /// @param held takes hold of a blob; false where it is not here
    static Optional<Descriptor> known(
            Stores stores, Digest diffId, Compression wanted, Predicate<Digest> held) {
        for (ImageRecord other : stores.images().records()) {
            int at = other.diffIds().indexOf(diffId);
            if (at < 0) {
                continue;
            }
            for (ImageRecord.Form each : other.forms()) {
                Optional<Descriptor> layer =
                        Optional.of(each)
                                .filter(of -> held.test(of.manifest()))
                                .map(of -> layer(stores, of, at))
                                .filter(l -> compressionOf(l.mediaType()) == wanted)
                                .filter(l -> held.test(l.digest()));
                if (layer.isPresent()) {
                    return layer;
                }
            }
        }
        return Optional.empty();
    }

    private static Descriptor layer(Stores stores, ImageRecord.Form of, int at) {
        byte[] manifest = stores.content().read(of.manifest(), ImageStore.CONFIG_BYTES_MAX);
        return Json.read(manifest, Manifest.class).layers().get(at);
    }

    private Descriptor written(Descriptor layer, Compression wanted) {
        try (ReadableByteChannel plain = Compression.open(stores.content().open(layer.digest()));
                Ingest ingest = stores.content().ingest()) {
            switch (wanted) {
                case GZIP ->
                        GzipWriter.compress(
                                plain,
                                ingest,
                                Runtime.getRuntime().availableProcessors(),
                                form.level());
                case ZSTD -> ZstdWriter.compress(plain, ingest, form.level());
                case NONE, BZIP2, XZ -> Transfer.copy(plain, ingest);
            }
            Digest digest = ingest.finish();
            transfer.hold(digest);
            ingest.keep(digest);
            return Descriptor.of(MediaType.OCI_LAYER, digest, ingest.size());
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
    }
}
