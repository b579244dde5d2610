package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Builds as a whole: the cache, what they leave behind, how they end.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildTest {
    private final PrivateDaemon daemon;

    BuildTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private static byte[] context(String file, String... dockerfile) {
        return new Tar()
                .file("Dockerfile", String.join("\n", dockerfile) + "\n")
                .file("f", file)
                .end();
    }

    private Built build(byte[] context) {
        Built built = Built.build(daemon, context, "");
        assertThat(built.error()).as(built.output()).isEmpty();
        return built;
    }

    @Test
    void stepsThatWereDoneAreNotDoneAgain() {
        String[] file = {"FROM busybox", "ENV A=1", "COPY f /f", "RUN cat /f > /g", "CMD [\"x\"]"};
        Built first = build(context("one", file));
        Built again = build(context("one", file));
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.output().split("Using cache", -1)).hasSize(5);
        assertThat(again.output()).doesNotContain("Running in");
        Built changed = build(context("two", file));
        assertThat(changed.id()).isNotEqualTo(first.id());
        assertThat(changed.output()).contains("Running in");
    }

    @Test
    void timesOfFilesDoNotCount() {
        String[] file = {"FROM busybox", "COPY f /times"};
        Built first = build(context("one", file));
        byte[] later = context("one", file);
        // the time of a header and its sum
        byte[] time = "%011o".formatted(1_700_000_000L).getBytes(StandardCharsets.US_ASCII);
        int header = later.length - 2 * 512 - 1024;
        System.arraycopy(time, 0, later, header + 136, time.length);
        byte[] head = Arrays.copyOfRange(later, header, header + 512);
        Tar.sum(head);
        System.arraycopy(head, 0, later, header, head.length);
        assertThat(build(later).id()).isEqualTo(first.id());
    }

    @Test
    void aLabelLeavesLaterStepsInTheCache() {
        build(context("x", "FROM busybox", "LABEL v=1", "RUN echo labelled > /l"));
        Built other = build(context("x", "FROM busybox", "LABEL v=2", "RUN echo labelled > /l"));
        assertThat(other.output()).doesNotContain("Running in");
    }

    @Test
    void noCacheDoesEverythingAgain() {
        byte[] context = context("x", "FROM busybox", "RUN cat /proc/sys/kernel/random/uuid > /u");
        Built first = build(context);
        Built again = Built.build(daemon, context, "&nocache=1");
        assertThat(again.error()).isEmpty();
        assertThat(again.output()).contains("Running in");
        assertThat(again.id()).isNotEqualTo(first.id());
    }

    @Test
    void aBuildWithADateIsTheSameAgain() {
        byte[] context =
                context(
                        "x",
                        "FROM busybox",
                        "RUN mkdir /d && touch /d/a",
                        "COPY f /d/",
                        "WORKDIR /w");
        String query = "&nocache=1&buildargs=%7B%22SOURCE_DATE_EPOCH%22%3A%221000000000%22%7D";
        Built first = Built.build(daemon, context, query);
        Built again = Built.build(daemon, context, query);
        assertThat(first.error()).isEmpty();
        assertThat(again.id()).isEqualTo(first.id());
    }

    @Test
    void quietSaysTheIdAlone() {
        byte[] context = context("x", "FROM busybox", "RUN echo loud");
        Built quiet = Built.build(daemon, context, "&q=1");
        assertThat(quiet.output()).matches("sha256:[0-9a-f]{64}\n");
        Built failed =
                Built.build(daemon, context("x", "FROM busybox", "RUN echo why; false"), "&q=1");
        assertThat(failed.output()).contains("why");
        assertThat(failed.error()).contains("returned a non-zero code: 1");
    }

    @Test
    void standardErrorIsRedAsTheClassicBuilderHasIt() {
        byte[] context = context("x", "FROM busybox", "RUN echo loud; echo wrong >&2");
        Built built = Built.build(daemon, context, "&nocache=1");
        assertThat(built.output()).contains("\u001b[91mwrong\n\u001b[0m").contains("loud\n");
    }

    @Test
    void pruningForgetsSteps() {
        byte[] context = context("x", "FROM busybox", "RUN echo pruned > /p");
        Built built = build(context);
        daemon.http().delete("/images/" + built.id() + "?force=1");
        String answer = daemon.http().post("/build/prune?all=1", "{}").text();
        assertThat(answer).contains("\"CachesDeleted\":[\"");
        assertThat(build(context).output()).contains("Running in");
    }

    @Test
    void theDockerClientBuilds() throws IOException {
        Path directory = Files.createDirectories(daemon.home().resolve("context"));
        Files.writeString(directory.resolve("Dockerfile"), "FROM busybox\nCOPY . /c/\n");
        Files.writeString(directory.resolve("kept"), "1");
        Files.writeString(directory.resolve("left"), "2");
        Files.writeString(directory.resolve(".dockerignore"), "left\n");
        Outcome outcome =
                daemon.dockerCommand("build", "-t", "by-client:1", directory.toString())
                        .with(Map.of("DOCKER_BUILDKIT", "0"))
                        .run();
        assertThat(outcome.out()).contains("Successfully tagged by-client:1");
        assertThat(daemon.docker("run", "--rm", "by-client:1", "ls", "/c").out())
                .contains("kept")
                .doesNotContain("left");
    }

    @Test
    void aClientThatGoesAwayEndsItsBuild() {
        SocketChannel client = begin("sleep 600");
        assertThat(left()).isNotEmpty();
        close(client);
        Eventually.await("the end of the build", () -> left().isEmpty());
    }

    @Test
    void whatAKilledDaemonWasBuildingIsGone() {
        SocketChannel client = begin("sleep 700");
        daemon.kill();
        close(client);
        daemon.start();
        Eventually.await("the end of the build", () -> left().isEmpty());
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Begins a build and returns when its step runs.
    private SocketChannel begin(String command) {
        byte[] context = context("x", "FROM busybox", "RUN " + command);
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(daemon.socket()));
            OutputStream out = Channels.newOutputStream(channel);
            String head =
                    "POST /build HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n"
                            + "Content-Length: "
                            + context.length
                            + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(context);
            out.flush();
            Eventually.await(
                    "the step's container", () -> daemon.docker("ps", "-q").out().length() > 10);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Containers and directories of builds.
    private List<String> left() {
        List<String> left = new ArrayList<>(daemon.docker("ps", "-aq").out().lines().toList());
        for (Path place :
                List.of(
                        daemon.root().resolve("build/running"),
                        daemon.runDirectory().resolve("build"))) {
            try (Stream<Path> found = Files.list(place)) {
                found.map(Path::toString).forEach(left::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return left;
    }
}
