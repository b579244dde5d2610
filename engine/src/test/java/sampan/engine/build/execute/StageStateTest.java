package sampan.engine.build.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.engine.build.execute.StageState.Start;
import sampan.engine.images.Image.ImageConfig;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument.Step;
import sampan.oci.image.Platform;

class StageStateTest {
    private static final Digest IMAGE = Digest.of(new byte[] {1});

    /// The containers of such steps named `sha256:sha256:…` as their image, which ended the thread
    /// that notes when images were used last.
    @Test
    void theFirstStepOnAnImageWithAHistoryHasTheImageForItsId() {
        Start start =
                new Start(
                        Platform.host(),
                        ImageConfig.NONE,
                        Map.of(),
                        List.of(),
                        List.of(new Step("", "", "RUN true", "", true)),
                        Optional.of(IMAGE),
                        "",
                        IMAGE.toString(),
                        Instant.EPOCH);
        assertThat(Digest.parse(StageState.begin(start, '\\').stepId())).isEqualTo(IMAGE);
    }
}
