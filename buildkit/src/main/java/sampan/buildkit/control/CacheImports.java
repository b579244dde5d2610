package sampan.buildkit.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.ClientContent;
import sampan.engine.services.Engine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// What `--cache-from` names, as images of the engine. Images that were brought for one build go
/// with it.
final class CacheImports implements AutoCloseable {
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;
    private static final int IMAGES_MAX = 100;
    private static final int PIPE_BYTES = 256 << 10;
    private static final int FILE_MODE = 0644;

    private final Job job;
    private final Engine engine;
    private final List<String> references = new ArrayList<>();
    private final List<String> brought = new ArrayList<>();

    CacheImports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        for (SolveRequest.Cache cache : job.request.cacheFrom()) {
            switch (cache.type()) {
                case "registry" -> references.add(cache.attribute("ref"));
                case "local" -> local(cache);
                default ->
                        throw new SampanException(
                                ErrorCode.UNSUPPORTED,
                                "--cache-from type="
                                        + cache.type()
                                        + " is not supported: use registry or local");
            }
        }
    }

    List<String> references() {
        return List.copyOf(references);
    }

    // A cache that is not there, or no cache, is no failure: the steps are run then.
    private void local(SolveRequest.Cache cache) {
        String source = cache.attribute("src");
        Vertex vertex =
                job.progress.vertex("importing cache manifest from local:" + source, List.of());
        vertex.start();
        try {
            bring(new ClientContent(job.session, source), Digest.parse(cache.attribute("digest")));
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
        }
    }

    private void bring(ClientContent content, Digest root) {
        AtomicReference<Optional<SampanException>> failure =
                new AtomicReference<>(Optional.empty());
        try (PipedInputStream in = new PipedInputStream(PIPE_BYTES)) {
            PipedOutputStream out = new PipedOutputStream(in);
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (out) {
                                    layout(content, root, out);
                                } catch (SampanException e) {
                                    failure.set(Optional.of(e));
                                } catch (IOException e) {
                                    // the reader failed, and tells
                                }
                            });
            load(in);
            writer.join();
        } catch (IOException e) {
            throw new SampanException(ErrorCode.INTERNAL, "cache: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } catch (SampanException e) {
            throw failure.get().orElse(e);
        }
    }

    private void load(InputStream in) {
        List<String> before =
                engine.images().list(true, Map.of()).stream().map(i -> i.id()).toList();
        for (String id : engine.transfers().load(in, (_, _, _, _) -> {}).ids()) {
            references.add(id);
            if (!before.contains(id)) {
                brought.add(id);
            }
        }
    }

    /// Writes an OCI layout of what is below a manifest or an index.
    private static void layout(ClientContent content, Digest root, OutputStream out) {
        TarWriter tar = new TarWriter(out);
        Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
        List<Descriptor> manifests = new ArrayList<>();
        byte[] document = content.document(root, DOCUMENT_BYTES_MAX);
        List<Descriptor> found = Json.read(document, Index.class).manifests();
        if (found.isEmpty()) {
            found = List.of(Descriptor.of(MediaType.OCI_MANIFEST, root, document.length));
        }
        if (found.size() > IMAGES_MAX) {
            throw SampanException.invalid("a cache with more than " + IMAGES_MAX + " images");
        }
        for (Descriptor descriptor : found) {
            byte[] bytes = content.document(descriptor.digest(), DOCUMENT_BYTES_MAX);
            Manifest manifest = Json.read(bytes, Manifest.class);
            manifests.add(Descriptor.of(MediaType.OCI_MANIFEST, descriptor.digest(), bytes.length));
            tar.file(path(descriptor.digest()), FILE_MODE, bytes);
            blobs.put(manifest.config().digest(), manifest.config());
            manifest.layers().forEach(layer -> blobs.put(layer.digest(), layer));
        }
        for (Descriptor blob : blobs.values()) {
            tar.begin(TarEntry.file(path(blob.digest()), FILE_MODE, blob.size()));
            content.read(blob.digest(), blob.size(), bytes -> tar.write(bytes, 0, bytes.length));
            tar.end();
        }
        tar.file(Layout.INDEX_FILE, FILE_MODE, Json.write(Index.of(manifests)));
        tar.file(Layout.FILE, FILE_MODE, Json.write(Layout.CURRENT));
        tar.finish();
    }

    private static String path(Digest digest) {
        return "blobs/" + Digest.SHA256 + "/" + digest.hex();
    }

    @Override
    public void close() {
        for (String id : brought) {
            try {
                engine.images().remove(id, false, false);
            } catch (SampanException e) {
                // the build made it an image of somebody's
            }
        }
    }
}
