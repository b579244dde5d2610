package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Repositories that not everybody may fetch: by ssh with the caller's agent, by http with a
/// secret. What opens them reaches their host alone, and nobody's log.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class GitCredentialsTest {
    private static final String TOKEN = "t0ken-of-ann";
    private static final String HEADER =
            "basic "
                    + Base64.getEncoder()
                            .encodeToString(
                                    ("x-access-token:" + TOKEN).getBytes(StandardCharsets.UTF_8));

    private final PrivateDaemon daemon;
    private final Path place;
    private final BuildxClient client;
    private final GitServer made;

    GitCredentialsTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.client = new BuildxClient(place);
        this.made = new GitServer(Files.createDirectories(place.resolve("made")));
        Path tree = made.tree();
        Files.writeString(tree.resolve("Dockerfile"), "FROM busybox\nCOPY . /c/\nRUN cat /c/f\n");
        Files.writeString(tree.resolve("f"), "from the repository\n");
        made.commit();
        made.publish();
    }

    @AfterEach
    void close() {
        made.close();
    }

    private Outcome build(String address, String... options) {
        return client.buildOf(daemon, address, options).run();
    }

    private String secret(String value) throws IOException {
        return Files.writeString(place.resolve("secret"), value).toString();
    }

    @Test
    void aRepositoryBehindSshComesByTheCallersAgent() throws IOException {
        try (SshServer ssh = new SshServer(place.resolve("ssh"))) {
            ssh.give(made.bare());
            String agent = "default=" + ssh.socket();
            assertThat(build(ssh.url(), "--ssh", agent, "--no-cache").expect(0).err())
                    .contains("from the repository");
            daemon.sampan("build", "--ssh", agent, "-t", "ssh:2", ssh.url() + "#main").expect(0);
            assertThat(daemon.sampan("build", ssh.url()).expect(1).err())
                    .contains("Permission denied (publickey")
                    .contains("--ssh default");
            client.dockerfile(
                    "FROM busybox", "ADD --keep-git-dir=true " + ssh.url() + " /r", "RUN cat /r/f");
            assertThat(client.build(daemon, "--no-cache", "--ssh", agent).expect(0).err())
                    .contains("from the repository");
        }
    }

    @Test
    void aTokenOpensARepositoryOfItsHost() throws IOException {
        try (GuardedGit git = new GuardedGit(place.resolve("made"), HEADER)) {
            String url = git.url("made.git");
            assertThat(build(url).status()).isEqualTo(1);
            String token = "src=" + secret(TOKEN + "\n");
            String log =
                    build(url, "--no-cache", "--secret", "id=GIT_AUTH_TOKEN," + token)
                            .expect(0)
                            .err();
            assertThat(log).contains("from the repository").doesNotContain(TOKEN, HEADER);
            String own = "id=GIT_AUTH_TOKEN." + git.host() + "," + token;
            build(url, "--no-cache", "--secret", own).expect(0);
            build(url, "--no-cache", "--secret", "id=GIT_AUTH_TOKEN.127.0.0.1," + token).expect(0);
            daemon.sampan("build", "--secret", "id=GIT_AUTH_TOKEN," + token, url).expect(0);
            client.dockerfile("FROM busybox", "ADD " + url + " /r", "RUN cat /r/f");
            client.build(daemon, "--no-cache", "--secret", own).expect(0);
            String header = "id=GIT_AUTH_HEADER,src=" + secret(HEADER);
            client.build(daemon, "--no-cache", "--secret", header).expect(0);
            int before = git.brought().size();
            String other = "id=GIT_AUTH_TOKEN.elsewhere.example," + token;
            assertThat(build(url, "--no-cache", "--secret", other).status()).isEqualTo(1);
            assertThat(git.brought().subList(before, git.brought().size())).containsOnly("");
        }
        assertThat(Files.readString(daemon.log())).doesNotContain(TOKEN, HEADER);
    }

    /// Git takes the header of the address that it was given along to where that leads.
    @Test
    void aTokenDoesNotFollowARedirect() throws IOException {
        try (GuardedGit git = new GuardedGit(place.resolve("made"), HEADER);
                GuardedGit other = new GuardedGit(place.resolve("made"), "")) {
            git.send(other.url(""));
            build(git.url("moved/made.git")).expect(0);
            int before = other.brought().size();
            assertThat(before).isPositive();
            String token = "id=GIT_AUTH_TOKEN,src=" + secret(TOKEN);
            assertThat(build(git.url("moved/made.git"), "--no-cache", "--secret", token).status())
                    .isEqualTo(1);
            assertThat(git.brought()).contains(HEADER);
            assertThat(other.brought()).hasSize(before).containsOnly("");
        }
    }

    @Test
    void aRepositoryThatTakesTooMuchSpaceIsRefused() throws IOException {
        byte[] noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        Files.write(made.tree().resolve("large"), noise);
        made.commit();
        made.publish();
        try (GuardedGit git = new GuardedGit(place.resolve("made"), "");
                PrivateDaemon small = new PrivateDaemon("--git-max", "2M").passing().start()) {
            small.loadBusybox();
            String refused = "it takes more than 2097152 bytes with its files";
            assertThat(small.sampan("build", made.url()).expect(1).err())
                    .contains(refused)
                    .contains("--git-max");
            // one that never ends is not waited for
            git.stall(noise.length - (256 << 10));
            assertThat(small.sampan("build", git.url("made.git")).expect(1).err())
                    .contains(refused);
            assertThat(small.docker("ps", "-aq").out()).isEmpty();
            assertThat(small.root().resolve("build/running")).isEmptyDirectory();
        }
        daemon.sampan("build", made.url()).expect(0);
    }
}
