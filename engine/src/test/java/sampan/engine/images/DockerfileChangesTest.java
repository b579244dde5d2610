package sampan.engine.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.images.Image.ImageConfig;
import sampan.errors.SampanException;

class DockerfileChangesTest {
    private static ImageConfig apply(String... lines) {
        return DockerfileChanges.apply(ImageConfig.NONE, List.of(lines));
    }

    @Test
    void readsProgramsInBothForms() {
        assertThat(apply("CMD [\"a\", \"b c\"]").command()).containsExactly("a", "b c");
        assertThat(apply("cmd echo hi").command()).containsExactly("/bin/sh", "-c", "echo hi");
        assertThat(apply("CMD [ -f x ]").command()).containsExactly("/bin/sh", "-c", "[ -f x ]");
        assertThat(apply("ENTRYPOINT [\"e\"]").entrypoint()).containsExactly("e");
    }

    @Test
    void dropsTheOldCommandWithANewEntrypoint() {
        ImageConfig old = apply("CMD [\"old\"]");
        assertThat(DockerfileChanges.apply(old, List.of("ENTRYPOINT [\"e\"]")).command()).isEmpty();
        assertThat(
                        DockerfileChanges.apply(old, List.of("CMD [\"new\"]", "ENTRYPOINT [\"e\"]"))
                                .command())
                .containsExactly("new");
    }

    @Test
    void readsEnvironmentWithQuotesAndVariables() {
        assertThat(
                        apply(
                                        "ENV A=1 B=\"two words\" C='$A' D=\\$A",
                                        "ENV E=$A-${B} F=${X:-none} G=${A:+set}",
                                        "ENV OLD the  rest of it",
                                        "ENV A=2")
                                .env())
                .containsExactly(
                        "A=2",
                        "B=two words",
                        "C=$A",
                        "D=$A",
                        "E=1-two words",
                        "F=none",
                        "G=set",
                        "OLD=the  rest of it");
    }

    @Test
    void readsTheRest() {
        ImageConfig config =
                apply(
                        "EXPOSE 80 443/UDP 8000-8002",
                        "LABEL a=b \"c d\"='e f'",
                        "USER me:group",
                        "VOLUME /a /b",
                        "VOLUME [\"/c d\"]",
                        "WORKDIR /x",
                        "WORKDIR y/../z",
                        "ONBUILD RUN x",
                        "STOPSIGNAL SIGINT",
                        "# a comment",
                        "CMD a \\\n b");
        assertThat(config.exposedPorts())
                .containsExactly("80/tcp", "443/udp", "8000/tcp", "8001/tcp", "8002/tcp");
        assertThat(config.labels()).containsEntry("a", "b").containsEntry("c d", "e f");
        assertThat(config.user()).isEqualTo("me:group");
        assertThat(config.volumes()).containsExactly("/a", "/b", "/c d");
        assertThat(config.workingDir()).isEqualTo("/x/z");
        assertThat(config.onBuild()).containsExactly("RUN x");
        assertThat(config.stopSignal()).isEqualTo("SIGINT");
        assertThat(config.command()).containsExactly("/bin/sh", "-c", "a  b");
    }

    @Test
    void readsHealthChecks() {
        HealthCheck check =
                apply("HEALTHCHECK --interval=1m30s --timeout=500ms --retries=4 CMD curl x")
                        .healthCheck()
                        .orElseThrow();
        assertThat(check.test()).containsExactly("CMD-SHELL", "curl x");
        assertThat(check.interval()).isEqualTo(Duration.ofSeconds(90));
        assertThat(check.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(check.retries()).isEqualTo(4);
        assertThat(apply("HEALTHCHECK NONE").healthCheck().orElseThrow().test())
                .containsExactly("NONE");
        assertThat(apply("HEALTHCHECK CMD [\"a\"]").healthCheck().orElseThrow().test())
                .containsExactly("CMD", "a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RUN x | RUN is not a valid change command",
                "FROM x | FROM is not a valid change command",
                "NONSENSE x | NONSENSE is not a valid change command",
                "ENV | ENV requires at least one argument",
                "ENV A | ENV must have two arguments",
                "ENV =b | ENV names can not be blank",
                "ENV A=b C | Syntax error - can't find = in \"C\"",
                "EXPOSE many | invalid containerPort: many",
                "EXPOSE 0 | invalid containerPort: 0",
                "EXPOSE 5-4 | invalid containerPort: 5-4",
                "USER | USER requires exactly one argument",
                "LABEL \"a=b | unexpected end of statement while looking for matching double-quote",
                "HEALTHCHECK CMD | Missing command after HEALTHCHECK CMD",
                "HEALTHCHECK --interval=soon CMD x | invalid duration \"soon\"",
                "HEALTHCHECK --what=1 CMD x | unknown flag: --what",
                "ONBUILD ONBUILD RUN x | Chaining ONBUILD",
            })
    void refusesWhatItCannotApply(String line, String words) {
        assertThatThrownBy(() -> apply(line))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
    }
}
