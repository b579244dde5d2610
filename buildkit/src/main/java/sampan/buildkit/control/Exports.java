package sampan.buildkit.control;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.buildkit.control.Progress.Line;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.control.SolveRequest.Exporter;
import sampan.buildkit.session.FileSend;
import sampan.buildkit.session.SessionInputs;
import sampan.engine.services.BuildResult;
import sampan.engine.services.Engine;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.PushRequest;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.oci.Reference;
import sampan.oci.image.Platform;
import sampan.oci.tar.TarWriter;

/// Where a build's result goes: into the engine, to registries, to the client.
final class Exports {
    /// Attributes that are read here, or that change nothing for images as they are made here.
    private static final Map<String, Set<String>> ATTRIBUTES =
            Map.of(
                    "moby", Set.of("name", "push", "unpack", "store", "oci-mediatypes"),
                    "image", Set.of("name", "push", "unpack", "store", "oci-mediatypes"),
                    "local", Set.of("dest"),
                    "tar", Set.of("dest"),
                    "oci", Set.of("name", "dest", "tar", "oci-mediatypes"),
                    "docker", Set.of("name", "dest", "tar", "load", "oci-mediatypes"));

    /// Of an image there is one manifest: an annotation of all and one of each platform are its.
    private static final Pattern ANNOTATION =
            Pattern.compile("annotation(-manifest(\\[[^\\]]*\\])?)?\\.(?<name>.+)");

    private final Job job;
    private final Engine engine;
    private final List<Exporter> exporters;
    private final CacheExports caches;
    private final Map<String, String> response = new LinkedHashMap<>();

    /// @throws SampanException UNSUPPORTED for what cannot be done, before anything is built
    Exports(Job job, Engine engine) {
        this.job = job;
        this.engine = engine;
        this.exporters = job.request.exporters();
        exporters.forEach(Exports::check);
        this.caches = new CacheExports(job, engine);
    }

    private static void check(Exporter exporter) {
        Set<String> known = ATTRIBUTES.get(exporter.type());
        if (known == null) {
            throw unsupported("--output type=" + exporter.type() + " is not supported");
        }
        for (String name : exporter.attributes().keySet()) {
            boolean annotates = known.contains("name") && ANNOTATION.matcher(name).matches();
            if (!known.contains(name) && !annotates) {
                throw unsupported(
                        "--output type="
                                + exporter.type()
                                + ": "
                                + name
                                + "="
                                + exporter.attribute(name)
                                + " is not supported");
            }
        }
        if (exporter.attribute("oci-mediatypes").equals("false")) {
            throw unsupported(
                    "--output type="
                            + exporter.type()
                            + ",oci-mediatypes=false is not supported: images have OCI media"
                            + " types");
        }
        if (exporter.attribute("tar").equals("false")) {
            throw unsupported(
                    "--output type="
                            + exporter.type()
                            + ",tar=false is not supported: load the archive");
        }
    }

    private static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }

    static boolean isImage(Exporter exporter) {
        return exporter.type().equals("moby") || exporter.type().equals("image");
    }

    private static List<String> names(Exporter exporter) {
        return Arrays.stream(exporter.attribute("name").split(",", -1))
                .filter(n -> !n.isEmpty())
                .toList();
    }

    /// Names that the engine's image gets.
    List<String> tags() {
        return exporters.stream().filter(Exports::isImage).flatMap(e -> names(e).stream()).toList();
    }

    /// Of the image's manifest.
    Map<String, String> annotations() {
        Map<String, String> annotations = new LinkedHashMap<>();
        for (Exporter exporter : exporters) {
            exporter.attributes()
                    .forEach((name, value) -> {
                        Matcher annotation = ANNOTATION.matcher(name);
                        if (annotation.matches()) {
                            annotations.put(annotation.group("name"), value);
                        }
                    });
        }
        return annotations;
    }

    /// The result becomes an image of the engine.
    boolean store() {
        return exporters.stream().anyMatch(Exports::isImage);
    }

    /// What the client is told; what is sent to it has been sent.
    Map<String, String> response() {
        return response;
    }

    /// Sends what goes to the client.
    void send(BuildResult result) {
        if (!exporters.isEmpty()) {
            response.put("containerimage.digest", result.id());
            response.put("containerimage.config.digest", result.id());
        }
        for (int i = 0; i < exporters.size(); i++) {
            Exporter exporter = exporters.get(i);
            FileSend.Target target = new FileSend.Target(i, Map.copyOf(response));
            switch (exporter.type()) {
                case "local" ->
                        shown(
                                "exporting to client directory",
                                "copying files",
                                () -> FileSend.tree(job.session, target, result.root()));
                case "tar" ->
                        shown(
                                "exporting to client tarball",
                                "sending tarball",
                                () ->
                                        FileSend.stream(
                                                job.session, target, out -> tar(result, out)));
                case "oci", "docker" ->
                        shown(
                                exporter.type().equals("oci")
                                        ? "exporting to oci image format"
                                        : "exporting to docker image format",
                                "sending tarball",
                                () ->
                                        FileSend.stream(
                                                job.session,
                                                target,
                                                out -> result.archive(names(exporter), out)));
                default -> {
                    // the engine's own comes when the build is done
                }
            }
        }
        caches.send(List.of(result), response);
    }

    /// @throws SampanException UNSUPPORTED for what cannot be done with several platforms
    void checkSeveral() {
        if (exporters.stream().anyMatch(Exports::isImage)) {
            throw unsupported(
                    "keeping or pushing an image of several platforms is not supported: use"
                            + " --output type=oci,dest=FILE, or build one platform at a time");
        }
    }

    /// Sends what was built for several platforms: one index, or a directory of each.
    void sendSeveral(List<PlatformLayout.Of> results) {
        PlatformLayout layout = new PlatformLayout(results);
        if (!exporters.isEmpty()) {
            response.put("containerimage.digest", layout.digest().toString());
        }
        for (int i = 0; i < exporters.size(); i++) {
            Exporter exporter = exporters.get(i);
            FileSend.Target target = new FileSend.Target(i, Map.copyOf(response));
            shown(
                    "exporting " + results.size() + " platforms to " + exporter.type(),
                    "sending",
                    () -> {
                        switch (exporter.type()) {
                            case "local" -> FileSend.trees(job.session, target, roots(results));
                            case "tar" ->
                                    FileSend.stream(job.session, target, out -> tar(results, out));
                            default ->
                                    FileSend.stream(
                                            job.session,
                                            target,
                                            out -> layout.write(names(exporter), out));
                        }
                    });
        }
        caches.send(results.stream().map(PlatformLayout.Of::result).toList(), response);
    }

    private static String directory(Platform platform) {
        return platform.toString().replace('/', '_');
    }

    private static SortedMap<String, Fd> roots(List<PlatformLayout.Of> results) {
        SortedMap<String, Fd> roots = new TreeMap<>();
        results.forEach(of -> roots.put(directory(of.platform()), of.result().root()));
        return roots;
    }

    private static void tar(List<PlatformLayout.Of> results, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (PlatformLayout.Of of : results) {
            String directory = directory(of.platform());
            TreeArchiver.pack(
                    of.result().root(),
                    tar,
                    new PackOptions(directory, true, false, false, _ -> true));
        }
        tar.finish();
    }

    private static void tar(BuildResult result, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        TreeArchiver.pack(result.root(), tar, new PackOptions("", false, false, false, _ -> true));
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

    /// Tells of the image, and pushes it where that is asked.
    void finish(String id) {
        for (Exporter exporter : exporters) {
            if (isImage(exporter)) {
                image(exporter, id);
            }
        }
    }

    private void image(Exporter exporter, String id) {
        List<String> names =
                names(exporter).stream().map(n -> Reference.parseBare(n).toString()).toList();
        Vertex vertex = job.progress.vertex("exporting to image", List.of()).start();
        try {
            vertex.note("exporting layers");
            vertex.note("writing image " + id);
            names.forEach(name -> vertex.note("naming to " + name));
            if (exporter.truth("push")) {
                for (String name : names(exporter)) {
                    push(vertex, Reference.parse(name).familiar());
                }
            }
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
        if (!names.isEmpty()) {
            response.put("image.name", String.join(",", names));
        }
    }

    private void push(Vertex vertex, String name) {
        Line line = vertex.line("pushing " + name);
        engine.registries()
                .push(
                        new PushRequest(
                                name,
                                Optional.empty(),
                                new SessionInputs(job.session).credential(name)),
                        new RegistryService.Progress() {
                            @Override
                            public void message(String about, String text) {
                                // the vertex's own line tells
                            }

                            @Override
                            public void report(
                                    String about, String status, long current, long total) {
                                line.maybe(current);
                            }
                        });
        line.done(0);
    }
}
