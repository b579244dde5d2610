package sampan.buildkit.control;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.buildkit.control.Progress.Line;
import sampan.buildkit.control.Progress.Vertex;
import sampan.buildkit.session.ClientContent;
import sampan.buildkit.session.FileFetch;
import sampan.buildkit.session.SessionAgents;
import sampan.buildkit.session.SessionInputs;
import sampan.buildkit.session.Upload;
import sampan.engine.build.context.GitAddress;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Turns the attributes of BuildKit's Dockerfile frontend into a request of the engine's builder.
/// What it cannot do is refused by name.
final class BuildInputs {
    private static final String ARGUMENT = "build-arg:";
    private static final String LABEL = "label:";
    private static final String NAMED = "context:";
    private static final String LAYOUT = "oci-layout://";

    /// Read elsewhere, or for the client's own use.
    private static final Set<String> KNOWN =
            Set.of(
                    "filename",
                    "target",
                    "platform",
                    "no-cache",
                    "image-resolve-mode",
                    "force-network-mode",
                    "add-hosts",
                    "shm-size",
                    "ulimit",
                    "cgroup-parent",
                    "context",
                    "contextkey",
                    "dockerfilekey",
                    "frontend.caps",
                    "cache-imports",
                    "requestid");

    private final Job job;
    private final Frontend frontend;

    BuildInputs(Job job, Frontend frontend) {
        this.job = job;
        this.frontend = frontend;
    }

    /// @param store the result is an image of the engine, without a name
    /// @param cacheFrom whose steps count as done
    /// @param scan of the result
    BuildRequest request(
            boolean store,
            SessionAgents agents,
            List<BuildRequest.CacheFrom> cacheFrom,
            Optional<BuildRequest.Scan> scan) {
        frontend.attributes().keySet().forEach(this::check);
        String noCache = frontend.attribute("no-cache");
        boolean all = frontend.attributes().containsKey("no-cache") && noCache.isEmpty();
        SessionInputs inputs = new SessionInputs(job.session);
        return new BuildRequest(
                source(),
                List.of(),
                arguments(),
                frontend.attribute("target"),
                platform(),
                prefixed(LABEL),
                cacheFrom,
                inputs::credential,
                new BuildRequest.Options(
                        all,
                        new LinkedHashSet<>(list(noCache)),
                        frontend.attribute("image-resolve-mode").equals("pull"),
                        false,
                        store,
                        Map.of(),
                        scan),
                new BuildRequest.Running(
                        frontend.attribute("force-network-mode"),
                        hosts(),
                        resources(),
                        number("shm-size"),
                        inputs::secret,
                        agents,
                        job.request.entitlements()));
    }

    private void check(String name) {
        boolean known =
                KNOWN.contains(name)
                        || name.startsWith(ARGUMENT)
                        || name.startsWith(LABEL)
                        || name.startsWith(Attestations.PREFIX)
                        || name.startsWith(Provenance.REPOSITORY)
                        || name.startsWith(NAMED);
        if (!known) {
            throw unsupported(
                    "option " + name + "=" + frontend.attribute(name) + " is not supported");
        }
    }

    private static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1)).filter(t -> !t.isBlank()).toList();
    }

    private String platform() {
        List<String> platforms = frontend.platforms();
        if (platforms.size() > 1) {
            throw unsupported(
                    "a result of several platforms cannot be stood on: "
                            + frontend.attribute("platform"));
        }
        return platforms.isEmpty() ? "" : platforms.getFirst();
    }

    private Map<String, Optional<String>> arguments() {
        Map<String, Optional<String>> arguments = new LinkedHashMap<>();
        prefixed(ARGUMENT).forEach((name, value) -> arguments.put(name, Optional.of(value)));
        return arguments;
    }

    private Map<String, String> prefixed(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        frontend.attributes()
                .forEach((name, value) -> {
                    if (name.startsWith(prefix)) {
                        found.put(name.substring(prefix.length()), value);
                    }
                });
        return found;
    }

    // NAME=ADDRESS, as clients write it, becomes NAME:ADDRESS.
    private List<String> hosts() {
        return list(frontend.attribute("add-hosts")).stream()
                .map(host -> host.replaceFirst("=", ":"))
                .toList();
    }

    private long number(String name) {
        String text = frontend.attribute(name);
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw SampanException.invalid(name + "=" + text + " is no number");
        }
    }

    private ResourceSpec resources() {
        return ResourceSpec.none()
                .with(limits -> {
                    limits.ulimits =
                            list(frontend.attribute("ulimit")).stream()
                                    .map(BuildInputs::limit)
                                    .toList();
                    limits.cgroupParent = frontend.attribute("cgroup-parent");
                });
    }

    // NAME=SOFT:HARD
    private static ResourceSpec.Ulimit limit(String text) {
        String[] parts = text.split("[=:]", -1);
        try {
            long soft = Long.parseLong(parts[1]);
            return new ResourceSpec.Ulimit(
                    parts[0], soft, parts.length > 2 ? Long.parseLong(parts[2]) : soft);
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
            throw SampanException.invalid("ulimit=" + text + ": must be NAME=SOFT:HARD");
        }
    }

    private BuildSource source() {
        Map<String, BuildSource.Named> named = new HashMap<>();
        prefixed(NAMED).forEach((name, value) -> named.put(name, named(name, value)));
        return switch (frontend.context()) {
            case Frontend.Context.Upload(String path) ->
                    new BuildSource.Archive(
                            new Upload(job.session, path), frontend.filename(), Optional.empty());
            case Frontend.Context.Remote(String address) ->
                    new BuildSource.Remote(
                            address,
                            frontend.filename(),
                            Optional.of(frontend.text()).filter(text -> !text.isEmpty()),
                            named);
            case Frontend.Context.OfSession() -> {
                String key = frontend.attribute("contextkey");
                String context = key.isEmpty() ? "context" : key;
                yield new BuildSource.Fetched(
                        frontend.text(),
                        (at, paths) ->
                                fetch(
                                        "[internal] load build context",
                                        new FileFetch.Wanted(context, paths, frontend.exclude()),
                                        at),
                        named);
            }
        };
    }

    private BuildSource.Named named(String name, String value) {
        if (value.startsWith("docker-image://")) {
            return new BuildSource.Named.Image(value.substring("docker-image://".length()));
        }
        if (value.startsWith("local:")) {
            String key = value.substring("local:".length());
            return new BuildSource.Named.Tree((at, paths) ->
                    fetch(
                            "[context " + name + "] load from client",
                            new FileFetch.Wanted(key, paths, List.of()),
                            at));
        }
        if (value.startsWith(LAYOUT)) {
            return new BuildSource.Named.Image(layout(name, value.substring(LAYOUT.length())));
        }
        if (GitAddress.isRemote(value)) {
            return new BuildSource.Named.Remote(value);
        }
        throw unsupported(
                "--build-context "
                        + name
                        + "="
                        + value
                        + " is not supported: give a directory, an address, docker-image:// or"
                        + " oci-layout://");
    }

    // STORE:TAG@DIGEST; the client has resolved the tag.
    private String layout(String name, String value) {
        int at = value.indexOf('@');
        if (at < 0) {
            throw SampanException.invalid(
                    "--build-context " + name + "=" + LAYOUT + value + ": names no digest");
        }
        Vertex vertex =
                job.progress.vertex("[context " + name + "] " + LAYOUT + value, List.of()).start();
        try {
            Digest root = Digest.parse(value.substring(at + 1));
            String named = value.substring(0, at).replaceFirst(":[^:/]*$", "");
            ClientContent store = ClientContent.store(job.session, "oci:" + named);
            List<String> ids = job.images.layout(store, root);
            if (ids.isEmpty()) {
                throw SampanException.notFound("no image for this machine in " + LAYOUT + value);
            }
            vertex.complete();
            return ids.getFirst();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }

    private void fetch(String shown, FileFetch.Wanted wanted, Path at) {
        Vertex vertex = job.progress.vertex(shown, List.of()).start();
        Line line = vertex.line("transferring context:");
        try {
            long bytes = FileFetch.fetch(job.session, wanted, at, n -> line.maybe(n));
            line.done(bytes);
            vertex.complete();
        } catch (SampanException e) {
            vertex.fail(e.getMessage());
            throw e;
        }
    }
}
