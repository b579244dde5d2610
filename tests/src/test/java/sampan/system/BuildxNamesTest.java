package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.Digest;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// What images that buildx has us make are called, here and in registries: by digests alone too.
///
/// A client whose builder is the engine itself refuses `push=true` beside `push-by-digest` on its
/// own; `push=` says the same.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxNamesTest {
    private final PrivateDaemon daemon;
    private final Path place;
    private final Buildx buildx;

    BuildxNamesTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.buildx =
                new Buildx(daemon, place)
                        .with("Dockerfile", "FROM scratch\nARG TARGETARCH\nCOPY ${TARGETARCH} /\n")
                        .with("amd64/arch", "amd64")
                        .with("arm64/arch", "arm64");
    }

    private JsonNode built(String output, String... more) throws IOException {
        Path told = place.resolve("told");
        String[] options = new String[more.length + 4];
        System.arraycopy(more, 0, options, 4, more.length);
        options[0] = "--output";
        options[1] = output;
        options[2] = "--metadata-file";
        options[3] = told.toString();
        buildx.build(options).expect(0);
        return Json.tree(Files.readAllBytes(told));
    }

    private static String digest(JsonNode told) {
        return told.path("containerimage.digest").asString();
    }

    private String raw(String name) {
        return buildx.docker("buildx", "imagetools", "inspect", "--raw", name).run().out();
    }

    /// As jobs of a pipeline do that build one platform each.
    @Test
    void imagesPushedByDigestAreJoinedUnderOneNameAndPulled() throws IOException {
        String before = daemon.docker("images", "-aq").out();
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/joined";
            String output = "name=" + name + ",push-by-digest=true,name-canonical=true,push=";
            JsonNode amd64 = built("type=image," + output, "--platform", "linux/amd64");
            JsonNode arm64 = built("type=image," + output, "--platform", "linux/arm64");
            assertThat(amd64.path("image.name").asString()).isEqualTo(name);
            for (JsonNode told : List.of(amd64, arm64)) {
                String at = name + "@" + digest(told);
                assertThat(Digest.of(raw(at).getBytes()).toString()).isEqualTo(digest(told));
                assertThat(daemon.inspect(at, "{{.RepoDigests}} {{.RepoTags}}"))
                        .isEqualTo("[" + at + "] []");
            }
            assertThat(registry.tags("joined")).as("nothing is tagged").isEmpty();
            daemon.docker("rmi", name + "@" + digest(amd64), name + "@" + digest(arm64)).expect(0);
            buildx.docker(
                            "buildx",
                            "imagetools",
                            "create",
                            "-t",
                            name + ":1",
                            name + "@" + digest(amd64),
                            name + "@" + digest(arm64))
                    .run()
                    .expect(0);
            assertThat(registry.tags("joined")).containsExactly("1");
            for (String platform : List.of("amd64", "arm64")) {
                daemon.docker("pull", "--platform", "linux/" + platform, name + ":1").expect(0);
                daemon.docker(
                                "create",
                                "--name",
                                platform,
                                "--platform",
                                platform,
                                name + ":1",
                                "x")
                        .expect(0);
                Path file = place.resolve(platform);
                daemon.docker("cp", platform + ":/arch", file.toString()).expect(0);
                assertThat(file).hasContent(platform);
                daemon.docker("rm", platform).expect(0);
            }
            daemon.docker("rmi", name + ":1").expect(0);
            assertThat(daemon.docker("images", "-aq").out()).isEqualTo(before);
        }
    }

    @Test
    void anIndexIsPushedByDigestToo() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/many";
            JsonNode told =
                    built(
                            "type=image,push=,push-by-digest=true,name=" + name,
                            "--platform=linux/amd64,linux/arm64",
                            "--provenance=true");
            String index = raw(name + "@" + digest(told));
            assertThat(index).contains("arm64").contains("attestation-manifest");
            assertThat(registry.tags("many")).isEmpty();
            daemon.docker("rmi", name + "@" + digest(told)).expect(0);
        }
    }

    @Test
    void canonicalNamesAreWhatRegistriesCallTheImageLater() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/canonical";
            buildx.with("amd64/arch", "canonical");
            JsonNode told = built("type=image,name-canonical=true", "-t", name + ":1");
            assertThat(daemon.inspect(name + ":1", "{{.RepoDigests}}"))
                    .isEqualTo("[" + name + "@" + digest(told) + "]");
            daemon.docker("push", name + ":1").expect(0);
            assertThat(Digest.of(raw(name + ":1").getBytes()).toString()).isEqualTo(digest(told));
            daemon.docker("rmi", name + ":1").expect(0);
        }
    }

    @Test
    void anImageWithoutANameIsCalledByThePrefixAndItsDigest() throws IOException {
        JsonNode told = built("type=image,dangling-name-prefix=nameless");
        String name = "nameless@" + digest(told);
        assertThat(told.path("image.name").asString()).isEqualTo("docker.io/library/" + name);
        assertThat(daemon.inspect(name, "{{.RepoDigests}} {{.RepoTags}}"))
                .isEqualTo("[" + name + "] []");
        daemon.docker("rmi", name).expect(0);
        built("type=image,dangling-name-prefix=nameless", "-t", "named:1");
        assertThat(daemon.inspect("named:1", "{{.RepoDigests}}")).isEqualTo("[]");
        daemon.docker("rmi", "named:1").expect(0);
    }

    @Test
    void anIndexWithoutANameIsKeptUntilItIsPruned() throws IOException {
        String before = daemon.docker("images", "-aq").out();
        String both = "--platform=linux/amd64,linux/arm64";
        JsonNode told = built("type=image", both);
        String index = digest(told);
        assertThat(daemon.inspect(index, "{{.Architecture}} {{.RepoTags}} {{.RepoDigests}}"))
                .isEqualTo("amd64 [] []");
        assertThat(daemon.docker("images", "-q", "--filter", "dangling=true").out().lines())
                .as("one, by its usual platform")
                .hasSize(1);
        daemon.docker("create", "--name", "arm", "--platform", "arm64", index, "x").expect(0);
        Path file = place.resolve("arch");
        daemon.docker("cp", "arm:/arch", file.toString()).expect(0);
        assertThat(file).hasContent("arm64");
        daemon.docker("rm", "arm").expect(0);
        daemon.docker("image", "prune", "-f").expect(0);
        assertThat(daemon.docker("images", "-aq").out()).isEqualTo(before);
        assertThat(daemon.docker("inspect", index).status()).isEqualTo(1);
        built("type=image", both);
        daemon.docker("rmi", index).expect(0);
        assertThat(daemon.docker("images", "-aq").out()).isEqualTo(before);
    }

    @Test
    void anIndexWithoutANameCanBeGivenOne() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String before = daemon.docker("images", "-aq").out();
            String name = registry.host() + "/named:1";
            JsonNode told = built("type=image", "--platform=linux/amd64,linux/arm64");
            daemon.docker("tag", digest(told), name).expect(0);
            daemon.docker("push", name).expect(0);
            assertThat(Digest.of(raw(name).getBytes()).toString()).isEqualTo(digest(told));
            built("type=image", "--platform=linux/amd64,linux/arm64");
            daemon.docker("rmi", name).expect(0);
            assertThat(daemon.docker("images", "-aq").out())
                    .as("it lost its name to the given one")
                    .isEqualTo(before);
        }
    }

    @Test
    void namesThatContradictTheRestAreRefused() {
        refused(
                "push=,push-by-digest=true,name=a:1",
                "can't push tagged ref docker.io/library/a:1");
        refused("name=a@sha256:" + "0".repeat(64), "refusing to create a tag with a digest");
        refused("push=", "tag is needed when pushing to registry");
        refused("push-by-digest=maybe", "push-by-digest=maybe: give true or false");
        refused("unpack=maybe", "unpack=maybe: give true or false");
    }

    private void refused(String attributes, String words) {
        assertThat(buildx.build("--output", "type=image," + attributes).err()).contains(words);
    }
}
