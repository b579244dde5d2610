package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.system.RealRegistry.Guard;

/// `docker-credential-*` programs keep what `sampan login` is told, and give it to pull and push.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class CredentialProgramTest {
    private final PrivateDaemon daemon;

    @TempDir Path dir;
    private RealRegistry registry;
    private Path config;
    private Path kept;

    CredentialProgramTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @BeforeEach
    void open() throws IOException {
        registry = new RealRegistry(dir.resolve("registry"), Guard.HTPASSWD);
        kept = dir.resolve("kept");
        config = Files.createDirectory(dir.resolve("config")).resolve("config.json");
        program(
                "shelf",
                """
                case $1 in
                store) cat >%1$s ;;
                get) read -r server
                    grep -q "\\"$server\\"" %1$s 2>/dev/null && exec cat %1$s
                    echo credentials not found in native keychain; exit 1 ;;
                erase) rm -f %1$s ;;
                esac
                """
                        .formatted(kept));
        program("broken", "echo the keychain is locked; exit 7\n");
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private void program(String name, String text) throws IOException {
        Path program =
                Files.writeString(dir.resolve("docker-credential-" + name), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Command sampan(String... words) {
        return daemon.sampanCommand(words)
                .with(
                        Map.of(
                                "DOCKER_CONFIG",
                                dir.resolve("config").toString(),
                                "PATH",
                                dir + ":" + System.getenv("PATH")));
    }

    private String image() {
        String image = registry.host() + "/kept:1";
        daemon.sampan("tag", "busybox", image).expect(0);
        return image;
    }

    @Test
    void aHelperKeepsTheCredentialAndTheFileDoesNot() throws IOException {
        Files.writeString(config, "{\"credsStore\":\"shelf\"}");
        String image = image();
        assertThat(sampan("push", image).run().expect(1).err()).contains("no basic auth");
        sampan("login", "-u", "ann", "--password-stdin", registry.host())
                .input("secret")
                .run()
                .expect(0);
        assertThat(kept).content().contains("\"secret\"").contains(registry.host());
        assertThat(config).content().contains(registry.host()).doesNotContain("\"auth\":");
        sampan("push", image).run().expect(0);
        daemon.sampan("rmi", image).expect(0);
        sampan("pull", image).run().expect(0);
        sampan("logout", registry.host()).run().expect(0);
        assertThat(kept).doesNotExist();
        assertThat(config).content().doesNotContain(registry.host());
        assertThat(sampan("push", image).run().expect(1).err()).contains("no basic auth");
    }

    @Test
    void aHelperOfOneRegistryAloneIsAskedForThatOne() throws IOException {
        Files.writeString(config, "{\"credHelpers\":{\"" + registry.host() + "\":\"shelf\"}}");
        Files.writeString(
                kept,
                "{\"ServerURL\":\"%s\",\"Username\":\"ann\",\"Secret\":\"secret\"}"
                        .formatted(registry.host()));
        sampan("push", image()).run().expect(0);
    }

    @Test
    void aHelperThatFailsIsNamedWithWhatItSaid() throws IOException {
        Files.writeString(config, "{\"credsStore\":\"broken\"}");
        assertThat(sampan("push", image()).run().expect(1).err())
                .contains("docker-credential-broken get: exit status 7, the keychain is locked");
        Files.writeString(config, "{\"credsStore\":\"absent\"}");
        assertThat(sampan("push", image()).run().expect(1).err())
                .contains("docker-credential-absent");
    }
}
