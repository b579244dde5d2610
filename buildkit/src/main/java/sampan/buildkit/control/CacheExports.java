package sampan.buildkit.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.ClientContent;
import sampan.buildkit.session.SessionInputs;
import sampan.engine.services.BuildResult;
import sampan.engine.services.CacheTarget;
import sampan.engine.services.Engine;
import sampan.engine.services.RegistryService;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// What `--cache-to` asks for. An image carries its own cache here, since its history tells the
/// steps: a cache is images, of the results or of all stages.
final class CacheExports {
    /// Where the client looks for what it shall name in its index.
    static final String MANIFEST = "cache.manifest";

    private final Job job;
    private final Engine engine;
    private final List<CacheTarget> targets;

    /// @throws SampanException UNSUPPORTED before anything is built
    CacheExports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        this.targets =
                job.request.cacheTo().stream()
                        .map(cache -> CacheTarget.of(cache.type(), cache.attributes()))
                        .toList();
    }

    /// Sends the caches out, while the results are kept.
    ///
    /// @param results one for each platform
    void send(List<BuildResult> results, Map<String, String> response) {
        for (CacheTarget target : targets) {
            List<BuildResult.Parts> images =
                    results.stream().flatMap(r -> r.images(target.all()).stream()).toList();
            switch (target.type()) {
                case INLINE -> {
                    // the image has it
                }
                case LOCAL -> {
                    BuildResult any = results.getFirst();
                    shown(
                            target,
                            "exporting cache to client directory",
                            vertex -> {
                                ClientContent content =
                                        ClientContent.directory(job.session, target.place());
                                Descriptor root = write(any, content, images, vertex);
                                response.put(MANIFEST, Json.text(root));
                            });
                }
                case REGISTRY ->
                        shown(
                                target,
                                "exporting cache to registry",
                                vertex -> push(target, images, vertex));
            }
        }
    }

    private interface Export {
        void show(Vertex vertex);
    }

    private void shown(CacheTarget target, String name, Export export) {
        Vertex vertex = job.progress.vertex(name, List.of());
        vertex.start();
        try {
            export.show(vertex);
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            if (!target.optional()) {
                throw e;
            }
        }
    }

    private void push(CacheTarget target, List<BuildResult.Parts> images, Vertex vertex) {
        Descriptor pushed =
                engine.registries()
                        .pushCache(
                                new RegistryService.CachePush(
                                        target.place(),
                                        new SessionInputs(job.session).credential(target.place()),
                                        images,
                                        target.compress()));
        vertex.note("writing cache image manifest " + pushed.digest());
    }

    private static Descriptor write(
            BuildResult result,
            ClientContent content,
            List<BuildResult.Parts> images,
            Vertex vertex) {
        for (BuildResult.Parts image : images) {
            for (Descriptor part : image.parts()) {
                write(result, content, part);
                vertex.note("writing layer " + part.digest());
            }
            write(result, content, image.manifest());
        }
        byte[] index =
                Json.write(Index.of(images.stream().map(BuildResult.Parts::manifest).toList()));
        Descriptor root = Descriptor.of(MediaType.OCI_INDEX, Digest.of(index), index.length);
        content.write(root, new ByteArrayInputStream(index));
        return root;
    }

    private static void write(BuildResult result, ClientContent content, Descriptor blob) {
        try (InputStream in = result.open(blob.digest())) {
            content.write(blob, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
