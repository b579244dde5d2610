package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.Digest;
import sampan.oci.json.Json;

/// A builder of buildx's driver `remote` on our socket: gRPC from the first byte on, the session
/// within a call.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxRemoteTest {
    private final PrivateDaemon daemon;
    private final Path place;
    private final Buildx buildx;

    BuildxRemoteTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.buildx =
                new Buildx(daemon, place)
                        .with("Dockerfile", "FROM scratch\nCOPY file /file\n")
                        .with("file", "content");
    }

    @BeforeEach
    void create() {
        buildx.docker(
                        "buildx",
                        "create",
                        "--name",
                        "remote",
                        "--driver",
                        "remote",
                        "unix://" + daemon.socket())
                .run()
                .expect(0);
    }

    private Outcome build(String... options) {
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 2, options.length);
        all[0] = "--builder";
        all[1] = "remote";
        return buildx.build(all);
    }

    @Test
    void imagesArePushedByDigestAsPipelinesAskForIt() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            for (String type : new String[] {"image,push=true", "registry"}) {
                String name = registry.host() + "/pushed";
                Path told = place.resolve("told");
                build(
                                "--output",
                                "type="
                                        + type
                                        + ",name-canonical=true,push-by-digest=true,name="
                                        + name,
                                "--metadata-file",
                                told.toString())
                        .expect(0);
                String digest =
                        Json.tree(Files.readAllBytes(told))
                                .path("containerimage.digest")
                                .asString();
                String raw =
                        buildx.docker(
                                        "buildx",
                                        "imagetools",
                                        "inspect",
                                        "--raw",
                                        name + "@" + digest)
                                .run()
                                .out();
                assertThat(Digest.of(raw.getBytes()).toString()).isEqualTo(digest);
                assertThat(registry.tags("pushed")).isEmpty();
                daemon.docker("rmi", name + "@" + digest).expect(0);
            }
            assertThat(
                            build(
                                            "-t",
                                            registry.host() + "/pushed:1",
                                            "--output",
                                            "type=image,push-by-digest=true,push=true")
                                    .err())
                    .contains("can't push tagged ref " + registry.host() + "/pushed:1 by digest");
        }
    }

    @Test
    void filesSecretsAndResultsGoThroughTheSessionWithinACall() throws IOException {
        String large = "0123456789abcdef".repeat(1 << 18);
        buildx.with("large", large)
                .with(
                        "Dockerfile",
                        "FROM busybox\nCOPY large /large\n"
                                + "RUN --mount=type=secret,id=s cp /run/secrets/s /secret\n");
        Path secret = Files.writeString(place.resolve("secret"), "told");
        Path files = place.resolve("files");
        build("--secret", "id=s,src=" + secret, "--output", "type=local,dest=" + files).expect(0);
        assertThat(files.resolve("large")).hasContent(large);
        assertThat(files.resolve("secret")).hasContent("told");
        buildx.with("Dockerfile", "FROM busybox\nRUN exit 3\n");
        assertThat(build().err()).contains("exit code: 3");
        buildx.with("Dockerfile", "FROM scratch\nCOPY large /large\n");
        build("-t", "loaded:1", "--load").expect(0);
        daemon.docker("rmi", "loaded:1").expect(0);
    }
}
