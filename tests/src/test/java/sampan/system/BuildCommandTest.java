package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `sampan build`.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildCommandTest {
    private final PrivateDaemon daemon;
    private final Path context;

    BuildCommandTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.context = daemon.home().resolve("ours");
    }

    @BeforeEach
    void context() throws IOException {
        Files.createDirectories(context.resolve("d"));
        Files.writeString(context.resolve("d/kept"), "kept");
        Files.writeString(context.resolve("d/left.md"), "left");
        Files.writeString(context.resolve("secret"), "hidden");
        Files.writeString(context.resolve(".dockerignore"), "**/*.md\nsecret\n");
    }

    private Outcome build(String dockerfile, String... words) throws IOException {
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        String[] all = new String[words.length + 2];
        all[0] = "build";
        System.arraycopy(words, 0, all, 1, words.length);
        all[all.length - 1] = context.toString();
        return daemon.sampan(all);
    }

    @Test
    void packsTheContextByItsRules() throws IOException {
        Outcome built = build("FROM busybox\nCOPY . /c\n", "-t", "ours:1");
        assertThat(built.expect(0).err()).contains("Successfully tagged ours:1");
        assertThat(daemon.sampan("run", "--rm", "ours:1", "find", "/c", "-type", "f").lines())
                .contains("/c/Dockerfile", "/c/.dockerignore", "/c/d/kept")
                .doesNotContain("/c/d/left.md", "/c/secret");
    }

    @Test
    void theFileBesideTheDockerfileGoesFirst() throws IOException {
        Files.writeString(context.resolve("Other.dockerignore"), "d\n");
        Files.writeString(context.resolve("Other"), "FROM busybox\nCOPY . /c\nRUN [ ! -e /c/d ]\n");
        build("FROM busybox\n", "-f", context + "/Other").expect(0);
    }

    @Test
    void secretsReachTheStepAlone() throws IOException {
        String file =
                "FROM busybox\n"
                        + "RUN --mount=type=secret,id=s,required [ \"$(cat /run/secrets/s)\" = hidden ]\n"
                        + "RUN --mount=type=secret,id=e,env=TOLD [ \"$TOLD\" = value ]\n"
                        + "RUN [ ! -e /run/secrets ]\n";
        Files.writeString(context.resolve("Dockerfile"), file);
        Outcome built =
                daemon.sampanCommand(
                                "build",
                                "--secret",
                                "id=s,src=" + context.resolve("secret"),
                                "--secret",
                                "id=e,env=FROM_HERE",
                                context.toString())
                        .with(Map.of("FROM_HERE", "value"))
                        .run();
        built.expect(0);
    }

    @Test
    void tellsWhyAStepIsNotInTheCache() throws IOException {
        build("FROM busybox\nCOPY d /why\n").expect(0);
        Files.writeString(context.resolve("d/kept"), "other");
        assertThat(build("FROM busybox\nCOPY d /why\n").err())
                .contains("Not in the cache: file changed: d/kept");
    }

    @Test
    void stepsOfAnotherImageCount() throws IOException {
        String file = "FROM busybox\nCOPY d /from\nRUN cat /proc/sys/kernel/random/uuid > /u\n";
        build(file, "-t", "source:1").expect(0);
        daemon.http().post("/build/prune?all=1", "{}");
        assertThat(build(file).err()).contains("Running in");
        daemon.http().post("/build/prune?all=1", "{}");
        assertThat(build(file, "--cache-from", "source:1").err()).doesNotContain("Running in");
    }

    @Test
    void allowedStepsUseTheHostsNetwork() throws IOException {
        build("FROM busybox\nRUN --network=host true\n", "--allow", "network.host").expect(0);
    }

    @Test
    void aDockerfileOnStandardInputNeedsNoContext() {
        Outcome built =
                daemon.sampanCommand("build", "-q", "-").input("FROM busybox\nENV A=1\n").run();
        assertThat(built.text()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void theIdIsWrittenWhereItIsWanted() throws IOException {
        Path file = daemon.home().resolve("iid");
        Outcome built = build("FROM busybox\nENV A=2\n", "-q", "--iidfile", file.toString());
        assertThat(Files.readString(file)).isEqualTo(built.text());
    }

    @Test
    void failuresAreToldInOneLine() throws IOException {
        Outcome failed = build("FROM busybox\nRUN exit 3\n");
        assertThat(failed.expect(1).err()).contains("returned a non-zero code: 3");
        assertThat(daemon.sampan("build", "/nowhere").expect(1).err())
                .contains("unable to prepare context: path \"/nowhere\" not found");
        assertThat(daemon.sampan("build", "http://127.0.0.1:1/x.tar").expect(1).err())
                .contains("context: Get \"http://127.0.0.1:1/x.tar\": ");
    }
}
