package sampan.buildkit.control;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.buildkit.control.Progress.Line;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.FileFetch;
import sampan.buildkit.session.Scratch;
import sampan.engine.build.context.GitAddress;
import sampan.engine.build.context.IgnoreRules;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.build.syntax.Finding;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Gets the Dockerfile and what it ignores from the client.
final class FrontendReader {
    private static final String DOCKERFILE = "dockerfile.v0";
    private static final String UPLOAD = "http://buildkit-session/";
    private static final String IGNORE = ".dockerignore";
    private static final int IGNORE_BYTES_MAX = 1 << 20;
    private static final int READ = Open.RDONLY | Open.NONBLOCK | Open.NOCTTY;

    private final Job job;
    private final Path directory;

    /// @param directory of the build's own
    FrontendReader(Job job, Path directory) {
        this.job = job;
        this.directory = directory;
    }

    Frontend read(String frontend, Map<String, String> attributes) {
        if (!frontend.equals(DOCKERFILE)) {
            throw unsupported(
                    "frontend "
                            + frontend
                            + " is not supported: only "
                            + DOCKERFILE
                            + ", which is built in");
        }
        String context = attributes.getOrDefault("context", "");
        if (context.startsWith(UPLOAD)) {
            return new Frontend(
                    attributes,
                    new Frontend.Context.Upload(context.substring(UPLOAD.length() - 1)),
                    attributes.getOrDefault("filename", "Dockerfile"),
                    "",
                    Optional.empty(),
                    List.of());
        }
        String filename = attributes.getOrDefault("filename", "Dockerfile");
        if (!context.isEmpty() && !attributes.containsKey("dockerfilekey")) {
            return remote(attributes, context, Optional.empty());
        }
        try (Scratch at = Scratch.below(directory)) {
            String key = attributes.getOrDefault("dockerfilekey", "dockerfile");
            String text = dockerfile(filename, key, at.path());
            if (!context.isEmpty()) {
                return remote(attributes, context, Optional.of(text));
            }
            return new Frontend(
                    attributes,
                    Frontend.Context.ofSession(),
                    filename,
                    text,
                    Optional.of(DockerfileParser.parse(text)),
                    exclude(filename, at.path(), attributes.getOrDefault("contextkey", "context")));
        }
    }

    private static Frontend remote(
            Map<String, String> attributes, String address, Optional<String> text) {
        if (!GitAddress.isRemote(address)) {
            throw unsupported(
                    "context "
                            + address
                            + ": must be a directory or the address of a repository,"
                            + " an archive or a Dockerfile");
        }
        return new Frontend(
                attributes,
                new Frontend.Context.Remote(address),
                attributes.getOrDefault("filename", ""),
                text.orElse(""),
                text.map(DockerfileParser::parse),
                List.of());
    }

    private static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }

    private String dockerfile(String filename, String name, Path at) {
        Vertex vertex =
                job.progress.vertex("[internal] load build definition from " + filename, List.of());
        vertex.start();
        try {
            List<String> wanted = new ArrayList<>(List.of(filename, filename + IGNORE));
            if (filename.equals("Dockerfile")) {
                wanted.add("dockerfile");
            }
            transfer(
                    vertex,
                    "transferring dockerfile:",
                    new FileFetch.Wanted(name, wanted, List.of()),
                    at);
            Optional<String> text = small(at, filename, DockerfileParser.BYTES_MAX);
            if (text.isEmpty() && filename.equals("Dockerfile")) {
                text = small(at, "dockerfile", DockerfileParser.BYTES_MAX);
            }
            if (text.isEmpty()) {
                throw SampanException.notFound(
                        "failed to read dockerfile: open "
                                + filename
                                + ": no such file or directory");
            }
            if (text.get().isBlank()) {
                throw SampanException.invalid("the Dockerfile (" + filename + ") cannot be empty");
            }
            warn(vertex, filename, text.get());
            vertex.complete();
            return text.get();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }

    private void warn(Vertex vertex, String filename, String text) {
        Dockerfile file = DockerfileParser.parse(text);
        for (Finding finding : file.findings()) {
            vertex.warn(Checks.warning(vertex.digest(), filename, text, finding));
        }
    }

    private void transfer(Vertex vertex, String shown, FileFetch.Wanted wanted, Path at) {
        Line line = vertex.line(shown);
        long bytes = FileFetch.fetch(job.session, wanted, at, _ -> {});
        line.done(bytes);
    }

    /// A regular file's text; empty where it is none. The name and what it leads by are the
    /// client's.
    private static Optional<String> small(Path directory, String name, int bytesMax) {
        try (Fd root = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY);
                Fd file = FileOps.openInRoot(root, name, READ, 0)) {
            return FileOps.stat(file).isRegular()
                    ? Optional.of(
                            new String(FileIo.readFully(file, bytesMax), StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (ErrnoException e) {
            if (e.isMissing() || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<String> exclude(String filename, Path dockerfile, String context) {
        Optional<String> own = small(dockerfile, filename + IGNORE, IGNORE_BYTES_MAX);
        Vertex vertex = job.progress.vertex("[internal] load .dockerignore", List.of());
        vertex.start();
        try {
            Optional<String> text = own.isEmpty() ? ofContext(vertex, context) : own;
            List<String> patterns = text.map(IgnoreRules::patterns).orElse(List.of());
            IgnoreRules.of(patterns);
            vertex.complete();
            return patterns;
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }

    private Optional<String> ofContext(Vertex vertex, String context) {
        try (Scratch at = Scratch.below(directory)) {
            transfer(
                    vertex,
                    "transferring context:",
                    new FileFetch.Wanted(context, List.of(IGNORE), List.of()),
                    at.path());
            return small(at.path(), IGNORE, IGNORE_BYTES_MAX);
        }
    }
}
