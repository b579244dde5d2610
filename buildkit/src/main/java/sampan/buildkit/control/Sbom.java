package sampan.buildkit.control;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import sampan.buildkit.control.Attestations.Statement;
import sampan.buildkit.control.Attestations.Subject;
import sampan.engine.services.BuildRequest.Scan;
import sampan.engine.services.BuildResult.Scanned;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.oci.json.JsonFields;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// What is in a result: a scanner's image looks at it and writes in-toto statements in SPDX's form
/// (BuildKit's docs/attestations/sbom-protocol.md).
final class Sbom {
    static final String ATTRIBUTE = Attestations.PREFIX + "sbom";
    static final String SCANNER = "docker/buildkit-syft-scanner:stable-1";
    static final String PREDICATE = "https://spdx.dev/Document";

    /// Of one statement of a scanner's.
    static final int SUBJECTS_MAX = 1_024;

    /// What in-toto calls what has no name.
    private static final String NAMELESS = "_";

    private static final String GENERATOR = "generator";
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String TYPES = "https://in-toto.io/Statement/";

    /// What the scanner is told of where things are is ours to say.
    private static final Set<String> TAKEN = Set.of("DESTINATION", "SOURCE", "SOURCE_EXTRAS");

    private Sbom() {}

    /// What is asked for; empty where nothing is.
    ///
    /// @throws SampanException INVALID
    static Optional<Scan> asked(Frontend frontend) {
        Map<String, String> parameters = Attestations.parameters(frontend.attribute(ATTRIBUTE));
        if (!frontend.attributes().containsKey(ATTRIBUTE) || Attestations.isOff(parameters)) {
            return Optional.empty();
        }
        String scanner = parameters.getOrDefault(GENERATOR, SCANNER);
        if (scanner.isEmpty()) {
            throw SampanException.invalid("--sbom: generator= is empty: name a scanner's image");
        }
        Map<String, String> more = new LinkedHashMap<>(parameters);
        Set.of("type", GENERATOR, "disabled", "inline-only").forEach(more::remove);
        for (String name : more.keySet()) {
            if (TAKEN.contains(name) || !PARAMETER.matcher(name).matches()) {
                throw SampanException.invalid(
                        "--sbom: "
                                + name
                                + "="
                                + more.get(name)
                                + ": give generator=IMAGE, and what the scanner takes as variables"
                                + " BUILDKIT_SCAN_NAME as NAME=VALUE");
            }
        }
        return Optional.of(new Scan(scanner, more));
    }

    /// The statement of a scanner's file, about the result where it names nothing itself. What it
    /// states is handed on as it is.
    ///
    /// @param scanner is named where the file is refused
    /// @throws SampanException INVALID
    static Statement statement(Scanned file, List<Subject> result, String scanner) {
        try {
            Map<String, byte[]> fields = JsonFields.of(file.content());
            String type = text(fields, "_type");
            if (!type.startsWith(TYPES)) {
                throw SampanException.invalid("_type=" + type + ": give " + TYPES + "v1");
            }
            String predicateType = text(fields, "predicateType");
            if (!predicateType.equals(PREDICATE)) {
                throw SampanException.invalid(
                        "predicateType=" + predicateType + ": give " + PREDICATE);
            }
            byte[] predicate = fields.getOrDefault("predicate", new byte[0]);
            if (predicate.length == 0 || predicate[0] != '{') {
                throw SampanException.invalid("predicate is missing: give the document");
            }
            List<Subject> own = subjects(fields);
            Map<String, Object> head = Attestations.head(PREDICATE, own.isEmpty() ? result : own);
            return new Statement(file.name(), PREDICATE, with(Json.write(head), predicate));
        } catch (SampanException e) {
            throw SampanException.invalid(
                    "scanner "
                            + scanner
                            + " wrote "
                            + file.name()
                            + ", which is no in-toto statement of SPDX: "
                            + e.getMessage());
        }
    }

    private static String text(Map<String, byte[]> fields, String name) {
        byte[] value = fields.get(name);
        if (value == null || value[0] != '"') {
            throw SampanException.invalid(name + " is no text");
        }
        return Json.read(value, String.class);
    }

    private static List<Subject> subjects(Map<String, byte[]> fields) {
        List<Subject> own = new ArrayList<>();
        byte[] value = fields.get("subject");
        JsonNode list = value == null ? NullNode.getInstance() : Json.tree(value);
        if (!list.isNull() && !list.isArray()) {
            throw SampanException.invalid("subject is no list");
        }
        if (list.size() > SUBJECTS_MAX) {
            throw SampanException.invalid(
                    "subject has " + list.size() + " entries: at most " + SUBJECTS_MAX);
        }
        for (JsonNode entry : list) {
            Map<String, String> digest = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> sum : entry.path("digest").properties()) {
                sum.getValue().asStringOpt().ifPresent(hex -> digest.put(sum.getKey(), hex));
            }
            if (digest.isEmpty()) {
                throw SampanException.invalid("an entry of subject has no digest: leave it out");
            }
            own.add(new Subject(entry.path("name").asString(NAMELESS), digest));
        }
        return own;
    }

    private static byte[] with(byte[] head, byte[] predicate) {
        ByteArrayOutputStream whole =
                new ByteArrayOutputStream(head.length + predicate.length + 16);
        whole.write(head, 0, head.length - 1);
        whole.writeBytes(",\"predicate\":".getBytes(StandardCharsets.UTF_8));
        whole.writeBytes(predicate);
        whole.write('}');
        return whole.toByteArray();
    }
}
