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

/// What builds say of how something was built, as buildx asks for it and reads it.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxAttestationsTest {
    private static final String DOCKERFILE =
            "FROM busybox AS b\nFROM scratch\nARG GREETING\nCOPY --from=b /etc/passwd /p\nCOPY f /f\n";

    private final PrivateDaemon daemon;
    private final Path place;
    private final Buildx buildx;

    BuildxAttestationsTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.buildx = new Buildx(daemon, place).with("Dockerfile", DOCKERFILE).with("f", "content");
    }

    @Test
    void provenanceGoesWithTheImageFromRegistryToRegistry() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/told:1";
            buildx.build(
                            "-t",
                            name,
                            "--push",
                            "--provenance=mode=max,builder-id=here",
                            "--build-arg",
                            "GREETING=hello")
                    .expect(0);
            String index = buildx.inspect(name, "--raw");
            assertThat(index)
                    .contains("\"vnd.docker.reference.type\":\"attestation-manifest\"")
                    .contains("\"platform\":{\"architecture\":\"unknown\",\"os\":\"unknown\"}");
            assertThat(buildx.inspect(name, "--format", "{{json .Provenance}}"))
                    .contains("\"build-arg:GREETING\": \"hello\"")
                    .contains("\"id\": \"here\"")
                    .contains("pkg:docker/busybox@latest?platform=linux%2Famd64")
                    .contains("\"entryPoint\": \"Dockerfile\"");
            daemon.docker("rmi", name).expect(0);
            daemon.docker("pull", name).expect(0);
            String other = registry.host() + "/elsewhere:1";
            daemon.docker("tag", name, other).expect(0);
            daemon.docker("push", other).expect(0);
            assertThat(buildx.inspect(other, "--raw")).isEqualTo(index);
            assertThat(buildx.inspect(other, "--format", "{{json .Provenance}}")).contains("hello");
            daemon.docker("rmi", name, other).expect(0);
            buildx.build("-t", name, "--push").expect(0);
            assertThat(buildx.inspect(name, "--raw")).as("nobody asked").doesNotContain("unknown");
            daemon.docker("rmi", name).expect(0);
        }
    }

    @Test
    void archivesAndFilesTellTheirProvenance() throws IOException {
        String both = "--platform=linux/amd64,linux/arm64";
        buildx.with("Dockerfile", "FROM scratch\nCOPY f /f\n");
        Path archive = place.resolve("image.tar");
        buildx.build(
                        both,
                        "--provenance=version=v1",
                        "-t",
                        "told:2",
                        "--output",
                        "type=oci,dest=" + archive)
                .expect(0);
        String blobs =
                Command.of("sh", "-c", "cat " + buildx.unpacked(archive) + "/blobs/sha256/*")
                        .run()
                        .out();
        assertThat(blobs)
                .contains("application/vnd.in-toto+json")
                .contains("{\"in-toto.io/predicate-type\":\"https://slsa.dev/provenance/v1\"}")
                .contains("pkg:docker/told@2?platform=linux%2Famd64")
                .contains("pkg:docker/told@2?platform=linux%2Farm64")
                .contains("\"buildkit_completeness\"");
        String subject = Digest.of("content".getBytes()).hex();
        Path files = place.resolve("files");
        buildx.build("--provenance=true", "--output", "type=local,dest=" + files).expect(0);
        assertThat(files.resolve("provenance.json")).content().contains(subject);
        Path tar = place.resolve("files.tar");
        buildx.build(both, "--provenance=true", "--output", "type=tar,dest=" + tar).expect(0);
        assertThat(
                        Command.of("tar", "xOf", tar.toString(), "linux_arm64/provenance.json")
                                .run()
                                .out())
                .contains(subject);
    }

    @Test
    void aStatementTakesThePlaceOfAnImagesOwnFile() throws IOException {
        buildx.with("Dockerfile", "FROM scratch\nCOPY f /provenance.json\n");
        Path tar = place.resolve("files.tar");
        buildx.build("--provenance=true", "--output", "type=tar,dest=" + tar).expect(0);
        assertThat(Command.of("tar", "tf", tar.toString()).run().out())
                .isEqualTo("provenance.json\n");
        Path files = place.resolve("files");
        buildx.build("--provenance=true", "--output", "type=local,dest=" + files).expect(0);
        assertThat(files.resolve("provenance.json")).content().contains("in-toto");
        buildx.build("--output", "type=tar,dest=" + tar).expect(0);
        assertThat(Command.of("tar", "xOf", tar.toString()).run().out())
                .as("no statement was asked for")
                .isEqualTo("content");
        buildx.with("Dockerfile", "FROM scratch\nCOPY f /provenance.json/f\n");
        buildx.build("--provenance=true", "--output", "type=tar,dest=" + tar).expect(0);
        assertThat(Command.of("tar", "tf", tar.toString()).run().out())
                .isEqualTo("provenance.json\n");
    }

    @Test
    void whatCannotBeAttestedIsRefusedByName() {
        assertThat(buildx.build("--provenance=mode=most").err())
                .contains("mode=most: give mode=min|max");
        assertThat(
                        buildx.build(
                                        "--provenance=true",
                                        "--output",
                                        "type=image,oci-mediatypes=false")
                                .err())
                .contains("no place for attestations");
    }

    /// The client says then which repository and revision it is.
    @Test
    void aContextInAGitRepositoryIsBuilt() throws IOException {
        Path context = place.resolve("context");
        Command.of("git", "init", "-q", context.toString()).run().expect(0);
        Command.of("git", "-C", context.toString(), "add", "-A").run().expect(0);
        Command.of(
                        "git",
                        "-C",
                        context.toString(),
                        "-c",
                        "user.name=ann",
                        "-c",
                        "user.email=ann@example.com",
                        "commit",
                        "-qm",
                        "one")
                .run()
                .expect(0);
        buildx.build().expect(0);
        Path files = place.resolve("files");
        buildx.build("--provenance=true", "--output", "type=local,dest=" + files).expect(0);
        assertThat(Files.readString(files.resolve("provenance.json"))).contains("\"revision\":");
    }
}
