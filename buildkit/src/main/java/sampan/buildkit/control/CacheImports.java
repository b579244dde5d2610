package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.ClientContent;
import sampan.buildkit.session.SessionInputs;
import sampan.engine.images.transfer.LayoutSource;
import sampan.engine.services.BuildRequest.CacheFrom;
import sampan.engine.services.Engine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// What `--cache-from` names.
final class CacheImports {

    private final Job job;
    private final Engine engine;
    private final List<CacheFrom> found = new ArrayList<>();

    CacheImports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        for (SolveRequest.Cache cache : job.request.cacheFrom()) {
            switch (cache.type()) {
                case "registry" -> {
                    String reference = cache.attribute("ref");
                    shown(reference, () -> registry(reference));
                }
                case "local" ->
                        shown(
                                "local:" + cache.attribute("src"),
                                () -> local(cache.attribute("src"), cache.attribute("digest")));
                default ->
                        throw new SampanException(
                                ErrorCode.UNSUPPORTED,
                                "--cache-from type="
                                        + cache.type()
                                        + " is not supported: use registry or local");
            }
        }
    }

    List<CacheFrom> found() {
        return List.copyOf(found);
    }

    // A cache that is not there, or no cache, is no failure: the steps are run then.
    private void shown(String name, Supplier<List<CacheFrom>> images) {
        Vertex vertex = job.progress.vertex("importing cache manifest from " + name, List.of());
        vertex.start();
        try {
            found.addAll(images.get());
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
        }
    }

    private List<CacheFrom> registry(String reference) {
        return List.of(
                new CacheFrom.Distant(
                        engine.registries()
                                .distant(
                                        reference,
                                        new SessionInputs(job.session).credential(reference))));
    }

    private List<CacheFrom> local(String directory, String digest) {
        ClientContent content = ClientContent.directory(job.session, directory);
        LayoutSource source = new LayoutSource("the client's cache", content::open);
        return List.of(
                new CacheFrom.Distant(engine.registries().distant(source, Digest.parse(digest))));
    }
}
