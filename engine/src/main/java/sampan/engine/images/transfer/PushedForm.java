package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import sampan.engine.content.Ingest;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.ImageStore;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Repository;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;
import sampan.oci.tar.GzipWriter;

/// In which of its forms an image is pushed. One that a registry has stays as it is, so that
/// digests survive; plain layers of our own making are compressed, and the image stays in that form
/// from then on.
final class PushedForm {
    private final Stores stores;
    private final Lease lease;
    private final Repository repository;
    private final Set<Digest> sent = new HashSet<>();
    private final int threads = Runtime.getRuntime().availableProcessors();

    /// @param lease of the push
    /// @param repository gets layers while they are being compressed
    PushedForm(Stores stores, Lease lease, Repository repository) {
        this.stores = stores;
        this.lease = lease;
        this.repository = repository;
    }

    /// Layers that the repository has got already.
    Set<Digest> sent() {
        return sent;
    }

    /// @param reference where to
    /// @param compressing told of each layer that is compressed, by its number
    Form of(ImageRecord record, Reference reference, IntConsumer compressing) {
        for (Form form : record.forms()) {
            hold(form);
        }
        List<Form> here =
                record.forms().stream().filter(f -> stores.content().has(f.manifest())).toList();
        Optional<Form> known =
                here.stream()
                        .filter(form -> isThere(record, form, reference))
                        .findFirst()
                        .or(() ->
                                here.stream()
                                        .filter(f -> stores.images().isKnown(record.id(), f))
                                        .findFirst());
        return known.orElseGet(() -> compressed(record, compressing));
    }

    private void hold(Form form) {
        lease.hold(form.manifest());
        form.layerBlobs().forEach(lease::hold);
    }

    private boolean isThere(ImageRecord record, Form form, Reference reference) {
        return stores.images().names(record.id()).stream()
                .anyMatch(name ->
                        name.reference().sameRepository(reference) && name.knows(form.manifest()));
    }

    private Form compressed(ImageRecord record, IntConsumer compressing) {
        Form plain = record.forms().getFirst();
        Manifest manifest =
                Json.read(
                        stores.content().read(plain.manifest(), ImageStore.CONFIG_BYTES_MAX),
                        Manifest.class);
        Map<Digest, Descriptor> known = known();
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < manifest.layers().size(); i++) {
            Descriptor layer = manifest.layers().get(i);
            Optional<String> type = compressedType(layer.mediaType());
            if (type.isPresent() && !known.containsKey(layer.digest())) {
                compressing.accept(i);
                known.put(layer.digest(), compressed(layer, type.get()));
            }
            layers.add(known.getOrDefault(layer.digest(), layer));
        }
        if (layers.equals(manifest.layers())) {
            return plain;
        }
        byte[] written =
                Json.write(
                        new Manifest(
                                manifest.schemaVersion(),
                                manifest.mediaType(),
                                manifest.config(),
                                layers,
                                manifest.annotations(),
                                manifest.subject(),
                                manifest.artifactType()));
        Form form = new Form(Digest.of(written), layers.stream().map(Descriptor::digest).toList());
        hold(form);
        stores.content().put(written);
        stores.images().reform(record, form);
        return form;
    }

    /// What layers of other images are called where they were compressed before, and plain ones
    /// that a registry has as they are.
    private Map<Digest, Descriptor> known() {
        Map<Digest, Descriptor> found = new HashMap<>();
        for (ImageRecord record : stores.images().records()) {
            Form form = record.forms().getFirst();
            if (record.diffIds().size() != form.layerBlobs().size()
                    || !stores.images().isKnown(record.id(), form)) {
                continue;
            }
            lease.hold(form.manifest());
            if (!stores.content().has(form.manifest())) {
                continue;
            }
            Manifest manifest =
                    Json.read(
                            stores.content().read(form.manifest(), ImageStore.CONFIG_BYTES_MAX),
                            Manifest.class);
            for (int i = 0; i < record.diffIds().size(); i++) {
                Descriptor layer = manifest.layers().get(i);
                lease.hold(layer.digest());
                if (stores.content().has(layer.digest())) {
                    found.put(record.diffIds().get(i), layer);
                }
            }
        }
        return found;
    }

    private static Optional<String> compressedType(String type) {
        return switch (type) {
            case MediaType.OCI_LAYER -> Optional.of(MediaType.OCI_LAYER_GZIP);
            case MediaType.DOCKER_LAYER -> Optional.of(MediaType.DOCKER_LAYER_GZIP);
            default -> Optional.empty();
        };
    }

    // The registry reads while we write; what went wrong there is seen when it is asked for the
    // layer.
    private Descriptor compressed(Descriptor layer, String type) {
        CompletableFuture<Digest> known = new CompletableFuture<>();
        // The ingest is closed before the sender is waited for: its follower fails where it must.
        try (ExecutorService sender = Executors.newVirtualThreadPerTaskExecutor();
                FileChannel plain = stores.content().open(layer.digest());
                Ingest ingest = stores.content().ingest()) {
            Future<Digest> sending = sender.submit(() -> send(ingest, known));
            try {
                GzipWriter.compress(plain, ingest, threads);
                Digest digest = ingest.finish();
                lease.hold(digest);
                ingest.keep(digest);
                known.complete(digest);
                sent.add(sending.get());
            } catch (ExecutionException _) {
                // it is sent as every other one
            } finally {
                known.cancel(false);
            }
            return Descriptor.of(type, known.resultNow(), ingest.size());
        } catch (IOException e) {
            throw Transfer.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pushing", e);
        }
    }

    private Digest send(Ingest ingest, CompletableFuture<Digest> known) throws IOException {
        try (ReadableByteChannel content = ingest.follow()) {
            repository.stream(content, known::join);
            return known.join();
        }
    }
}
