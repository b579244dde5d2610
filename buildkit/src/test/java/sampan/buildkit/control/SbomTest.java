package sampan.buildkit.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.buildkit.control.Attestations.Statement;
import sampan.buildkit.control.Attestations.Subject;
import sampan.engine.services.BuildRequest.Scan;
import sampan.engine.services.BuildResult.Scanned;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

class SbomTest {
    private static final List<Subject> RESULT = List.of(Subject.sha256("image", "ab"));
    private static final String TYPES =
            "\"_type\":\"https://in-toto.io/Statement/v1\","
                    + "\"predicateType\":\"https://spdx.dev/Document\"";

    private static Optional<Scan> asked(Map<String, String> attributes) {
        return Sbom.asked(
                new Frontend(
                        attributes,
                        Frontend.Context.ofSession(),
                        "Dockerfile",
                        "",
                        Optional.empty(),
                        List.of()));
    }

    @Test
    void theScannerIsBuildKitsWhereNoneIsNamed() {
        assertThat(asked(Map.of("attest:sbom", "")))
                .contains(new Scan("docker/buildkit-syft-scanner:stable-1", Map.of()));
        assertThat(asked(Map.of("attest:sbom", "type=sbom,generator=a/b,MODE=x=y")))
                .contains(new Scan("a/b", Map.of("MODE", "x=y")));
        assertThat(asked(Map.of())).isEmpty();
        assertThat(asked(Map.of("attest:sbom", "disabled=true"))).isEmpty();
    }

    @Test
    void whatAScannerIsToldOfPlacesIsNotTheClientsToSay() {
        for (String wrong : List.of("SOURCE=/", "DESTINATION=/", "SOURCE_EXTRAS=/", "A-B=1")) {
            assertThatThrownBy(() -> asked(Map.of("attest:sbom", wrong)))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("--sbom: " + wrong);
        }
        assertThatThrownBy(() -> asked(Map.of("attest:sbom", "generator=")))
                .hasMessageContaining("name a scanner's image");
    }

    private static Statement statement(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return Sbom.statement(new Scanned("sbom.spdx.json", content), RESULT, "a/b");
    }

    @Test
    void aStatementWithoutSubjectsIsOfTheResult() {
        for (String subject : List.of("", ",\"subject\":[]", ",\"subject\":null")) {
            Statement made =
                    statement("{" + TYPES + subject + ",\"predicate\": { \"n\" : 1.50 } }");
            assertThat(made.file()).isEqualTo("sbom.spdx.json");
            assertThat(made.predicateType()).isEqualTo("https://spdx.dev/Document");
            assertThat(new String(made.content(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            "{\"_type\":\"https://in-toto.io/Statement/v0.1\","
                                    + "\"predicateType\":\"https://spdx.dev/Document\","
                                    + "\"subject\":[{\"name\":\"image\",\"digest\":{\"sha256\":"
                                    + "\"ab\"}}],\"predicate\":{ \"n\" : 1.50 }}");
            assertThat(Json.tree(made.content()).path("predicate").path("n").asDouble())
                    .isEqualTo(1.5);
        }
    }

    @Test
    void subjectsOfItsOwnStay() {
        Statement made =
                statement(
                        "{"
                                + TYPES
                                + ",\"subject\":[{\"digest\":{\"sha1\":\"01\"}},"
                                + "{\"name\":\"x\",\"digest\":{\"sha256\":\"02\"}}],"
                                + "\"predicate\":{}}");
        assertThat(Json.tree(made.content()).path("subject").toString())
                .isEqualTo(
                        "[{\"name\":\"_\",\"digest\":{\"sha1\":\"01\"}},"
                                + "{\"name\":\"x\",\"digest\":{\"sha256\":\"02\"}}]");
    }

    @Test
    void whatIsNoStatementOfSpdxIsRefused() {
        String many = "{\"digest\":{\"a\":\"b\"}},".repeat(Sbom.SUBJECTS_MAX);
        Map<String, String> wrong =
                Map.ofEntries(
                        Map.entry("", "invalid JSON"),
                        Map.entry("[]", "no object"),
                        Map.entry("{}", "_type is no text"),
                        Map.entry("{\"_type\":1}", "_type is no text"),
                        Map.entry("{\"_type\":null}", "_type is no text"),
                        Map.entry("{\"_type\":\"x\"}", "_type=x: give"),
                        Map.entry(
                                "{" + TYPES.replace("spdx.dev", "slsa.dev") + "}",
                                "predicateType=https://slsa.dev/Document: give"),
                        Map.entry("{" + TYPES + "}", "predicate is missing"),
                        Map.entry("{" + TYPES + ",\"predicate\":[]}", "predicate is missing"),
                        Map.entry("{" + TYPES + ",\"predicate\":{}}{}", "text after"),
                        Map.entry(
                                "{" + TYPES + ",\"predicate\":{},\"subject\":[{\"name\":\"x\"}]}",
                                "has no digest"),
                        Map.entry(
                                "{" + TYPES + ",\"predicate\":{},\"subject\":[1]}",
                                "has no digest"),
                        Map.entry(
                                "{" + TYPES + ",\"predicate\":{},\"subject\":{\"a\":{}}}",
                                "subject is no list"),
                        Map.entry(
                                "{"
                                        + TYPES
                                        + ",\"predicate\":{},\"subject\":["
                                        + many
                                        + "{\"digest\":{\"a\":\"b\"}}]}",
                                "at most 1024"));
        wrong.forEach((text, told) ->
                assertThatThrownBy(() -> statement(text))
                        .as(text.substring(0, Math.min(text.length(), 99)))
                        .isInstanceOf(SampanException.class)
                        .hasMessageContaining("scanner a/b wrote sbom.spdx.json")
                        .hasMessageContaining(told));
    }
}
