package sampan.api.images;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.api.builds.SessionBuilds;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.wire.Doc;
import sampan.api.wire.Ulimit;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService;
import sampan.engine.services.BuildService.Built;
import sampan.engine.services.BuildService.PrunedCache;
import sampan.engine.services.BuildSource;
import sampan.engine.services.CacheBounds;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Images built of Dockerfiles: the classic endpoint, version 1 of the builder.
public final class Builds {
    private static final String JSON = "application/json";
    private static final String BUILDKIT = "2";

    private final BuildService builds;
    private final SessionBuilds sessions;

    /// @param sessions what clients with a session of BuildKit's ask for
    public Builds(BuildService builds, SessionBuilds sessions) {
        this.builds = builds;
        this.sessions = sessions;
    }

    public void register(Routes routes) {
        routes.add("POST", "/build", this::build).add("POST", "/build/prune", this::prune);
    }

    private void build(Call call) throws IOException {
        if (call.query("version").equals(BUILDKIT)) {
            sessions.build(call);
            return;
        }
        refuse(call);
        BuildRequest request = request(call);
        BuildStream stream = new BuildStream(call, new LateBody(call, JSON), call.flag("q"));
        try {
            Built built = builds.build(request, stream);
            stream.succeeded(built);
        } catch (UncheckedIOException e) {
            // The disk's failure is told; the client's own ends in the next write to it.
            failed(stream, SampanException.storage(e));
        } catch (SampanException e) {
            failed(stream, e);
        }
        stream.close();
    }

    private static void failed(BuildStream stream, SampanException e) throws IOException {
        try {
            stream.failOrThrow(e);
        } catch (UncheckedIOException gone) {
            throw gone.getCause();
        }
    }

    private static void refuse(Call call) {
        if (call.flag("squash")) {
            throw Problem.unsupported("squash is not supported: use a stage of its own and COPY");
        }
        if (!call.query("outputs").isEmpty() && !call.query("outputs").equals("[]")) {
            throw SampanException.invalid(
                    "multiple outputs are only supported with the BuildKit backend: the parameter"
                            + " outputs must be left out");
        }
        if (!call.all("securityopt").stream().allMatch(String::isEmpty)) {
            throw Problem.unsupported("securityopt is not supported for builds: leave it out");
        }
        String isolation = call.query("isolation");
        if (!isolation.isEmpty() && !isolation.equals("default")) {
            throw SampanException.invalid("unsupported isolation: \"" + isolation + "\"");
        }
    }

    private static BuildSource source(Call call) {
        String remote = call.query("remote");
        return remote.isEmpty()
                ? new BuildSource.Archive(
                        call.exchange().body(), call.query("dockerfile"), Optional.empty())
                : new BuildSource.Remote(
                        remote, call.query("dockerfile"), Optional.empty(), Map.of());
    }

    private static BuildRequest request(Call call) {
        boolean remove = call.flag("rm", true) || call.flag("forcerm");
        return new BuildRequest(
                source(call),
                call.all("t").stream().filter(t -> !t.isEmpty()).toList(),
                arguments(call.query("buildargs")),
                call.query("target"),
                call.query("platform"),
                labels(call.query("labels")),
                strings("cachefrom", call.query("cachefrom")).stream()
                        .<BuildRequest.CacheFrom>map(BuildRequest.CacheFrom.Image::new)
                        .toList(),
                RegistryAuth.all(call),
                new BuildRequest.Options(call.flag("nocache"), call.flag("pull"), !remove),
                new BuildRequest.Running(
                        call.query("networkmode"),
                        call.all("extrahosts").stream()
                                .flatMap(hosts -> Arrays.stream(hosts.split(",", -1)))
                                .filter(host -> !host.isBlank())
                                .toList(),
                        resources(call),
                        number(call, "shmsize"),
                        _ -> Optional.empty(),
                        BuildRequest.Agents.NONE,
                        Set.of()));
    }

    /// A JSON object of strings; a null is a name without a value.
    private static final class Strings extends LinkedHashMap<String, @Nullable String> {
        private static final long serialVersionUID = 1;
    }

    private static <T> T read(String name, String text, Class<T> type) {
        try {
            return Json.read(text.getBytes(StandardCharsets.UTF_8), type);
        } catch (SampanException e) {
            throw SampanException.invalid("bad parameter: " + name + " is malformed: " + text);
        }
    }

    private static Map<String, Optional<String>> arguments(String text) {
        Map<String, Optional<String>> found = new LinkedHashMap<>();
        if (!text.isEmpty()) {
            read("buildargs", text, Strings.class)
                    .forEach((name, value) -> found.put(name, Optional.ofNullable(value)));
        }
        return found;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        if (!text.isEmpty()) {
            read("labels", text, Strings.class)
                    .forEach((name, value) -> found.put(name, value == null ? "" : value));
        }
        return found;
    }

    private static List<String> strings(String name, String text) {
        if (text.isEmpty() || text.equals("null")) {
            return List.of();
        }
        List<@Nullable String> found = Arrays.asList(read(name, text, String[].class));
        if (found.contains(null)) {
            throw SampanException.invalid("bad parameter: " + name + " must hold strings");
        }
        return List.copyOf(found);
    }

    private static long number(Call call, String name) {
        String text = call.query(name);
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw SampanException.invalid(
                    "strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }

    private static ResourceSpec resources(Call call) {
        return ResourceSpec.none()
                .with(limits -> {
                    limits.memory = number(call, "memory");
                    limits.memorySwap = number(call, "memswap");
                    limits.cpuShares = number(call, "cpushares");
                    limits.cpuPeriod = number(call, "cpuperiod");
                    limits.cpuQuota = number(call, "cpuquota");
                    limits.cpusetCpus = call.query("cpusetcpus");
                    limits.cpusetMems = call.query("cpusetmems");
                    limits.ulimits = ulimits(call.query("ulimits"));
                    limits.cgroupParent = call.query("cgroupparent");
                });
    }

    private static List<ResourceSpec.Ulimit> ulimits(String text) {
        if (text.isEmpty() || text.equals("null")) {
            return List.of();
        }
        return Arrays.stream(read("ulimits", text, Ulimit[].class))
                .map(u ->
                        new ResourceSpec.Ulimit(
                                u.name() == null ? "" : u.name(), u.soft(), u.hard()))
                .toList();
    }

    private void prune(Call call) throws IOException {
        CacheBounds bounds =
                new CacheBounds(
                        Math.max(number(call, "keep-storage"), number(call, "reserved-space")),
                        number(call, "max-used-space"),
                        number(call, "min-free-space"));
        PrunedCache pruned = builds.prune(call.flag("all"), call.filters(), bounds);
        call.answer(
                200,
                Doc.of()
                        .putOrNull("CachesDeleted", pruned.ids())
                        .put("SpaceReclaimed", pruned.bytes()));
    }
}
