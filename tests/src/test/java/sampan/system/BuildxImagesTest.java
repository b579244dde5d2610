package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.Digest;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// What images buildx has us make: of several platforms, in what form.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxImagesTest {
    private static final String BOTH = "linux/amd64,linux/arm64";

    private final PrivateDaemon daemon;
    private final Path place;
    private final Buildx buildx;

    BuildxImagesTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.buildx =
                new Buildx(daemon, place)
                        .with("Dockerfile", "FROM scratch\nCOPY file /file\n")
                        .with("file", "content");
    }

    private JsonNode metadata(Path file) throws IOException {
        return Json.tree(Files.readAllBytes(file));
    }

    private String raw(String name) {
        return buildx.docker("buildx", "imagetools", "inspect", "--raw", name).run().out();
    }

    @Test
    void severalPlatformsAreKeptAndPushedAsOneIndex() throws IOException {
        String before = daemon.docker("images", "-aq").out();
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/many:1";
            Path told = place.resolve("told");
            Path id = place.resolve("id");
            buildx.build(
                            "-t",
                            name,
                            "--platform",
                            BOTH,
                            "--push",
                            "--metadata-file",
                            told.toString(),
                            "--iidfile",
                            id.toString())
                    .expect(0);
            String index = raw(name);
            assertThat(index)
                    .contains("\"architecture\":\"amd64\"")
                    .contains("\"architecture\":\"arm64\"");
            String digest = Digest.of(index.getBytes()).toString();
            assertThat(id).hasContent(digest);
            assertThat(metadata(told).path("containerimage.digest").asString()).isEqualTo(digest);
            assertThat(metadata(told).path("containerimage.descriptor").path("size").asInt())
                    .isEqualTo(index.length());
            assertThat(daemon.inspect(digest, "{{.Architecture}}")).isEqualTo("amd64");
            daemon.docker("push", name).expect(0);
            assertThat(raw(name)).as("pushed once more").isEqualTo(index);
            daemon.docker("rmi", name).expect(0);
            buildx.with("Dockerfile", "FROM " + name + "\nCOPY file /more\n");
            buildx.build("-t", "based:1", "--platform", BOTH, "--load").expect(0);
            assertThat(daemon.docker("images", "--tree", "based:1").out())
                    .contains("linux/amd64")
                    .contains("linux/arm64");
            daemon.docker("rmi", name, "based:1").expect(0);
            assertThat(daemon.docker("images", "-aq").out()).isEqualTo(before);
        }
    }

    private String blobs(String attributes, String... more) throws IOException {
        Path archive = place.resolve("image.tar");
        Files.deleteIfExists(archive);
        String[] options = new String[more.length + 2];
        System.arraycopy(more, 0, options, 2, more.length);
        options[0] = "--output";
        options[1] = "type=oci,dest=" + archive + attributes;
        buildx.build(options).expect(0);
        Path at = buildx.unpacked(archive);
        return Command.of("sh", "-c", "cat " + at + "/index.json; cat " + at + "/blobs/sha256/*")
                .run()
                .out();
    }

    @Test
    void layersAreCompressedAndTypedAsAnOutputSays() throws IOException {
        assertThat(blobs("")).contains("image.layer.v1.tar\"");
        assertThat(blobs(",compression=gzip")).contains("image.layer.v1.tar+gzip\"");
        assertThat(blobs(",compression=zstd,compression-level=19"))
                .contains("image.layer.v1.tar+zstd\"");
        assertThat(blobs(",oci-mediatypes=false,compression=gzip"))
                .contains("vnd.docker.image.rootfs.diff.tar.gzip\"")
                .contains("vnd.docker.distribution.manifest.v2+json")
                .doesNotContain("image.layer.v1.tar");
        buildx.build("-t", "zipped:1", "--output", "type=image,compression=zstd").expect(0);
        Path saved = place.resolve("saved.tar");
        daemon.docker("save", "-o", saved.toString(), "zipped:1").expect(0);
        assertThat(Command.of("grep", "-ac", "tar+zstd", saved.toString()).run().out())
                .isEqualTo("1\n");
        buildx.with("Dockerfile", "FROM zipped:1\n");
        assertThat(blobs(",compression=gzip")).as("it came so").contains("tar+zstd\"");
        assertThat(blobs(",compression=uncompressed,force-compression=true"))
                .contains("image.layer.v1.tar\"")
                .contains("content");
    }

    @Test
    void annotationsStandWhereTheyAreMeant() throws IOException {
        String said =
                blobs(
                        ",annotation.of=all,annotation-manifest[linux/arm64].of=one"
                                + ",annotation-index.of=index"
                                + ",annotation-manifest-descriptor[linux/amd64].of=entry"
                                + ",annotation-index-descriptor.of=top",
                        "--platform",
                        BOTH);
        assertThat(said)
                .containsOnlyOnce("\"annotations\":{\"of\":\"entry\"}")
                .contains("],\"annotations\":{\"of\":\"all\"}")
                .contains("],\"annotations\":{\"of\":\"one\"}")
                .contains("],\"annotations\":{\"of\":\"index\"}")
                .contains("\"annotations\":{\"of\":\"top\"}}]");
    }

    @Test
    void attributesThatCannotBeFollowedAreRefusedByName() {
        refused("type=oci,compression=estargz", "use gzip, zstd or uncompressed");
        refused("type=oci,compression=gzip,compression-level=10", "level=10: give 0 to 9");
        refused("type=oci,oci-mediatypes=perhaps", "give true or false");
        refused("type=oci,oci-mediatypes=false,annotation.a=b", "no place for annotations");
        refused("type=image,unheard=of", "unheard=of is not supported");
        refused("type=oci,annotation-index.a=b", "an image of one platform has none");
    }

    private void refused(String output, String words) {
        String dest = output.startsWith("type=oci") ? ",dest=" + place.resolve("no.tar") : "";
        assertThat(buildx.build("--output", output + dest).err()).contains(words);
    }
}
