package sampan.buildkit.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.control.SolveRequest.Cache;
import sampan.buildkit.session.ClientContent;
import sampan.buildkit.session.SessionInputs;
import sampan.engine.images.Image;
import sampan.engine.services.BuildResult;
import sampan.engine.services.Engine;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.PushRequest;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// What `--cache-to` asks for. An image carries its own cache here, since its history tells the
/// steps: a cache is images, of the result or of all stages.
final class CacheExports {
    /// Where the client looks for what it shall name in its index.
    static final String MANIFEST = "cache.manifest";

    private final Job job;
    private final Engine engine;

    /// @throws SampanException UNSUPPORTED before anything is built
    CacheExports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        job.request.cacheTo().forEach(CacheExports::check);
    }

    private static void check(Cache cache) {
        boolean known = List.of("inline", "local", "registry").contains(cache.type());
        if (!known) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "--cache-to type="
                            + cache.type()
                            + " is not supported: use inline, local or registry");
        }
        if (cache.type().equals("registry") && cache.attribute("mode").equals("max")) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "--cache-to type=registry,mode=max is not supported: use mode=min, or"
                            + " type=local");
        }
    }

    /// A registry is given an image that is in the engine.
    boolean store() {
        return job.request.cacheTo().stream().anyMatch(c -> c.type().equals("registry"));
    }

    /// Writes caches of the client's.
    void send(BuildResult result, Map<String, String> response) {
        for (Cache cache : job.request.cacheTo()) {
            if (cache.type().equals("local")) {
                Vertex vertex =
                        job.progress.vertex("exporting cache to client directory", List.of());
                vertex.start();
                try {
                    boolean all = cache.attribute("mode").equals("max");
                    ClientContent content =
                            ClientContent.directory(job.session, cache.attribute("dest"));
                    Descriptor root = write(result, content, result.images(all), vertex);
                    response.put(MANIFEST, Json.text(root));
                    vertex.complete();
                } catch (SampanException e) {
                    vertex.fail(e.getMessage());
                    throw e;
                }
            }
        }
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

    /// Pushes caches to registries.
    ///
    /// @param kept the image is there for its own sake as well
    void push(String id, boolean kept) {
        for (Cache cache : job.request.cacheTo()) {
            if (cache.type().equals("registry")) {
                push(id, Reference.parse(cache.attribute("ref")));
            }
        }
        if (store() && !kept) {
            engine.images().remove(id, false, false);
        }
    }

    // What is pushed has that name here for a moment; what had it before gets it back.
    private void push(String id, Reference name) {
        Vertex vertex = job.progress.vertex("exporting cache to registry", List.of()).start();
        String text = name.familiar();
        Optional<Image> before = engine.images().find(text);
        try {
            tag(id, name);
            engine.registries()
                    .push(
                            new PushRequest(
                                    text,
                                    Optional.empty(),
                                    new SessionInputs(job.session).credential(text)),
                            SILENT);
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        } finally {
            before.ifPresentOrElse(image -> tag(image.id(), name), () -> untag(id, text));
        }
    }

    private void tag(String id, Reference name) {
        engine.images().tag(id, name.familiarName(), name.tag().orElse("latest"));
    }

    // The last name would take the image along.
    private void untag(String id, String text) {
        if (engine.images().inspect(id).references().size() > 1) {
            engine.images().remove(text, false, false);
        }
    }

    private static final RegistryService.Progress SILENT =
            new RegistryService.Progress() {
                @Override
                public void message(String about, String text) {
                    // the vertex tells
                }

                @Override
                public void report(String about, String status, long current, long total) {
                    // the vertex tells
                }
            };
}
