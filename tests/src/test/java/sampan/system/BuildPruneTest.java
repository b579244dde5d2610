package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// What a prune of the build cache takes and leaves: steps and the directories that steps share.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildPruneTest {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final String MOUNT = "exec.cachemount";

    private final PrivateDaemon daemon;
    private final BuildxClient client;

    BuildPruneTest(PrivateDaemon daemon, @TempDir Path place) {
        this.daemon = daemon;
        this.client = new BuildxClient(place);
    }

    @BeforeEach
    void empty() {
        daemon.docker("builder", "prune", "-af").expect(0);
        assertThat(told(daemon)).isEmpty();
    }

    /// A mount of 4 MiB.
    private void mount(String id, String again) {
        client.dockerfile(
                "FROM busybox",
                "RUN --mount=type=cache,target=/"
                        + id
                        + " head -c 4194304 /dev/urandom > /"
                        + id
                        + "/f; echo "
                        + again);
        client.build(daemon, "--output", "type=cacheonly").expect(0);
    }

    /// A step of 4 MiB, as it came and unpacked.
    private void step(String name) {
        client.dockerfile("FROM busybox", "RUN head -c 4194304 /dev/urandom > /" + name);
        client.build(daemon, "--output", "type=cacheonly").expect(0);
    }

    /// Bytes of what has some, by description, as the API has it.
    private static Map<String, Long> told(PrivateDaemon of) {
        Map<String, Long> found = new TreeMap<>();
        for (JsonNode entry : entries(of)) {
            if (entry.get("Size").asLong() > 1 << 20) {
                found.put(entry.get("Description").asString(), entry.get("Size").asLong());
            }
        }
        return found;
    }

    private static List<JsonNode> entries(PrivateDaemon of) {
        byte[] answer = of.http().get("/system/df?type=build-cache").body();
        return Json.tree(answer).get("BuildCache").valueStream().toList();
    }

    private List<String> left() {
        return told(daemon).keySet().stream()
                .map(text -> text.replaceAll(".*/", ""))
                .sorted()
                .toList();
    }

    private Outcome prune(String... options) {
        List<String> words =
                Stream.concat(Stream.of("buildx", "prune", "-f"), Stream.of(options)).toList();
        return client.command(daemon, words).run().expect(0);
    }

    @Test
    void mountsAndStepsGoOneByOneTheLongestUnusedFirst() {
        mount("a", "first");
        step("b");
        mount("c", "first");
        step("d");
        mount("a", "again");
        assertThat(left()).containsExactly("a", "b", "c", "d");
        assertThat(prune("--max-used-space", "20mb").out()).contains("Total:");
        assertThat(left()).containsExactly("a", "c", "d");
        prune("--max-used-space", "15mb");
        assertThat(left()).containsExactly("a", "d");
        daemon.sampan("builder", "prune", "-f", "--max-used-space", "5m").expect(0);
        assertThat(left()).containsExactly("a");
        daemon.docker("builder", "prune", "-f", "--keep-storage", "1mb").expect(0);
        assertThat(left()).isEmpty();
        daemon.sampan("image", "fsck").expect(0);
    }

    @Test
    void theOrderOfUseOutlivesTheDaemon() {
        mount("a", "first");
        mount("b", "first");
        mount("a", "again");
        daemon.terminate();
        daemon.launch();
        daemon.awaitAnswer();
        prune("--max-used-space", "5mb");
        assertThat(left()).containsExactly("a");
    }

    @Test
    void filtersTakeOneKindOrOneId() {
        mount("a", "first");
        step("b");
        mount("c", "first");
        String id =
                entries(daemon).stream()
                        .filter(entry -> entry.get("Description").asString().endsWith("/a"))
                        .map(entry -> entry.get("ID").asString())
                        .findFirst()
                        .orElseThrow();
        prune("--filter", "id=" + id);
        assertThat(left()).containsExactly("b", "c");
        daemon.sampan("builder", "prune", "-f", "--filter", "type=" + MOUNT).expect(0);
        assertThat(left()).containsExactly("b");
        mount("a", "again");
        prune("--filter", "type=regular");
        assertThat(left()).containsExactly("a");
        prune("--filter", "until=1h");
        assertThat(left()).containsExactly("a");
        daemon.http().post("/build/prune?filters=%7B%22type%22%3A%5B%22" + MOUNT + "%22%5D%7D", "");
        assertThat(left()).isEmpty();
        assertThat(
                        client.command(
                                        daemon,
                                        List.of("buildx", "prune", "-f", "--filter", "mutable=1"))
                                .run()
                                .err())
                .contains("filter mutable==1 is not supported: use until, type=TYPE or id=ID");
    }

    @Test
    void oneThatAStepHasStays() throws IOException {
        mount("old", "first");
        client.dockerfile(
                "FROM busybox",
                "RUN --mount=type=cache,target=/held touch /held/f;"
                        + " head -c 4194304 /dev/urandom > /held/big;"
                        + " while [ ! -e /held/go ]; do sleep 0.1; done");
        Path held;
        try (Command.Running build =
                client.buildOf(daemon, client.context(), "--output", "type=cacheonly").start()) {
            Eventually.await("the mount", WITHIN, () -> left().contains("held"));
            prune("-a", "--max-used-space", "1mb");
            assertThat(left()).containsExactly("held");
            prune("-a");
            assertThat(left()).containsExactly("held");
            assertThat(entries(daemon).stream().filter(e -> e.get("InUse").asBoolean()))
                    .singleElement()
                    .satisfies(e -> assertThat(e.get("Type").asString()).isEqualTo(MOUNT));
            held = mountWith("big");
            Files.createFile(held.resolve("go"));
            build.outcome().expect(0);
        }
        prune();
        assertThat(left()).isEmpty();
        assertThat(held).doesNotExist();
    }

    private Path mountWith(String file) throws IOException {
        try (Stream<Path> all = Files.list(daemon.root().resolve("build/mounts"))) {
            return all.filter(mount -> Files.exists(mount.resolve(file))).findFirst().orElseThrow();
        }
    }

    /// The API, buildx and the command line tell the same.
    @Test
    void allTellTheSame() {
        mount("a", "first");
        step("b");
        Map<String, Long> api =
                entries(daemon).stream()
                        .collect(
                                Collectors.toMap(
                                        e -> e.get("ID").asString(), e -> e.get("Size").asLong()));
        Outcome buildx =
                client.command(
                                daemon,
                                List.of("buildx", "du", "--format", "{{.ID}} {{json .Size}}"))
                        .run()
                        .expect(0);
        assertThat(buildx.lines())
                .hasSize(api.size())
                .allSatisfy(line -> assertThat(api).containsKey(line.split("[* ]+")[0]));
        List<String> df = daemon.sampan("system", "df", "-v").expect(0).lines();
        List<MatchResult> rows =
                df.stream()
                        .flatMap(line ->
                                Pattern.compile("^([0-9a-f]{12}) +(regular|exec\\S+) +(\\S+) .*")
                                        .matcher(line)
                                        .results())
                        .toList();
        assertThat(rows)
                .hasSize(api.size())
                .extracting(row -> row.group(2))
                .contains("regular", MOUNT);
        // what is told is what goes, and what is on the disk
        long bytes = api.values().stream().mapToLong(Long::longValue).sum();
        byte[] pruned = daemon.http().post("/build/prune?all=1", "").body();
        long freed = Json.tree(pruned).get("SpaceReclaimed").asLong();
        assertThat(freed).isBetween(bytes, bytes + (64 << 10));
    }
}
