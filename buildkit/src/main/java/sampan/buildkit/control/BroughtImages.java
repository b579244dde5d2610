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
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// Images that are in the engine for one solve alone, and go with it where nobody gave them a name.
/// Thread-safe.
final class BroughtImages implements AutoCloseable {
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;
    private static final int IMAGES_MAX = 100;
    private static final int PIPE_BYTES = 256 << 10;
    private static final int FILE_MODE = 0644;

    private final Engine engine;
    private final List<String> brought = new ArrayList<>();

    BroughtImages(Engine engine) {
        this.engine = engine;
    }

    /// It goes when this is closed.
    synchronized void remember(String id) {
        brought.add(id);
    }

    /// Brings what is below a manifest or an index of a client's store.
    ///
    /// @return ids of images
    List<String> layout(ClientContent content, Digest root) {
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
            List<String> ids = load(in);
            writer.join();
            return ids;
        } catch (IOException e) {
            throw new SampanException(ErrorCode.INTERNAL, "layout: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } catch (SampanException e) {
            throw failure.get().orElse(e);
        }
    }

    private List<String> load(InputStream in) {
        List<String> before =
                engine.images().list(true, Map.of()).stream().map(i -> i.id()).toList();
        List<String> ids = engine.transfers().load(in, Optional.empty(), (_, _, _, _) -> {}).ids();
        ids.stream().filter(id -> !before.contains(id)).forEach(this::remember);
        return ids;
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
        found = found.stream().filter(BroughtImages::isOurs).toList();
        if (found.size() > IMAGES_MAX) {
            throw SampanException.invalid("a layout with more than " + IMAGES_MAX + " images");
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

    // What other machines run, or what only describes an image, stays there.
    private static boolean isOurs(Descriptor manifest) {
        return manifest.platform().filter(p -> !p.runsOn(Platform.host())).isEmpty();
    }

    private static String path(Digest digest) {
        return "blobs/" + Digest.SHA256 + "/" + digest.hex();
    }

    @Override
    public synchronized void close() {
        for (String id : brought) {
            try {
                if (engine.images().inspect(id).references().isEmpty()) {
                    engine.images().remove(id, false, false);
                }
            } catch (SampanException e) {
                // it is somebody's, or gone already
            }
        }
        brought.clear();
    }
}
