package sampan.engine.build.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.engine.build.syntax.Command.Pair;
import sampan.errors.SampanException;

class DockerfileParserTest {
    private static List<Command> commands(String... lines) {
        String text = "FROM base\n" + String.join("\n", lines) + "\n";
        return DockerfileParser.parse(text).stages().getFirst().commands();
    }

    private static Command.Run run(String... lines) {
        return (Command.Run) commands(lines).getFirst();
    }

    private static Command.Copy copy(String... lines) {
        return (Command.Copy) commands(lines).getFirst();
    }

    @Test
    void readsStagesAndWhatStandsInFront() {
        Dockerfile file =
                DockerfileParser.parse(
                        """
                        # syntax=docker/dockerfile:1
                        # a comment
                        ARG V=1
                        FROM --platform=$BUILDPLATFORM a:$V AS Build
                        RUN x
                        from build
                        """);
        assertThat(file.directives()).containsEntry("syntax", "docker/dockerfile:1");
        assertThat(file.arguments()).hasSize(1);
        assertThat(file.stages()).hasSize(2);
        assertThat(file.stages().get(0).from().name()).contains("build");
        assertThat(file.stages().get(0).from().platform()).isEqualTo("$BUILDPLATFORM");
        assertThat(file.stages().get(1).from().image()).isEqualTo("build");
        assertThat(file.stages().get(1).label()).isEqualTo("1");
    }

    @Test
    void joinsLinesAndDropsCommentsAmongThem() {
        Command.Run run = run("RUN a \\", "# not this", "   b\\   ", "c");
        assertThat(run.program().words()).containsExactly("a    bc");
        assertThat(run.at().line()).isEqualTo(2);
        assertThat(run("RUN a \\\\", "CMD x").program().words()).containsExactly("a \\\\");
    }

    @Test
    void takesTheEscapeThatTheFileNames() {
        Dockerfile file = DockerfileParser.parse("# escape=`\nFROM a\nRUN dir `\n c:\\\nRUN x\n");
        assertThat(file.escape()).isEqualTo('`');
        assertThat(file.stages().getFirst().commands()).hasSize(2);
    }

    @Test
    void directivesEndWithTheFirstOtherLine() {
        Dockerfile file = DockerfileParser.parse("# hello\n# escape=`\nFROM a\n");
        assertThat(file.escape()).isEqualTo('\\');
    }

    @Test
    void readsBothFormsOfPrograms() {
        assertThat(run("RUN [\"a\", \"b c\"]").program())
                .isEqualTo(new Command.Program(false, List.of("a", "b c")));
        assertThat(run("RUN [ -f x ]").program())
                .isEqualTo(new Command.Program(true, List.of("[ -f x ]")));
    }

    @Test
    void readsFlagsInFrontOfArguments() {
        Command.Run run =
                run(
                        "RUN --mount=type=cache,target=/x --mount=type=tmpfs,target=/y --network=none a");
        assertThat(run.mounts()).containsExactly("type=cache,target=/x", "type=tmpfs,target=/y");
        assertThat(run.network()).isEqualTo("none");
        Command.Copy copy =
                copy("COPY --from=b --chown=1:2 --link --exclude=a --exclude=b x y/ /d/");
        assertThat(copy.sources()).containsExactly("x", "y/");
        assertThat(copy.destination()).isEqualTo("/d/");
        assertThat(copy.flag("from")).isEqualTo("b");
        assertThat(copy.truth("link")).isTrue();
        assertThat(copy.flags().get("exclude")).containsExactly("a", "b");
        assertThat(copy("COPY [\"a b\", \"c\"]").sources()).containsExactly("a b");
    }

    @Test
    void readsHeredocs() {
        Command.Run run = run("RUN <<EOF", "a", "b", "EOF");
        assertThat(run.at().heredocs()).hasSize(1);
        assertThat(run.at().heredocs().getFirst().content()).isEqualTo("a\nb\n");
        Command.Run two = run("RUN cat <<A - <<-\"B\" | x", "1", "A", "\t2", "\tB");
        assertThat(two.at().heredocs()).hasSize(2);
        assertThat(two.at().heredocs().get(1).content()).isEqualTo("2\n");
        assertThat(two.at().heredocs().get(1).expand()).isFalse();
        assertThat(two.at().heredocs().get(0).expand()).isTrue();
        Command.Copy copy = copy("COPY <<a <<'b' /d/", "x", "a", "", "y", "b");
        assertThat(copy.at().heredocs().get(1).content()).isEqualTo("\ny\n");
    }

    @Test
    void aShiftIsNoHeredoc() {
        assertThat(run("RUN echo $((1 << 2))").at().heredocs()).isEmpty();
        assertThat(run("RUN a <<<word").at().heredocs()).isEmpty();
    }

    @Test
    void readsPairs() {
        Command.Env env = (Command.Env) commands("ENV A=1 B=\"2 3\" C=4\\ 5").getFirst();
        assertThat(env.pairs())
                .containsExactly(
                        new Pair("A", Optional.of("1")),
                        new Pair("B", Optional.of("\"2 3\"")),
                        new Pair("C", Optional.of("4\\ 5")));
        Command.Env old = (Command.Env) commands("ENV A b  c").getFirst();
        assertThat(old.pairs()).containsExactly(new Pair("A", Optional.of("b  c")));
        Command.Arg arg = (Command.Arg) commands("ARG A B=c").getFirst();
        assertThat(arg.pairs())
                .containsExactly(new Pair("A", Optional.empty()), new Pair("B", Optional.of("c")));
    }

    @Test
    void keepsTheHeredocOfATrigger() {
        Command.OnBuild trigger =
                (Command.OnBuild) commands("ONBUILD RUN <<EOF", "a", "EOF").getFirst();
        Command.Run run = (Command.Run) DockerfileParser.instruction(trigger.trigger(), '\\', 1);
        assertThat(run.at().heredocs().getFirst().content()).isEqualTo("a\n");
    }

    @Test
    void findsWhatIsProbablyNotMeant() {
        Dockerfile file =
                DockerfileParser.parse(
                        """
                        FROM a AS x
                        MAINTAINER me
                        ENV A b
                        WORKDIR rel
                        CMD a
                        CMD b
                        Run x \\

                          y
                        FROM a AS x
                        """);
        assertThat(file.findings().stream().map(Finding::rule))
                .containsExactlyInAnyOrder(
                        "NoEmptyContinuation",
                        "ConsistentInstructionCasing",
                        "MaintainerDeprecated",
                        "LegacyKeyValueFormat",
                        "WorkdirRelativePath",
                        "MultipleInstructionsDisallowed",
                        "DuplicateStageName");
        assertThat(file.findings())
                .anyMatch(f -> f.rule().equals("LegacyKeyValueFormat") && f.line() == 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "FOO bar | line 2: unknown instruction: FOO (did you mean FROM?)",
                "COYP a b | unknown instruction: COYP (did you mean COPY?)",
                "QWERTYUIOP | unknown instruction: QWERTYUIOP",
                "RUN | RUN requires at least one argument",
                "RUN --foo=x y | unknown flag: --foo",
                "RUN --network=moon y | invalid network mode: \"moon\"",
                "RUN --network=none --network=none y | duplicate flag specified: --network",
                "RUN --mount x | missing a value on flag: --mount",
                "COPY | COPY requires at least two arguments",
                "COPY a | Destination could not be determined",
                "COPY --link=maybe a b | expecting boolean value for flag --link",
                "ADD --from=x a b | unknown flag: --from",
                "ENV A | ENV must have two arguments",
                "ENV A=b C | can't find = in \"C\"",
                "ENV =b | ENV names can not be blank",
                "ARG | ARG requires at least one argument",
                "ARG =b | ARG names can not be blank",
                "LABEL a | LABEL must have two arguments",
                "EXPOSE | EXPOSE requires at least one argument",
                "VOLUME [\"\"] | VOLUME specified can not be an empty string",
                "USER | USER requires exactly one argument",
                "WORKDIR | WORKDIR requires exactly one argument",
                "STOPSIGNAL | STOPSIGNAL requires exactly one argument",
                "SHELL /bin/sh | SHELL requires the arguments to be in JSON form",
                "SHELL [] | SHELL requires at least one argument",
                "HEALTHCHECK | HEALTHCHECK requires at least one argument",
                "HEALTHCHECK FOO | Unknown type \"FOO\" in HEALTHCHECK (try CMD)",
                "HEALTHCHECK NONE x | HEALTHCHECK NONE takes no arguments",
                "HEALTHCHECK --interval=1ns CMD x | cannot be less than 1ms",
                "HEALTHCHECK --retries=x CMD x | invalid syntax",
                "ONBUILD | ONBUILD requires at least one argument",
                "ONBUILD FROM x | FROM isn't allowed as an ONBUILD trigger",
                "ONBUILD ONBUILD RUN x | Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
                "FROM | FROM requires either one or three arguments",
                "FROM a b | FROM requires either one or three arguments",
                "FROM a AS 1x | invalid name for build stage: \"1x\"",
                "RUN <<EOF | unterminated heredoc",
            })
    void refusesByLine(String line, String words) {
        assertThatThrownBy(() -> commands(line))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("dockerfile parse error on line 2: ")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RUN x | no build stage in current context",
                "ARG x | no build stage in current context",
                "# nothing | file with no instructions",
            })
    void refusesFilesWithoutAStage(String text, String words) {
        assertThatThrownBy(() -> DockerfileParser.parse(text)).hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type=moon,target=/x | unsupported mount type \"moon\"",
                "type=cache | target is required",
                "type=cache,target=/x,colour=red | unexpected key 'colour'",
                "type=cache,target=/x,sharing=much | unsupported sharing value \"much\"",
            })
    void refusesMounts(String text, String words) {
        assertThatThrownBy(() -> MountOption.parse(text, 7))
                .hasMessageContaining("line 7: ")
                .hasMessageContaining(words);
    }

    @Test
    void readsMounts() {
        MountOption mount = MountOption.parse("type=cache,dst=/x,ro,id=a", 1);
        assertThat(mount.target()).isEqualTo("/x");
        assertThat(mount.writable()).isFalse();
        assertThat(MountOption.parse("target=/x", 1).type()).isEqualTo("bind");
        assertThat(MountOption.parse("target=/x", 1).writable()).isFalse();
        assertThat(MountOption.parse("target=/x,rw", 1).writable()).isTrue();
        assertThat(MountOption.parse("type=secret,id=a", 1).value("id")).isEqualTo("a");
    }
}
