package sampan.buildkit.control;

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
import sampan.oci.image.Descriptor;
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
                                Descriptor root =
                                        any.copy(
                                                images,
                                                (blob, in) -> {
                                                    content.write(blob, in);
                                                    vertex.note("writing layer " + blob.digest());
                                                });
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
}
