package sampan.buildkit.control;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import sampan.buildkit.control.Progress.Line;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.FileSend;
import sampan.buildkit.session.SessionInputs;
import sampan.buildkit.session.TreeSums;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildResult;
import sampan.engine.services.Engine;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.PushRequest;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.TarWriter;

/// Where a build's result goes: into the engine, to registries, to the client.
final class Exports {
    private static final String DIGEST = "containerimage.digest";
    private static final String CONFIG_DIGEST = "containerimage.config.digest";
    private static final String DESCRIPTOR = "containerimage.descriptor";
    private static final int FILE_MODE = 0644;

    private final Job job;
    private final Engine engine;
    private final List<ImageOutput> outputs;
    private final CacheExports caches;
    private final Map<String, String> response = new LinkedHashMap<>();
    private final List<Reference> pushed = new ArrayList<>();

    /// @throws SampanException UNSUPPORTED for what cannot be done, before anything is built
    Exports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        this.outputs = job.request.exporters().stream().map(ImageOutput::of).toList();
        this.caches = new CacheExports(job, engine);
    }

    /// What the client is told; what is sent to it has been sent.
    Map<String, String> response() {
        return response;
    }

    /// Keeps what the engine is to have, and sends what goes to the client.
    ///
    /// @param results one for each platform
    void send(List<ImageLayout.Of> results, Attestations attestations) {
        for (int i = 0; i < outputs.size(); i++) {
            ImageOutput output = outputs.get(i);
            int number = i;
            if (output.type().equals("local")) {
                shown(
                        "exporting to client directory",
                        "copying files",
                        () ->
                                FileSend.trees(
                                        job.session, target(number), trees(results, attestations)));
            } else if (output.type().equals("tar")) {
                shown(
                        "exporting to client tarball",
                        "sending tarball",
                        () ->
                                FileSend.stream(
                                        job.session,
                                        target(number),
                                        out -> tar(results, attestations, out)));
            } else if (ImageOutput.isKept(job.request.exporters().get(i))) {
                keep(output, results, attestations);
            } else {
                archive(number, results, attestations);
            }
        }
        pushed.forEach(this::push);
        // What a push has compressed goes as it is with the cache.
        caches.send(results.stream().map(ImageLayout.Of::result).toList(), response);
    }

    private FileSend.Target target(int number) {
        return new FileSend.Target(number, Map.copyOf(response));
    }

    private void archive(int number, List<ImageLayout.Of> results, Attestations attestations) {
        ImageOutput output = outputs.get(number);
        shown(
                "exporting to " + output.type() + " image format",
                "sending tarball",
                () -> {
                    ImageLayout layout = new ImageLayout(results, output, attestations);
                    tell(layout.top());
                    if (!layout.isIndex()) {
                        response.put(CONFIG_DIGEST, config(results));
                    }
                    FileSend.stream(job.session, target(number), layout::write);
                });
    }

    private void tell(Descriptor top) {
        response.put(DIGEST, top.digest().toString());
        response.put(
                DESCRIPTOR,
                Base64.getEncoder()
                        .encodeToString(Json.text(top).getBytes(StandardCharsets.UTF_8)));
    }

    private void keep(ImageOutput output, List<ImageLayout.Of> results, Attestations attestations) {
        Vertex vertex = job.progress.vertex("exporting to image", List.of()).start();
        try {
            vertex.note("exporting layers");
            ImageLayout layout = new ImageLayout(results, output, attestations);
            if (output.kept()) {
                layout.keep();
            }
            tell(layout.top());
            Digest digest = layout.top().digest();
            String id = layout.isIndex() ? digest.toString() : config(results);
            if (!layout.isIndex()) {
                response.put(CONFIG_DIGEST, id);
                if (!output.names().arePinned()) {
                    // It is called by its config here, until a registry has its manifest.
                    response.put(DIGEST, id);
                }
            }
            vertex.note("writing image " + id);
            if (output.kept()) {
                output.names().kept(digest).forEach(name -> vertex.note("naming to " + name));
            }
            List<String> told = output.names().told(digest);
            if (!told.isEmpty()) {
                response.put("image.name", String.join(",", told));
            }
            if (output.push()) {
                pushed.addAll(output.names().pushed(digest));
            }
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }

    private static String config(List<ImageLayout.Of> results) {
        return results.getFirst().result().id();
    }

    private static String directory(Platform platform) {
        return platform.toString().replace('/', '_');
    }

    private static SortedMap<String, FileSend.Tree> trees(
            List<ImageLayout.Of> results, Attestations attestations) {
        SortedMap<String, FileSend.Tree> trees = new TreeMap<>();
        boolean several = results.size() > 1;
        for (ImageLayout.Of of : results) {
            Map<String, byte[]> added = new LinkedHashMap<>();
            statements(of.result(), attestations).forEach(s -> added.put(s.file(), s.content()));
            trees.put(
                    several ? directory(of.platform()) : "",
                    new FileSend.Tree(of.result().root(), added));
        }
        return trees;
    }

    private static List<Attestations.Statement> statements(
            BuildResult result, Attestations attestations) {
        if (attestations.isEmpty()) {
            return List.of();
        }
        List<Attestations.Subject> subjects =
                TreeSums.of(result.root()).entrySet().stream()
                        .map(file -> Attestations.Subject.sha256(file.getKey(), file.getValue()))
                        .toList();
        return attestations.of(subjects, result);
    }

    private static void tar(
            List<ImageLayout.Of> results, Attestations attestations, OutputStream out)
            throws IOException {
        TarWriter tar = new TarWriter(out);
        boolean several = results.size() > 1;
        for (ImageLayout.Of of : results) {
            String directory = several ? directory(of.platform()) : "";
            List<Attestations.Statement> statements = statements(of.result(), attestations);
            TreeArchiver.pack(
                    of.result().root(),
                    tar,
                    new PackOptions(
                            directory,
                            several,
                            false,
                            false,
                            path -> statements.stream().noneMatch(said -> said.takes(path))));
            for (Attestations.Statement said : statements) {
                String place = several ? directory + "/" : "";
                tar.file(place + said.file(), FILE_MODE, said.content());
            }
        }
        tar.finish();
    }

    private void shown(String vertexName, String lineName, Runnable work) {
        Vertex vertex = job.progress.vertex(vertexName, List.of()).start();
        Line line = vertex.line(lineName);
        try {
            work.run();
            line.done(0);
            vertex.complete();
        } catch (RuntimeException e) {
            vertex.fail(Steps.message(e));
            throw e;
        }
    }

    private void push(Reference name) {
        Vertex vertex = job.progress.vertex("pushing " + name.familiar(), List.of()).start();
        Line line = vertex.line("pushing layers");
        Credential credential = new SessionInputs(job.session).credential(name.familiar());
        try {
            RegistryService registries = engine.registries();
            if (name.digest().isPresent()) {
                registries.pushByDigest(name, credential, progress(line));
            } else {
                PushRequest asked = new PushRequest(name.familiar(), Optional.empty(), credential);
                registries.push(asked, progress(line)).forEach(each -> tell(each.manifest()));
            }
            line.done(0);
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }

    private static RegistryService.Progress progress(Line line) {
        return new RegistryService.Progress() {
            @Override
            public void message(String about, String text) {
                // the vertex's own line tells
            }

            @Override
            public void report(String about, String status, long current, long total) {
                line.maybe(current);
            }
        };
    }
}
