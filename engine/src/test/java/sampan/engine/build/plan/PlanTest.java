package sampan.engine.build.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.engine.build.plan.Plan.Base;
import sampan.engine.build.syntax.Command.Pair;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.oci.image.Platform;

class PlanTest {
    private static final Platform MACHINE = Platform.of("linux", "amd64", "");

    private static Arguments arguments(Map<String, Optional<String>> given) {
        return new Arguments(given, Platform.of("linux", "arm", "v7"), MACHINE);
    }

    private static Plan plan(String target, Map<String, Optional<String>> given, String text) {
        var file = DockerfileParser.parse(text);
        Arguments arguments = arguments(given);
        arguments.declare(file);
        return Plan.of(file, target, arguments);
    }

    private static List<Integer> stages(Plan plan) {
        return plan.stages().stream().map(s -> s.stage().index()).toList();
    }

    private static final String FOUR =
            """
            FROM a AS one
            FROM b AS two
            RUN --mount=type=bind,from=one,target=/x true
            FROM c AS three
            FROM scratch
            COPY --from=two /x /x
            COPY --from=busybox /y /y
            """;

    @Test
    void leavesOutWhatTheTargetDoesNotNeed() {
        assertThat(stages(plan("", Map.of(), FOUR))).containsExactly(0, 1, 3);
        assertThat(stages(plan("THREE", Map.of(), FOUR))).containsExactly(2);
        assertThat(stages(plan("0", Map.of(), FOUR))).containsExactly(0);
        assertThat(plan("", Map.of(), FOUR).steps()).isEqualTo(6);
    }

    @Test
    void knowsWhatStagesStandOn() {
        Plan plan = plan("", Map.of(), "FROM a AS x\nFROM X AS y\nFROM scratch\nCOPY --from=1 / /");
        assertThat(plan.stages().get(0).base()).isEqualTo(new Base.Image("a", ""));
        assertThat(plan.stages().get(1).base()).isEqualTo(new Base.Of(0));
        assertThat(plan.stages().get(2).base()).isEqualTo(new Base.Scratch());
        assertThat(plan.stages().get(2).needs()).containsExactly(1);
    }

    @Test
    void replacesVariablesInFrom() {
        String text = "ARG V=1\nARG N=x$V\nFROM --platform=$BUILDPLATFORM $N:${V}";
        assertThat(plan("", Map.of(), text).target().base())
                .isEqualTo(new Base.Image("x1:1", "linux/amd64"));
        assertThat(plan("", Map.of("V", Optional.of("2")), text).target().base())
                .isEqualTo(new Base.Image("x2:2", "linux/amd64"));
    }

    @Test
    void refusesWhatDoesNotExist() {
        assertThatThrownBy(() -> plan("nope", Map.of(), "FROM a"))
                .hasMessage("failed to reach build target nope in Dockerfile");
        assertThatThrownBy(() -> plan("7", Map.of(), "FROM a"))
                .hasMessageContaining("failed to reach build target 7");
        assertThatThrownBy(() -> plan("", Map.of(), "ARG A\nFROM ${A}"))
                .hasMessage("base name (${A}) should not be blank");
        assertThatThrownBy(() -> plan("", Map.of(), "FROM a\nCOPY --from=0 x y"))
                .hasMessageContaining("refers to current build stage");
    }

    @Test
    void findsTheValueOfAnArgument() {
        Arguments arguments =
                arguments(Map.of("GIVEN", Optional.of("g"), "EMPTY", Optional.empty()));
        arguments.declare(DockerfileParser.parse("ARG GLOBAL=1\nARG GIVEN=no\nFROM a\nARG GLOBAL"));
        assertThat(value(arguments, "GLOBAL", Optional.empty())).contains("1");
        assertThat(value(arguments, "GLOBAL", Optional.of("own"))).contains("own");
        assertThat(value(arguments, "GIVEN", Optional.of("own"))).contains("g");
        assertThat(value(arguments, "EMPTY", Optional.of("own"))).contains("own");
        assertThat(value(arguments, "NONE", Optional.empty())).isEmpty();
        assertThat(value(arguments, "TARGETARCH", Optional.empty())).contains("arm");
        assertThat(value(arguments, "TARGETVARIANT", Optional.empty())).contains("v7");
        assertThat(value(arguments, "BUILDPLATFORM", Optional.empty())).contains("linux/amd64");
    }

    private static Optional<String> value(Arguments arguments, String name, Optional<String> own) {
        return arguments.inStage(new Pair(name, own), '\\', _ -> Optional.empty());
    }

    @Test
    void namesArgumentsThatNothingAskedFor() {
        Arguments arguments =
                arguments(
                        Map.of(
                                "A", Optional.of("1"),
                                "B", Optional.of("1"),
                                "http_proxy", Optional.of("p"),
                                "SOURCE_DATE_EPOCH", Optional.of("0")));
        value(arguments, "A", Optional.empty());
        assertThat(arguments.unconsumed()).containsExactly("B");
        assertThat(arguments.proxies()).containsExactly(Map.entry("http_proxy", "p"));
    }
}
