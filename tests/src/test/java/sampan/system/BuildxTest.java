package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Builds by the docker client's own plugins, buildx and Compose, which speak BuildKit's protocol.
/// `docker build` is buildx's where the client is current; here it is named, for older ones.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxTest {
    private final PrivateDaemon daemon;
    private final Path context;
    private final Path place;

    BuildxTest(PrivateDaemon daemon, @TempDir Path place) {
        this.daemon = daemon;
        this.place = place;
        this.context = place.resolve("context");
    }

    @BeforeEach
    void plugins() throws IOException {
        Files.createDirectories(context);
        configure("");
    }

    private void configure(String more) throws IOException {
        Path client = Files.createDirectories(place.resolve("client"));
        Files.writeString(
                client.resolve("config.json"),
                "{\"cliPluginsExtraDirs\":[\"" + Dist.plugins() + "\"]" + more + "}");
    }

    private Command client(String... words) {
        return daemon.dockerCommand(words)
                .with(Map.of("DOCKER_CONFIG", place.resolve("client").toString()));
    }

    private void dockerfile(String... lines) throws IOException {
        Files.writeString(context.resolve("Dockerfile"), String.join("\n", lines) + "\n");
    }

    private void file(String name, String text) throws IOException {
        Path file = context.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Outcome build(String... options) {
        List<String> words = new ArrayList<>(List.of("buildx", "build", "--progress=plain"));
        words.addAll(List.of(options));
        words.add(context.toString());
        return client(words.toArray(String[]::new)).run();
    }

    @Test
    void theDefaultBuildOfACurrentClientMakesAnImageAndShowsItsSteps() throws IOException {
        dockerfile(
                "FROM busybox AS base",
                "RUN echo said; echo failed >&2",
                "FROM base",
                "WORKDIR /srv",
                "COPY . /c/",
                "RUN cat /c/kept");
        file("kept", "content");
        file("left", "2");
        file(".dockerignore", "left\n");
        Path id = place.resolve("id");
        Outcome first = build("-t", "by-buildx:1", "--label", "a=b", "--iidfile", id.toString());
        first.expect(0);
        assertThat(first.err())
                .contains("[base 1/2] FROM docker.io/library/busybox:latest")
                .contains("[base 2/2] RUN echo said; echo failed >&2")
                .contains("[stage-1 2/3] COPY . /c/")
                .containsPattern("#\\d+ [\\d.]+ content")
                .contains("naming to docker.io/library/by-buildx:1");
        assertThat(daemon.docker("run", "--rm", "by-buildx:1", "ls", "/c").out())
                .contains("kept")
                .doesNotContain("left");
        assertThat(daemon.inspect("by-buildx:1", "{{.Id}} {{.Config.Labels.a}}"))
                .isEqualTo(Files.readString(id) + " b");
        assertThat(build("-t", "by-buildx:2").err())
                .containsPattern("(?s)\\[base 2/2\\] RUN[^#]*#\\d+ CACHED");
    }

    @Test
    void aFailedStepIsShownWithItsLine() throws IOException {
        dockerfile("ARG TAG=latest", "FROM busybox:$TAG", "RUN exit 3");
        Outcome outcome = build();
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("   3 | >>> RUN exit 3")
                .contains(
                        "failed to solve: process \"/bin/sh -c exit 3\" did not complete"
                                + " successfully: exit code: 3");
    }

    @Test
    void secretsAndNamedContextsComeFromTheClient() throws IOException {
        dockerfile(
                "FROM busybox",
                "RUN --mount=type=secret,id=s,required=true cp /run/secrets/s /got",
                "COPY --from=other file /");
        Path other = Files.createDirectories(place.resolve("other"));
        Files.writeString(other.resolve("file"), "from other");
        Path secret = Files.writeString(place.resolve("secret"), "hush");
        build(
                        "-t",
                        "secrets:1",
                        "--secret",
                        "id=s,src=" + secret,
                        "--build-context",
                        "other=" + other)
                .expect(0);
        assertThat(daemon.docker("run", "--rm", "secrets:1", "cat", "/got", "/file").out())
                .isEqualTo("hushfrom other");
        assertThat(build("--no-cache").err()).contains("secret s: not found");
    }

    /// A true agent, and a true client of it in the step: what it needs of the machine comes along.
    @Test
    void aStepUsesTheClientsSshAgent() throws IOException {
        for (String library : libraries("/usr/bin/ssh-add")) {
            Path copy = context.resolve("root" + library);
            Files.createDirectories(copy.getParent());
            Files.copy(Path.of(library), copy);
        }
        dockerfile(
                "FROM scratch",
                "COPY root /",
                "RUN --mount=type=ssh,required=true [\"/usr/bin/ssh-add\", \"-l\"]");
        Path socket = place.resolve("agent");
        Path key = place.resolve("key");
        Command.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "own", "-f", key.toString())
                .run()
                .expect(0);
        try (Command.Running agent =
                Command.of("ssh-agent", "-D", "-a", socket.toString()).start()) {
            Eventually.await("the agent's socket", () -> Files.exists(socket));
            Command.of("ssh-add", key.toString())
                    .with(Map.of("SSH_AUTH_SOCK", socket.toString()))
                    .run()
                    .expect(0);
            Outcome outcome = build("--ssh", "default=" + socket);
            assertThat(outcome.expect(0).err())
                    .containsPattern("#\\d+ [\\d.]+ 256 SHA256:\\S+ own \\(ED25519\\)");
            agent.signal("TERM");
        }
        assertThat(build("--no-cache").err()).contains("unset ssh forward key default");
    }

    /// A program with its interpreter and libraries.
    private static List<String> libraries(String program) {
        List<String> found = new ArrayList<>(List.of(program));
        Matcher library =
                Pattern.compile("/[^\\s:()]+").matcher(Command.of("ldd", program).run().out());
        while (library.find()) {
            found.add(library.group());
        }
        return found.stream().distinct().toList();
    }

    @Test
    void annotationsAreTheManifests() throws IOException {
        dockerfile("FROM busybox");
        Path archive = place.resolve("annotated.tar");
        build("--annotation", "a.b=c d", "--output", "type=oci,dest=" + archive).expect(0);
        assertThat(
                        Command.of(
                                        "tar",
                                        "xOf",
                                        archive.toString(),
                                        "--wildcards",
                                        "blobs/sha256/*")
                                .run()
                                .out())
                .contains("\"annotations\":{\"a.b\":\"c d\"}");
    }

    @Test
    void resultsGoToTheClient() throws IOException {
        dockerfile("FROM scratch", "COPY file link /d/");
        file("file", "content");
        Files.createSymbolicLink(context.resolve("link"), Path.of("file"));
        Path directory = place.resolve("out");
        build("--output", "type=local,dest=" + directory).expect(0);
        assertThat(directory.resolve("d/file")).hasContent("content");
        Path tar = place.resolve("out.tar");
        build("--output", "type=tar,dest=" + tar).expect(0);
        assertThat(Command.of("tar", "tf", tar.toString()).run().out()).contains("d/file\n");
        Path layout = place.resolve("layout.tar");
        build("-t", "in-archive:1", "--output", "type=oci,dest=" + layout).expect(0);
        assertThat(daemon.docker("images", "-q", "in-archive").out()).isEmpty();
        client("load", "-i", layout.toString()).run().expect(0);
        assertThat(daemon.docker("images", "-q", "in-archive").out()).isNotEmpty();
    }

    @Test
    void aDockerfileCanBeAskedInsteadOfBuilt() throws IOException {
        dockerfile("FROM busybox AS one", "ARG VERSION=1", "FROM one AS One", "RUN false");
        assertThat(build("--call=outline").out()).contains("VERSION");
        assertThat(build("--call=targets").out()).contains("one (default)");
        assertThat(build("--call=check").out()).contains("DuplicateStageName");
    }

    @Test
    void standardInputIsADockerfileOrAContext() throws IOException {
        client("buildx", "build", "-t", "stdin:1", "-")
                .input("FROM busybox\nRUN echo 1\n")
                .run()
                .expect(0);
        assertThat(daemon.docker("images", "-q", "stdin:1").out()).isNotEmpty();
    }

    @Test
    void theFirstClientsOfADaemonMayComeAtTheSameTime() throws IOException {
        daemon.close();
        daemon.start();
        dockerfile("FROM busybox", "RUN echo 1");
        try (Command.Running one = client("buildx", "build", "-q", context.toString()).start();
                Command.Running other =
                        client("buildx", "build", "-q", context.toString()).start()) {
            assertThat(one.outcome().text()).startsWith("sha256:");
            assertThat(other.outcome().text()).startsWith("sha256:");
        }
    }

    @Test
    void aClientThatGoesAwayEndsItsBuild() throws IOException {
        dockerfile("FROM busybox", "RUN sleep 600");
        try (Command.Running running =
                client("buildx", "build", context.toString()).input("").start()) {
            Eventually.await(
                    "the step's container", () -> daemon.docker("ps", "-q").out().length() > 10);
            running.signal("KILL");
            Eventually.await(
                    "the end of the build", () -> daemon.docker("ps", "-aq").out().isEmpty());
        }
    }

    @Test
    void aCacheInTheClientsDirectorySparesTheStepsOfAllStages() throws IOException {
        dockerfile(
                "FROM busybox AS made",
                "RUN cat /proc/sys/kernel/random/uuid > /made",
                "FROM busybox",
                "COPY --from=made /made /",
                "RUN cat /proc/sys/kernel/random/uuid > /own");
        String cache = place.resolve("cache").toString();
        build("-t", "cached:1", "--cache-to", "type=local,mode=max,dest=" + cache).expect(0);
        String first = daemon.docker("run", "--rm", "cached:1", "cat", "/made", "/own").out();
        daemon.docker("rmi", "cached:1").expect(0);
        client("buildx", "prune", "-af").run().expect(0);
        String images = daemon.docker("images", "-aq").out();
        build("-t", "cached:1", "--cache-from", "type=local,src=" + cache).expect(0);
        assertThat(daemon.docker("run", "--rm", "cached:1", "cat", "/made", "/own").out())
                .isEqualTo(first);
        daemon.docker("rmi", "cached:1").expect(0);
        assertThat(daemon.docker("images", "-aq").out()).isEqualTo(images);
    }

    @Test
    void registriesAreReachedWithTheClientsCredentials() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(place)) {
            String name = registry.host() + "/a:1";
            String cache = "type=registry,ref=" + registry.host() + "/cache:1";
            dockerfile("FROM busybox", "RUN cat /proc/sys/kernel/random/uuid > /made");
            assertThat(build("-t", name, "--push").status()).isEqualTo(1);
            configure("," + registry.auths());
            build("-t", name, "--push", "--cache-to", cache).expect(0);
            String first = daemon.docker("run", "--rm", name, "cat", "/made").out();
            assertThat(daemon.docker("images", "-q", registry.host() + "/cache").out()).isEmpty();
            daemon.docker("rmi", name).expect(0);
            client("buildx", "prune", "-af").run().expect(0);
            build("-t", "again:1", "--cache-from", cache).expect(0);
            assertThat(daemon.docker("run", "--rm", "again:1", "cat", "/made").out())
                    .isEqualTo(first);
            dockerfile("FROM " + name, "RUN cat /made");
            build("-t", "based:1").expect(0);
        }
    }

    @Test
    void theCacheIsShownAndTheBuildsAreRemembered() throws IOException {
        dockerfile("FROM busybox", "RUN echo remembered");
        build("-t", "remembered:1").expect(0);
        assertThat(client("buildx", "du", "--verbose").run().text())
                .contains("RUN echo remembered");
        List<String> builds =
                client("buildx", "history", "ls", "--format", "{{.Ref}}").run().lines();
        assertThat(builds).isNotEmpty();
        assertThat(client("buildx", "history", "logs", builds.getFirst()).run().expect(0).err())
                .contains("remembered");
    }

    @Test
    void composeBuildsAndStarts() throws IOException {
        dockerfile("FROM busybox", "COPY file /");
        file("file", "content");
        Path compose = place.resolve("compose.yaml");
        Files.writeString(
                compose,
                """
                services:
                  one:
                    build: ./context
                    image: composed:1
                    network_mode: none
                    command: cat /file
                """);
        client("compose", "-f", compose.toString(), "build").run().expect(0);
        Outcome up = client("compose", "-f", compose.toString(), "up", "--build").run();
        up.expect(0);
        assertThat(up.out()).contains("content");
        client("compose", "-f", compose.toString(), "down").run().expect(0);
    }

    /// A result that is named stands in the place of an image, and of a stage of that name.
    @Test
    void bakeBuildsTargetsThatStandOnEachOther() throws IOException {
        file("base/Dockerfile", "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /made\n");
        file("app/Dockerfile", "FROM scratch AS base\nFROM base\nCOPY --from=base /made /too\n");
        file(
                "docker-bake.hcl",
                """
                group "default" { targets = ["base", "app", "other"] }
                target "base" {
                  context = "base"
                  tags = ["baked-base:1"]
                }
                target "app" {
                  context = "app"
                  contexts = { base = "target:base" }
                  tags = ["baked-app:1"]
                }
                target "other" {
                  dockerfile-inline = "FROM busybox\\nRUN echo 1\\n"
                  tags = ["baked-other:1"]
                }
                """);
        Command bake = client("buildx", "bake", "--progress=plain").in(context);
        bake.run().expect(0);
        String made = daemon.docker("run", "--rm", "baked-base:1", "cat", "/made").out();
        assertThat(made).isNotEmpty();
        assertThat(daemon.docker("run", "--rm", "baked-app:1", "cat", "/made", "/too").out())
                .isEqualTo(made + made);
        daemon.docker("rmi", "baked-app:1", "baked-base:1", "baked-other:1").expect(0);
        String images = daemon.docker("images", "-aq").out();
        client("buildx", "bake", "app").in(context).run().expect(0);
        daemon.docker("rmi", "baked-app:1").expect(0);
        assertThat(daemon.docker("images", "-aq").out()).isEqualTo(images);
    }

    @Test
    void aLayoutOfTheClientsCanBeStoodOn() throws IOException {
        Path archive = place.resolve("layout.tar");
        dockerfile("FROM busybox", "COPY kept /kept");
        file("kept", "by layout");
        build("--output", "type=oci,dest=" + archive).expect(0);
        Path layout = Files.createDirectories(place.resolve("layout"));
        Command.of("tar", "xf", archive.toString(), "-C", layout.toString()).run().expect(0);
        Matcher digest =
                Pattern.compile("sha256:[0-9a-f]{64}")
                        .matcher(Files.readString(layout.resolve("index.json")));
        assertThat(digest.find()).isTrue();
        String images = daemon.docker("images", "-aq").out();
        dockerfile("FROM stood", "RUN cat /kept");
        Outcome outcome =
                build(
                        "--output",
                        "type=cacheonly",
                        "--build-context",
                        "stood=oci-layout://" + layout + "@" + digest.group());
        assertThat(outcome.expect(0).err()).contains("by layout");
        assertThat(daemon.docker("images", "-aq").out()).isEqualTo(images);
    }

    /// A large context of which one file is copied would make every build wait for all of it.
    @Test
    void onlyWhatTheStepsLookAtComesFromTheClient() throws IOException {
        dockerfile(
                "FROM busybox",
                "ARG DIRECTORY=wanted",
                "COPY $DIRECTORY /d/",
                "COPY one* /e/",
                "RUN --mount=type=bind,source=bound,target=/b ls /b");
        file("wanted/a", "1");
        file("one.txt", "1");
        file("bound/c", "1");
        file("left/large", "x".repeat(3 << 20));
        Outcome outcome = build("-t", "partly:1");
        assertThat(outcome.expect(0).err())
                .containsPattern("#\\d+ transferring context: \\d+B")
                .doesNotContain("MB");
        assertThat(daemon.docker("run", "--rm", "partly:1", "ls", "/d", "/e").out())
                .contains("a\n")
                .contains("one.txt");
        // A variable that only the base image knows, or a trigger of it, cannot be foreseen.
        dockerfile("FROM busybox", "ENV LATE=left", "ONBUILD COPY wanted /w/");
        build("-t", "base:1").expect(0);
        dockerfile("FROM base:1", "COPY $LATE /d/", "COPY one* /e/", "RUN ls /d/large /w/a");
        build("--no-cache").expect(0);
        dockerfile("FROM base:1", "COPY one* /e/", "RUN ls /w/a /e/one.txt");
        build("--no-cache").expect(0);
    }

    /// The watcher of a build that failed at once was told that it had been cancelled.
    @Test
    void aBuildThatFailsAtOnceSaysWhy() throws IOException {
        dockerfile("FROM busybox", "ENV A=\"b");
        for (int i = 0; i < 20; i++) {
            Outcome outcome = build();
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("unexpected end of statement");
        }
    }

    @Test
    void composeBuildsWhatStandsOnAnotherService() throws IOException {
        file("base/Dockerfile", "FROM busybox\nRUN echo by base > /made\n");
        file(
                "app/Dockerfile",
                "FROM base\nRUN --mount=type=secret,id=s cat /run/secrets/s /made\n");
        file("secret", "hush\n");
        file(
                "compose.yaml",
                """
                services:
                  base:
                    build: ./base
                    image: service-base:1
                  app:
                    build:
                      context: ./app
                      additional_contexts:
                        base: service:base
                      secrets: [s]
                    image: service-app:1
                    depends_on: [base]
                secrets:
                  s:
                    file: ./secret
                """);
        client("compose", "build").in(context).run().expect(0);
        assertThat(daemon.docker("run", "--rm", "service-app:1", "cat", "/made").out())
                .isEqualTo("by base\n");
    }

    /// Steps of other machines cannot be run, but files can be made here for them.
    @Test
    void severalPlatformsBecomeOneIndex() throws IOException {
        dockerfile(
                "FROM --platform=$BUILDPLATFORM busybox AS made",
                "ARG TARGETPLATFORM",
                "RUN echo for $TARGETPLATFORM > /made",
                "FROM scratch",
                "COPY --from=made /made /made");
        String platforms = "linux/amd64,linux/arm64";
        Path layout = Files.createDirectories(place.resolve("index"));
        Outcome outcome =
                build("--platform", platforms, "--output", "type=oci,dest=" + layout + ".tar");
        assertThat(outcome.expect(0).err())
                .contains("[linux/arm64 made 2/2] RUN echo for $TARGETPLATFORM");
        Command.of("tar", "xf", layout + ".tar", "-C", layout.toString()).run().expect(0);
        Matcher digest =
                Pattern.compile("sha256:([0-9a-f]{64})")
                        .matcher(Files.readString(layout.resolve("index.json")));
        assertThat(digest.find()).isTrue();
        assertThat(Files.readString(layout.resolve("blobs/sha256").resolve(digest.group(1))))
                .contains("\"architecture\":\"amd64\"")
                .contains("\"architecture\":\"arm64\"");
        Path trees = place.resolve("trees");
        build("--platform", platforms, "--output", "type=local,dest=" + trees).expect(0);
        assertThat(trees.resolve("linux_arm64/made")).hasContent("for linux/arm64");
        assertThat(trees.resolve("linux_amd64/made")).hasContent("for linux/amd64");
    }

    @Test
    void whatCannotBeDoneIsRefusedByName() throws IOException {
        dockerfile("FROM busybox");
        assertThat(build("--output", "type=local,dest=" + place + "/o,platform-split=false").err())
                .contains("platform-split=false is not supported");
    }
}
