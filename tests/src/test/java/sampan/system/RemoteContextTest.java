package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Files that the daemon itself fetches for a build: repositories, archives, Dockerfiles.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class RemoteContextTest {
    private final PrivateDaemon daemon;
    private final GitServer server;
    private final String first;
    private final BuildxClient buildx;

    RemoteContextTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.server = new GitServer(place);
        this.buildx = new BuildxClient(place.resolve("buildx"));
        Path tree = server.tree();
        Files.createDirectories(tree.resolve("sub"));
        Files.writeString(tree.resolve("Dockerfile"), "FROM busybox\nCOPY . /c/\n");
        Files.writeString(tree.resolve("sub/Dockerfile"), "FROM busybox\nCOPY . /s/\n");
        Files.writeString(tree.resolve("sub/below"), "1");
        this.first = server.commit();
        server.git("tag", "-a", "v1", "-m", "v1");
        Files.writeString(tree.resolve("later"), "2");
        server.commit();
    }

    @BeforeEach
    void publish() {
        server.publish();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String files(String image, String directory) {
        Outcome found =
                daemon.docker(
                        "run", "--rm", image, "find", directory, "-exec", "ls", "-dn", "{}", ";");
        return found.expect(0).out();
    }

    @Test
    void aRepositoryIsAContext() {
        daemon.sampan("build", "-t", "remote:1", server.url()).expect(0);
        assertThat(files("remote:1", "/c"))
                .contains(" /c/later")
                .contains(" 0        0 ")
                .doesNotContain("65534")
                .doesNotContain(".git");
        daemon.sampan("build", "-t", "remote:2", server.url() + "#v1").expect(0);
        assertThat(files("remote:2", "/c")).doesNotContain("/c/later");
        daemon.sampan("build", "-t", "remote:3", server.url() + "#" + first + ":sub").expect(0);
        assertThat(files("remote:3", "/s")).contains("/s/below").doesNotContain("/s/sub");
        assertThat(daemon.sampan("build", server.url() + "#none").err())
                .contains("repository does not contain ref none");
        assertThat(daemon.sampan("build", server.url() + "#main:none").err())
                .contains("invalid subdirectory none");
    }

    @Test
    void theClassicEndpointTakesARemoteContext() {
        Built built =
                Built.build(daemon, new byte[0], "&t=remote:4&remote=" + server.url() + "%23v1");
        assertThat(built.error()).as(built.output()).isEmpty();
        assertThat(files("remote:4", "/c")).doesNotContain("/c/later");
        Built wrong = Built.build(daemon, new byte[0], "&remote=file:///etc");
        assertThat(wrong.error()).contains("context file:///etc: must be the address");
    }

    @Test
    void anArchiveOrADockerfileOfTheWebIsAContext() throws IOException {
        server.file(
                "context.tar",
                new Tar().file("Other", "FROM busybox\nCOPY f /f\n").file("f", "1").end());
        server.file("Dockerfile", "FROM busybox\nRUN echo alone > /f\n".getBytes());
        daemon.sampan("build", "-t", "remote:5", "-f", "Other", server.url("context.tar"))
                .expect(0);
        assertThat(daemon.docker("run", "--rm", "remote:5", "cat", "/f").out()).isEqualTo("1");
        daemon.sampan("build", "-t", "remote:6", server.url("Dockerfile")).expect(0);
        assertThat(daemon.docker("run", "--rm", "remote:6", "cat", "/f").out())
                .isEqualTo("alone\n");
        assertThat(daemon.sampan("build", server.url("none.tar")).err())
                .contains("with status 404");
    }

    @Test
    void aFetchIsShownAsAStep() throws IOException {
        Outcome git = buildx.buildOf(daemon, server.url() + "#main", "-t", "remote:9").run();
        assertThat(git.expect(0).err())
                .containsPattern("#(\\d+) \\[internal\\] load git source \\S+#main\n#\\1 DONE");
        server.file("Dockerfile", "FROM busybox\n".getBytes());
        assertThat(buildx.buildOf(daemon, server.url("Dockerfile")).run().expect(0).err())
                .containsPattern("#(\\d+) \\[internal\\] load remote build context\n#\\1 DONE");
        assertThat(buildx.buildOf(daemon, server.url("none.tar")).run().expect(1).err())
                .containsPattern("#(\\d+) \\[internal\\] load remote build context\n#\\1 ERROR");
        buildx.dockerfile("FROM busybox", "COPY --from=other later /");
        assertThat(buildx.build(daemon, "--build-context", "other=" + server.url()).err())
                .contains("[internal] load git source " + server.url());
        assertThat(daemon.sampan("build", server.url()).expect(0).err())
                .startsWith("Fetching " + server.url());
    }

    /// BuildKit and dockerd's classic builder take all of a remote context.
    @Test
    void theIgnoreFileOfARemoteContextLeavesNothingOut() throws IOException {
        Files.writeString(server.tree().resolve(".dockerignore"), "later\n");
        server.commit();
        server.publish();
        buildx.buildOf(daemon, server.url(), "-t", "remote:10").run().expect(0);
        daemon.sampan("build", "-t", "remote:11", server.url()).expect(0);
        assertThat(files("remote:10", "/c")).contains("/c/later");
        assertThat(files("remote:11", "/c")).contains("/c/later");
    }

    @Test
    void addTakesARepositoryAndChecksItsCommit() {
        Built built =
                Built.dockerfile(
                        daemon,
                        "&t=remote:7",
                        "FROM busybox",
                        "ADD " + server.url() + "#v1 /plain/",
                        "ADD --keep-git-dir=true " + server.url() + " /kept",
                        "ADD --checksum=" + first + " " + server.url() + "#v1:sub /checked",
                        "RUN [ -e /kept/.git/HEAD ] && [ ! -e /plain/.git ] && [ -e /kept/later ]",
                        "RUN [ -e /checked/below ] && [ ! -e /plain/later ]",
                        "RUN [ \"$(stat -c %u:%g:%a /checked /plain | uniq)\" = 0:0:755 ]");
        assertThat(built.error()).as(built.output()).isEmpty();
        Built wrong =
                Built.dockerfile(
                        daemon,
                        "",
                        "FROM busybox",
                        "ADD --checksum=" + first + " " + server.url() + "#main /g");
        assertThat(wrong.error()).contains("expected checksum to match " + first);
    }

    @Test
    void aBranchThatMovedIsNotTakenFromTheCache() throws IOException {
        String[] lines = {"FROM busybox", "ADD " + server.url() + "#main /g", "RUN ls /g"};
        assertThat(Built.dockerfile(daemon, "", lines).output()).doesNotContain("newer");
        assertThat(Built.dockerfile(daemon, "", lines).output())
                .contains("Using cache")
                .doesNotContain("Running in");
        Files.writeString(server.tree().resolve("newer"), "3");
        server.commit();
        server.publish();
        assertThat(Built.dockerfile(daemon, "", lines).output()).contains("newer");
    }

    /// The program that a repository's own settings, filters or submodules name must not be run,
    /// and no file of the machine be fetched as a submodule or reached by a link.
    @Test
    void aHostileRepositoryLeadsNowhere() throws IOException {
        Path tree = server.tree();
        Files.createDirectories(tree.resolve("hooks"));
        Files.writeString(tree.resolve("hooks/post-checkout"), "#!/bin/sh\ntouch /tmp/work/ran\n");
        Files.writeString(tree.resolve(".gitattributes"), "* filter=evil\n");
        Files.createSymbolicLink(tree.resolve("out"), Path.of("/etc"));
        server.commit();
        server.publish();
        daemon.sampan("build", "-t", "remote:8", server.url()).expect(0);
        assertThat(files("remote:8", "/c")).contains("/c/out -> /etc").doesNotContain("ran");
        assertThat(daemon.sampan("build", server.url() + "#main:out").err())
                .contains("invalid subdirectory out");
        Files.writeString(
                tree.resolve(".gitmodules"),
                "[submodule \"s\"]\n\tpath = s\n\turl = file:///etc\n");
        server.git("add", "-A");
        server.git("update-index", "--add", "--cacheinfo", "160000," + first + ",s");
        server.git("commit", "-q", "-m", "submodule");
        server.publish();
        assertThat(daemon.sampan("build", server.url()).err())
                .contains("transport 'file' not allowed");
        assertThat(daemon.docker("ps", "-aq").out()).isEmpty();
    }
}
