package sampan.engine.build.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MissCauseTest {
    private static final StepInput BASE =
            new StepInput(
                    "copy",
                    "chain",
                    "COPY a /",
                    Map.of("user", ""),
                    Map.of("V", "1"),
                    "sum",
                    Map.of("a", "1"));

    private static StepInput with(
            String chain,
            String text,
            Map<String, String> settings,
            Map<String, String> arguments,
            String content,
            Map<String, String> files) {
        return new StepInput("copy", chain, text, settings, arguments, content, files);
    }

    private static String cause(StepInput wanted) {
        StepRecord known =
                new StepRecord(
                        BASE.key(), BASE, Optional.empty(), Instant.EPOCH, Instant.EPOCH, 0, "");
        return MissCause.of(wanted, List.of(known));
    }

    @Test
    void tellsWhatIsDifferent() {
        Map<String, String> user = BASE.settings();
        Map<String, String> one = BASE.arguments();
        assertThat(cause(with("other", "COPY a /", user, one, "sum", BASE.files())))
                .isEqualTo("the base image or an earlier step changed");
        assertThat(cause(with("chain", "COPY a /", user, one, "new", Map.of("a", "2"))))
                .isEqualTo("file changed: a");
        assertThat(cause(with("chain", "COPY a /", user, Map.of("V", "2"), "sum", BASE.files())))
                .isEqualTo("build argument changed: V");
        assertThat(cause(with("chain", "COPY a /", Map.of("user", "x"), one, "sum", BASE.files())))
                .isEqualTo("changed: user");
        assertThat(cause(with("chain", "COPY b /", user, one, "sum", BASE.files())))
                .isEqualTo("the instruction is new or changed");
        assertThat(cause(with("other", "COPY b /", user, one, "sum", BASE.files())))
                .isEqualTo("not built before");
    }

    @Test
    void keysDifferWhereAnythingDiffers() {
        StepInput moved =
                with("chain", "COPY a /", Map.of(), Map.of("V", "1", "user", ""), "sum", Map.of());
        assertThat(moved.key()).isNotEqualTo(BASE.key());
        StepInput files =
                with("chain", "COPY a /", BASE.settings(), BASE.arguments(), "sum", Map.of());
        assertThat(files.key()).isEqualTo(BASE.key());
    }
}
