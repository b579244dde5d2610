package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.List;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.ClientContent;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// What `--cache-from` names, as images of the engine.
final class CacheImports {

    private final Job job;
    private final List<String> references = new ArrayList<>();

    CacheImports(Job job) {
        this.job = job;
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
            ClientContent content = ClientContent.directory(job.session, source);
            references.addAll(job.images.layout(content, Digest.parse(cache.attribute("digest"))));
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
        }
    }
}
