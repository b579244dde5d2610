package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.system.DockerfileCases.Case;

/// Everything that the Dockerfile reference says, each in a small file of its own.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class DockerfileTest {
    private final PrivateDaemon daemon;

    DockerfileTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @BeforeEach
    void base() {
        Built base =
                Built.dockerfile(
                        daemon,
                        "&t=trigger-base",
                        "FROM busybox",
                        "ONBUILD RUN touch /triggered",
                        "ONBUILD COPY a /a");
        assertThat(base.error()).isEmpty();
    }

    static Stream<Case> cases() {
        return Stream.of("copy", "run", "stages", "config")
                .flatMap(name -> DockerfileCases.read("/dockerfiles/" + name + ".cases").stream());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void buildsAsTheReferenceSays(Case one) {
        Built built = Built.build(daemon, one.context(), one.query());
        List<String> errors = one.all("error");
        if (errors.isEmpty()) {
            assertThat(built.error()).as(built.output()).isEmpty();
        } else {
            assertThat(built.error()).as(built.output()).contains(errors.getFirst().strip());
        }
        one.all("output").forEach(text -> assertThat(built.output()).contains(text));
        if (!one.all("inspect").isEmpty() || !one.all("absent").isEmpty()) {
            String image = text("/images/" + built.id() + "/json");
            String history = text("/images/" + built.id() + "/history");
            one.all("inspect").forEach(text -> assertThat(image).contains(text));
            one.all("absent").forEach(text -> assertThat(image).doesNotContain(text));
            one.all("absent").stream()
                    .filter(text -> text.startsWith("http"))
                    .forEach(text -> assertThat(history).doesNotContain(text));
        }
    }

    private String text(String target) {
        return daemon.http()
                .get(target)
                .text()
                .replace("\\u0026", "&")
                .replace("\\u003c", "<")
                .replace("\\u003e", ">");
    }
}
