package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.image.Manifest;
import sampan.oci.json.Json;
import sampan.system.RealRegistry.Guard;

/// What one engine built counts as done for another that has nothing but the base image.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildCacheTest {
    private static final String UUID = "cat /proc/sys/kernel/random/uuid";

    private final PrivateDaemon daemon;
    private final Path place;
    private final BuildxClient client;

    BuildCacheTest(PrivateDaemon daemon, @TempDir Path place) {
        this.daemon = daemon;
        this.place = place;
        this.client = new BuildxClient(place);
    }

    @BeforeEach
    void stages() {
        client.file("copied", "content");
        client.dockerfile(
                "FROM busybox AS made",
                "ARG COLOUR=red",
                "WORKDIR /w",
                "ENV COLOUR=$COLOUR",
                "RUN " + UUID + " > /w/made",
                "FROM made AS more",
                "RUN " + UUID + " > /w/more",
                "FROM busybox",
                "WORKDIR /tmp",
                "COPY --from=made /w/made /",
                "COPY --from=more --chown=1:2 /w/more /",
                "COPY copied /c/",
                "RUN " + UUID + " > /own",
                "CMD cat /own");
    }

    private static String id(PrivateDaemon of, String name) {
        return of.docker("image", "inspect", "-f", "{{.Id}}", name).expect(0).text();
    }

    /// Texts of the steps that were run.
    private static List<String> run(Outcome build) {
        String log = build.expect(0).err();
        return Pattern.compile("(?m)^#(\\d+) (\\[(?!internal).*\\] (?!FROM).*)$")
                .matcher(log)
                .results()
                .filter(step -> !log.contains("#" + step.group(1) + " CACHED"))
                .map(step -> step.group(2))
                .distinct()
                .toList();
    }

    /// An engine that was never told of anything, with the base image.
    private static PrivateDaemon other() {
        PrivateDaemon other = new PrivateDaemon().passing().start();
        other.loadBusybox();
        return other;
    }

    private void built(String... options) {
        client.build(daemon, options).expect(0);
    }

    @Test
    void aCacheInARegistrySparesEveryStepOfEveryStage() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"));
                PrivateDaemon other = other()) {
            String cache = "type=registry,ref=" + registry.host() + "/cache:max";
            String given = ",mode=max,image-manifest=true,oci-mediatypes=true,compression=gzip";
            built("-t", "made:1", "--cache-to", cache + given);
            assertThat(daemon.docker("images", "-q", registry.host() + "/cache").out()).isEmpty();
            assertThat(run(client.build(other, "-t", "made:1", "--cache-from", cache))).isEmpty();
            assertThat(id(other, "made:1")).isEqualTo(id(daemon, "made:1"));
            assertThat(other.docker("image", "ls").out()).doesNotContain("<none>", "cache");
            other.sampan("image", "fsck").expect(0);
            assertThat(run(client.build(other, "-t", "made:2", "--target", "more"))).isEmpty();
            // what another build changes is built, and the rest is not
            client.file("copied", "changed");
            other.docker("builder", "prune", "-af").expect(0);
            assertThat(run(client.build(other, "-t", "made:1", "--cache-from", cache)))
                    .containsExactly(
                            "[stage-2 5/6] COPY copied /c/",
                            "[stage-2 6/6] RUN " + UUID + " > /own");
        }
    }

    @Test
    void aCacheOfTheResultAloneHasNoOtherStage() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"));
                PrivateDaemon other = other()) {
            client.dockerfile(
                    "FROM busybox AS made",
                    "RUN echo the same > /made && touch -d @0 /made",
                    "FROM busybox",
                    "COPY --from=made /made /",
                    "RUN " + UUID + " > /own");
            String cache = "type=registry,ref=" + registry.host() + "/cache:min";
            built("-t", "least:1", "--cache-to", cache + ",mode=min,compression=uncompressed");
            assertThat(run(client.build(other, "-t", "least:1", "--cache-from", cache)))
                    .singleElement()
                    .asString()
                    .contains("RUN echo the same");
            assertThat(other.docker("run", "--rm", "least:1", "cat", "/own").out())
                    .isEqualTo(daemon.docker("run", "--rm", "least:1", "cat", "/own").out());
        }
    }

    @Test
    void aCacheHasTheStepsOfEveryPlatform() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"));
                PrivateDaemon other = other()) {
            client.dockerfile(
                    "FROM --platform=$BUILDPLATFORM busybox AS made",
                    "ARG TARGETARCH",
                    "RUN " + UUID + " > /made-$TARGETARCH",
                    "FROM scratch",
                    "COPY --from=made /made-* /");
            String cache = "type=registry,ref=" + registry.host() + "/cache:all";
            String platforms = "--platform=linux/amd64,linux/arm64";
            String first = place.resolve("first").toString();
            built(
                    platforms,
                    "--output",
                    "type=local,dest=" + first,
                    "--cache-to",
                    cache + ",mode=max");
            String again = place.resolve("again").toString();
            Outcome build =
                    client.build(
                            other,
                            platforms,
                            "--output",
                            "type=local,dest=" + again,
                            "--cache-from",
                            cache);
            assertThat(run(build)).isEmpty();
            Command.of("diff", "-r", first, again).run().expect(0);
        }
    }

    @Test
    void anImageIsItsOwnCacheWhereItIsPushed() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"));
                PrivateDaemon other = other()) {
            String name = registry.host() + "/app:1";
            client.dockerfile("FROM busybox", "WORKDIR /w", "RUN " + UUID + " > /w/own");
            built("-t", name, "--push", "--cache-to", "type=inline");
            assertThat(run(client.build(other, "-t", name, "--cache-from", name))).isEmpty();
            assertThat(id(other, name)).isEqualTo(id(daemon, name));
        }
    }

    /// Digests of the layers that a registry's image has.
    private List<String> layers(String name) {
        List<String> words = List.of("buildx", "imagetools", "inspect", "--raw", name);
        byte[] manifest =
                client.command(daemon, words)
                        .run()
                        .expect(0)
                        .out()
                        .getBytes(StandardCharsets.UTF_8);
        return Json.read(manifest, Manifest.class).layers().stream()
                .map(layer -> layer.digest().toString())
                .toList();
    }

    @Test
    void aLayerIsCompressedOnceForAnImageAndItsCache() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/app:1";
            client.dockerfile("FROM busybox", "RUN seq 100000 > /own");
            // compressed once more the usual way, the layer would be another one
            String output =
                    "type=image,push=true,compression=gzip,compression-level=1,name=" + name;
            String cache = "type=registry,mode=max,ref=" + registry.host() + "/cache:1";
            Outcome build = client.build(daemon, "--output", output, "--cache-to", cache).expect(0);
            assertThat(build.err().indexOf("pushing " + name))
                    .isBetween(0, build.err().indexOf("exporting cache to registry"));
            // The base's layer may have been compressed for another image before.
            assertThat(layers(registry.host() + "/cache:1").getLast())
                    .isEqualTo(layers(name).getLast());
            daemon.sampan("image", "fsck").expect(0);
        }
    }

    @Test
    void aCacheInADirectorySparesEveryStepOfEveryStage() {
        try (PrivateDaemon other = other()) {
            String directory = place.resolve("cache").toString();
            built("-t", "made:1", "--cache-to", "type=local,mode=max,dest=" + directory);
            String from = "type=local,src=" + directory;
            assertThat(run(client.build(other, "-t", "made:1", "--cache-from", from))).isEmpty();
            assertThat(id(other, "made:1")).isEqualTo(id(daemon, "made:1"));
        }
    }

    @Test
    void theCommandLineSendsAndTakesCachesOfARegistry() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"), Guard.HTPASSWD);
                PrivateDaemon other = other()) {
            for (PrivateDaemon each : List.of(daemon, other)) {
                each.sampanCommand("login", "-u", "ann", "--password-stdin", registry.host())
                        .input("secret")
                        .run()
                        .expect(0);
            }
            String context = place.resolve("context").toString();
            String cache = "type=registry,ref=" + registry.host() + "/cache:max";
            daemon.sampan("build", "-t", "by:1", "--cache-to", cache + ",mode=max", context)
                    .expect(0);
            Outcome again =
                    other.sampan("build", "-t", "by:1", "--cache-from", cache, context).expect(0);
            assertThat(again.err()).doesNotContain("Not in the cache").contains("Using cache");
            assertThat(id(other, "by:1")).isEqualTo(id(daemon, "by:1"));
        }
    }

    @Test
    void theClassicEndpointTakesImagesOfTheEngineAndOfRegistries() {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"));
                PrivateDaemon other = other()) {
            String name = registry.host() + "/classic:1";
            String[] lines = {"FROM busybox", "ENV A=1", "RUN " + UUID + " > /own"};
            assertThat(Built.dockerfile(daemon, "&t=" + name, lines).error()).isEmpty();
            daemon.docker("push", "-q", name).expect(0);
            String query =
                    "&t=made:1&cachefrom="
                            + URLEncoder.encode("[\"" + name + "\"]", StandardCharsets.UTF_8);
            Built distant = Built.dockerfile(other, query, lines);
            assertThat(distant.output()).contains("Using cache").doesNotContain("Running in");
            assertThat(id(other, "made:1")).isEqualTo(id(daemon, name));
            other.docker("rmi", "made:1").expect(0);
            other.docker("builder", "prune", "-af").expect(0);
            other.docker("pull", "-q", name).expect(0);
            registry.close();
            Built here = Built.dockerfile(other, query, lines);
            assertThat(here.output()).contains("Using cache").doesNotContain("Running in");
        }
    }

    @Test
    void aCacheThatCannotBeSentEndsTheBuildUnlessThatIsIgnored() {
        client.dockerfile("FROM busybox", "RUN true");
        String cache = "type=registry,ref=127.0.0.1:1/cache:1";
        assertThat(client.build(daemon, "--cache-to", cache).err())
                .contains("exporting cache to registry")
                .contains("127.0.0.1:1");
        built("--cache-to", cache + ",ignore-error=true");
        built("--cache-from", cache);
    }

    @Test
    void whatNoCacheCanBeIsRefusedByName() {
        client.dockerfile("FROM busybox", "RUN true");
        String cache = "type=registry,ref=127.0.0.1:1/cache:1,";
        for (String wrong :
                List.of(
                        "mode=all",
                        "compression=estargz",
                        "oci-mediatypes=false",
                        "registry.insecure=true",
                        "force-compression=true",
                        "colour=red")) {
            assertThat(client.build(daemon, "--cache-to", cache + wrong).err()).contains(wrong);
        }
    }

    /// Each has 4 MiB, as it came and unpacked.
    private Outcome large(int number) {
        client.dockerfile(
                "FROM busybox", "RUN head -c 4194304 /dev/urandom > /f && echo number " + number);
        return client.build(daemon, "--output", "type=cacheonly");
    }

    private List<Integer> kept() {
        return List.of(1, 2, 3).stream().filter(number -> run(large(number)).isEmpty()).toList();
    }

    private void largeAgain() {
        daemon.docker("builder", "prune", "-af").expect(0);
        List.of(1, 2, 3).forEach(number -> large(number).expect(0));
        large(1).expect(0);
    }

    @Test
    void aPruneLeavesWhatItsBoundLetsAndTheLongestUnusedGoesFirst() {
        largeAgain();
        List<String> prune = List.of("buildx", "prune", "-af", "--max-used-space");
        client.command(daemon, concat(prune, "100mb")).run().expect(0);
        assertThat(client.command(daemon, concat(prune, "18mb")).run().expect(0).out())
                .contains("Total:");
        assertThat(kept()).containsExactly(1, 3);
        largeAgain();
        daemon.docker("builder", "prune", "-af", "--keep-storage", "10mb").expect(0);
        assertThat(kept()).containsExactly(1);
        largeAgain();
        daemon.sampan("builder", "prune", "-af", "--reserved-space", "100m").expect(0);
        daemon.sampan("builder", "prune", "-af", "--max-used-space", "10m").expect(0);
        assertThat(kept()).containsExactly(1);
    }

    private static List<String> concat(List<String> words, String last) {
        return Stream.concat(words.stream(), Stream.of(last)).toList();
    }
}
