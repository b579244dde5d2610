package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import sampan.engine.content.Ingest;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Repository;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.MediaType;
import sampan.oci.tar.GzipWriter;

/// Compresses plain layers and sends them meanwhile. Thread-safe.
///
/// @param lease holds what is compressed
record CompressedPush(Stores stores, Lease lease, Repository repository) {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    /// A layer in the form that it is pushed in.
    ///
    /// @param sent the repository has it already
    record Pushed(Descriptor layer, boolean sent) {}

    /// What a plain layer's type becomes; empty for a layer that goes as it is.
    static Optional<String> compressedType(String type) {
        return switch (type) {
            case MediaType.OCI_LAYER -> Optional.of(MediaType.OCI_LAYER_GZIP);
            case MediaType.DOCKER_LAYER -> Optional.of(MediaType.DOCKER_LAYER_GZIP);
            default -> Optional.empty();
        };
    }

    /// Takes hold of a blob; false where it is not here.
    boolean have(Digest blob) {
        lease.hold(blob);
        return stores.content().has(blob);
    }

    /// The registry reads while we write; what went wrong there is seen when it is asked for the
    /// layer.
    ///
    /// @param compressed told as soon as the layer is here in its new form
    Pushed push(Descriptor layer, String type, Consumer<Descriptor> compressed) {
        CompletableFuture<Digest> name = new CompletableFuture<>();
        boolean sent = false;
        // The ingest is closed before the sender is waited for: its follower fails where it must.
        try (ExecutorService sender = Executors.newVirtualThreadPerTaskExecutor();
                ReadableByteChannel plain = stores.content().openOnce(layer.digest());
                Ingest ingest = stores.content().ingestUnread()) {
            Future<Digest> sending = sender.submit(() -> send(ingest, name));
            try {
                GzipWriter.compress(plain, ingest, THREADS);
                Digest digest = ingest.finish();
                name.complete(digest);
                lease.hold(digest);
                ingest.keep(digest);
                compressed.accept(Descriptor.of(type, digest, ingest.size()));
                sending.get();
                sent = true;
            } catch (ExecutionException _) {
                // it is sent as every other one
            } finally {
                name.cancel(false);
            }
            return new Pushed(Descriptor.of(type, name.resultNow(), ingest.size()), sent);
        } catch (IOException e) {
            throw Transfer.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pushing", e);
        }
    }

    private Digest send(Ingest ingest, CompletableFuture<Digest> name) throws IOException {
        try (ReadableByteChannel content = ingest.follow()) {
            repository.stream(content, name::join);
            return name.join();
        }
    }
}
