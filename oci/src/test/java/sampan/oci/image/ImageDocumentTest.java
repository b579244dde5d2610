package sampan.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument.RootFs;
import sampan.oci.image.ImageDocument.Settings;
import sampan.oci.json.Json;

class ImageDocumentTest {
    private static final Digest DIGEST = Digest.of(new byte[0]);

    private static <T> T read(String document, Class<T> type) {
        return Json.read(document.getBytes(StandardCharsets.UTF_8), type);
    }

    @Test
    void readsWhatDockerWrites() {
        ImageDocument document =
                read(
                        """
                        {"architecture":"amd64","os":"linux","created":"2024-01-01T00:00:00.1Z",
                         "config":{"Env":["A=b"],"Cmd":["sh"],"Entrypoint":null,"Labels":null,
                           "ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":null},
                           "Healthcheck":{"Test":["CMD","x"],"Interval":1000000000}},
                         "rootfs":{"type":"layers","diff_ids":["%s"]},
                         "history":[{"created_by":"x","empty_layer":true},{"comment":"y"}]}
                        """
                                .formatted(DIGEST),
                        ImageDocument.class);
        Settings settings = document.config().orElseThrow();
        assertThat(settings.env()).containsExactly("A=b");
        assertThat(settings.entrypoint()).isEmpty();
        assertThat(settings.labels()).isEmpty();
        assertThat(settings.exposedPorts()).containsKey("80/tcp");
        assertThat(settings.volumes()).containsKey("/v");
        assertThat(settings.health().orElseThrow().interval()).isEqualTo(1_000_000_000);
        assertThat(document.rootfs().diffIds()).containsExactly(DIGEST);
        assertThat(document.history())
                .extracting(ImageDocument.Step::emptyLayer)
                .containsExactly(true, false);
    }

    @Test
    void readsWhatHasNothingInIt() {
        ImageDocument document = read("{}", ImageDocument.class);
        assertThat(document.rootfs().diffIds()).isEmpty();
        assertThat(document.config()).isEmpty();
        assertThat(document.platform()).hasToString("/");
    }

    @Test
    void leavesOutWhatIsEmpty() {
        ImageDocument document =
                new ImageDocument(
                        "",
                        "",
                        "",
                        "amd64",
                        "",
                        "linux",
                        "",
                        Optional.empty(),
                        RootFs.of(List.of(DIGEST)),
                        List.of());
        assertThat(Json.text(document))
                .isEqualTo(
                        "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":"
                                + "\"layers\",\"diff_ids\":[\""
                                + DIGEST
                                + "\"]}}");
    }

    @Test
    void refusesManifestsWithoutAConfig() {
        assertThatThrownBy(() -> read("{\"schemaVersion\":2,\"layers\":[]}", Manifest.class))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("without a config");
        assertThatThrownBy(() -> read("{\"config\":{\"digest\":\"sha256:1\"}}", Manifest.class))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void picksTheMachinesPlatform() {
        Descriptor arm = entry("arm64", 1);
        Descriptor amd = entry("amd64", 2);
        Index index = Index.of(List.of(arm, amd));
        assertThat(index.select(Platform.of("linux", "amd64", ""))).contains(amd);
        assertThat(index.select(Platform.of("linux", "arm64", "v8"))).contains(arm);
        assertThat(index.select(Platform.of("linux", "riscv64", ""))).isEmpty();
    }

    private static Descriptor entry(String architecture, long size) {
        return new Descriptor(
                MediaType.OCI_MANIFEST,
                DIGEST,
                size,
                List.of(),
                Map.of(),
                Optional.of(Platform.of("linux", architecture, "")),
                "");
    }
}
