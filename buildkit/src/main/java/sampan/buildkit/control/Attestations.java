package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.services.BuildRequest.Scan;
import sampan.engine.services.BuildResult;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// What a build is to say of its result: in-toto statements, beside the image or the files.
///
/// @param scan what is in it
/// @param provenance how it was built
record Attestations(Optional<Scan> scan, Optional<Provenance> provenance) {
    /// What the client says of attestations.
    static final String PREFIX = "attest:";

    private static final Set<String> KNOWN = Set.of(Sbom.ATTRIBUTE, Provenance.ATTRIBUTE);

    /// What is built or made.
    ///
    /// @param digest by algorithm, in hexadecimal digits
    record Subject(String name, Map<String, String> digest) {
        static Subject sha256(String name, String hex) {
            return new Subject(name, Map.of("sha256", hex));
        }
    }

    /// @param file its name where it lies among files
    record Statement(String file, String predicateType, byte[] content) {
        /// Whether it takes the place of a file of the image's own, as BuildKit has it.
        boolean takes(String path) {
            return path.equals(file) || path.startsWith(file + "/");
        }
    }

    /// Those that are asked for by name.
    ///
    /// @throws SampanException UNSUPPORTED, INVALID for attestations that cannot be made
    static Attestations of(Frontend frontend, String invocation) {
        for (String name : frontend.attributes().keySet()) {
            if (name.startsWith(PREFIX)
                    && !KNOWN.contains(name)
                    && !isOff(parameters(frontend.attribute(name)))) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "attestation "
                                + name.substring(PREFIX.length())
                                + " is not supported: give type=sbom or type=provenance");
            }
        }
        return new Attestations(Sbom.asked(frontend), Provenance.of(frontend, invocation));
    }

    // `inline-only` is what a client sends where nothing was said: the images stay as they are.
    static boolean isOff(Map<String, String> parameters) {
        return isTrue(parameters, "disabled") || isTrue(parameters, "inline-only");
    }

    static boolean isTrue(Map<String, String> parameters, String name) {
        return Boolean.parseBoolean(parameters.getOrDefault(name, "false"));
    }

    static Map<String, String> parameters(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        Arrays.stream(text.split(",", -1))
                .filter(part -> !part.isEmpty())
                .map(part -> part.split("=", 2))
                .forEach(part -> found.put(part[0], part.length > 1 ? part[1] : "true"));
        return found;
    }

    /// A statement but for what it states.
    static Map<String, Object> head(String predicateType, List<Subject> subjects) {
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("_type", "https://in-toto.io/Statement/v0.1");
        statement.put("predicateType", predicateType);
        statement.put("subject", subjects);
        return statement;
    }

    boolean isEmpty() {
        return scan.isEmpty() && provenance.isEmpty();
    }

    /// @param result what was built
    List<Statement> of(List<Subject> subjects, BuildResult result) {
        List<Statement> statements = new ArrayList<>();
        scan.ifPresent(asked ->
                result.scanned().stream()
                        .map(file -> Sbom.statement(file, subjects, asked.scanner()))
                        .forEach(statements::add));
        provenance.map(p -> p.statement(subjects, result)).ifPresent(statements::add);
        return statements;
    }
}
