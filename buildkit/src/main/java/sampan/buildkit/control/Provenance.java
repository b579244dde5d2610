package sampan.buildkit.control;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sampan.buildkit.control.Attestations.Statement;
import sampan.buildkit.control.Attestations.Subject;
import sampan.engine.services.BuildResult;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// How something was built: an in-toto statement with SLSA's provenance, in the words of BuildKit
/// (its docs/attestations), for builds of Dockerfiles.
final class Provenance {
    /// What the client says of the repository that the context lies in.
    static final String REPOSITORY = "vcs:";

    static final String ATTRIBUTE = Attestations.PREFIX + "provenance";
    private static final String FILE = "provenance.json";
    private static final String TYPE = "https://mobyproject.org/buildkit@v1";
    private static final String DEFINITIONS =
            "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
    private static final Set<String> PARAMETERS =
            Set.of(
                    "type",
                    "mode",
                    "version",
                    "builder-id",
                    "reproducible",
                    "inline-only",
                    "disabled");
    private static final List<String> LEAST = List.of("target");
    private static final List<String> MOST = List.of("build-arg:", "label:", "context:");

    private final Frontend frontend;
    private final Map<String, String> parameters;
    private final String invocation;
    private final Instant began;

    private Provenance(
            Frontend frontend, Map<String, String> parameters, String invocation, Instant began) {
        this.frontend = frontend;
        this.parameters = parameters;
        this.invocation = invocation;
        this.began = began;
    }

    /// Empty where nobody asked for it by name.
    ///
    /// @throws SampanException INVALID
    static Optional<Provenance> of(Frontend frontend, String invocation) {
        Map<String, String> parameters = Attestations.parameters(frontend.attribute(ATTRIBUTE));
        if (!frontend.attributes().containsKey(ATTRIBUTE) || Attestations.isOff(parameters)) {
            return Optional.empty();
        }
        parameters.forEach(Provenance::check);
        return Optional.of(new Provenance(frontend, parameters, invocation, Instant.now()));
    }

    private static void check(String name, String value) {
        boolean fits =
                switch (name) {
                    case "mode" -> Set.of("min", "max").contains(value);
                    case "version" -> Set.of("v1", "v0.2").contains(value);
                    case "type" -> value.equals("provenance");
                    case "reproducible", "inline-only", "disabled" ->
                            Set.of("true", "false").contains(value);
                    default -> PARAMETERS.contains(name);
                };
        if (!fits) {
            throw SampanException.invalid(
                    "--provenance: "
                            + name
                            + "="
                            + value
                            + ": give mode=min|max, version=v0.2|v1, builder-id=ID,"
                            + " reproducible=true|false");
        }
    }

    private String parameter(String name, String otherwise) {
        return parameters.getOrDefault(name, otherwise);
    }

    private boolean isMax() {
        return parameter("mode", "min").equals("max");
    }

    private boolean isFirst() {
        return parameter("version", "v0.2").equals("v1");
    }

    private String predicateType() {
        return "https://slsa.dev/provenance/" + parameter("version", "v0.2");
    }

    /// An image by its names.
    static List<Subject> image(List<String> names, Platform platform, Digest manifest) {
        return names.stream()
                .map(Reference::parse)
                .map(name -> Subject.sha256(address(name, platform), manifest.hex()))
                .toList();
    }

    /// As purl (github.com/package-url) has it for images.
    private static String address(Reference name, Platform platform) {
        List<String> more = new ArrayList<>();
        name.digest().ifPresent(digest -> more.add("digest=" + digest));
        more.add("platform=" + platform.toString().replace("/", "%2F"));
        return "pkg:docker/"
                + name.familiarName()
                + name.tag().map(tag -> "@" + tag).orElse("")
                + "?"
                + String.join("&", more);
    }

    /// @param result what was built
    Statement statement(List<Subject> subjects, BuildResult result) {
        Map<String, Object> statement = Attestations.head(predicateType(), subjects);
        statement.put("predicate", isFirst() ? first(result) : earlier(result));
        return new Statement(FILE, predicateType(), Json.write(statement));
    }

    private Map<String, Object> earlier(BuildResult result) {
        Map<String, Object> invocationOf = new LinkedHashMap<>();
        invocationOf.put("configSource", source("entryPoint"));
        invocationOf.put("parameters", request());
        invocationOf.put("environment", Map.of("platform", Platform.host().toString()));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("buildInvocationID", invocation);
        metadata.put("buildStartedOn", began.toString());
        metadata.put("buildFinishedOn", Instant.now().toString());
        metadata.put(
                "completeness",
                Map.of("parameters", isMax(), "environment", true, "materials", false));
        metadata.put("reproducible", Attestations.isTrue(parameters, "reproducible"));
        metadata.put(TYPE + "#metadata", details());
        Map<String, Object> predicate = new LinkedHashMap<>();
        predicate.put("builder", Map.of("id", parameter("builder-id", "")));
        predicate.put("buildType", TYPE);
        List<Map<String, Object>> materials = materials(result);
        if (!materials.isEmpty()) {
            predicate.put("materials", materials);
        }
        predicate.put("invocation", invocationOf);
        predicate.put("metadata", metadata);
        return predicate;
    }

    private Map<String, Object> first(BuildResult result) {
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("buildType", DEFINITIONS);
        definition.put(
                "externalParameters", Map.of("configSource", source("path"), "request", request()));
        definition.put("internalParameters", Map.of("builderPlatform", Platform.host().toString()));
        List<Map<String, Object>> materials = materials(result);
        if (!materials.isEmpty()) {
            definition.put("resolvedDependencies", materials);
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("invocationId", invocation);
        metadata.put("startedOn", began.toString());
        metadata.put("finishedOn", Instant.now().toString());
        metadata.put("buildkit_metadata", details());
        metadata.put(
                "buildkit_completeness", Map.of("request", isMax(), "resolvedDependencies", false));
        if (Attestations.isTrue(parameters, "reproducible")) {
            metadata.put("buildkit_reproducible", true);
        }
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("builder", Map.of("id", parameter("builder-id", "")));
        run.put("metadata", metadata);
        Map<String, Object> predicate = new LinkedHashMap<>();
        predicate.put("buildDefinition", definition);
        predicate.put("runDetails", run);
        return predicate;
    }

    private static Map<String, Object> digested(String key, String name, String sha256) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put(key, name);
        entry.put("digest", Map.of("sha256", sha256));
        return entry;
    }

    private static List<Map<String, Object>> materials(BuildResult result) {
        return result.bases().stream()
                .map(base ->
                        digested("uri", address(base.name(), base.platform()), base.digest().hex()))
                .toList();
    }

    /// The Dockerfile.
    private Map<String, Object> source(String name) {
        Map<String, Object> source = new LinkedHashMap<>();
        if (frontend.context() instanceof Frontend.Context.Remote(String address)) {
            source.put("uri", address);
        }
        source.put(name, frontend.filename());
        return source;
    }

    private Map<String, Object> request() {
        Map<String, String> arguments = new TreeMap<>();
        frontend.attributes()
                .forEach((name, value) -> {
                    boolean told = LEAST.contains(name) || (isMax() && isOfMost(name));
                    if (told) {
                        arguments.put(name, value);
                    }
                });
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("frontend", "dockerfile.v0");
        if (!arguments.isEmpty()) {
            request.put("args", arguments);
        }
        if (frontend.context() instanceof Frontend.Context.OfSession) {
            request.put("locals", List.of(Map.of("name", "context"), Map.of("name", "dockerfile")));
        }
        return request;
    }

    private static boolean isOfMost(String name) {
        return MOST.stream().anyMatch(name::startsWith);
    }

    /// The Dockerfile's text, and where it comes from.
    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        if (isMax() && !frontend.text().isEmpty()) {
            byte[] text = frontend.text().getBytes(StandardCharsets.UTF_8);
            Map<String, Object> info = new LinkedHashMap<>();
            info.put("filename", frontend.filename());
            info.put("language", "Dockerfile");
            info.put("data", Base64.getEncoder().encodeToString(text));
            details.put("source", Map.of("infos", List.of(info)));
        }
        Map<String, String> repository = new TreeMap<>();
        frontend.attributes()
                .forEach((name, value) -> {
                    if (name.startsWith(REPOSITORY)) {
                        repository.put(name.substring(REPOSITORY.length()), value);
                    }
                });
        if (!repository.isEmpty()) {
            details.put("vcs", repository);
        }
        return details;
    }
}
