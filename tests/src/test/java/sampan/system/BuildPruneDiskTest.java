package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Prunes of the build cache that are bounded by what the disk has free.
@Tag("system")
class BuildPruneDiskTest {
    private static final int DISK_MEBIBYTES = 160;
    private static final long MEBIBYTE = 1 << 20;

    /// A mount has this once, a step twice: as it came and unpacked.
    private static final long CONTENT = 4 * MEBIBYTE;

    /// What records and directories take beside that.
    private static final long SLACK = MEBIBYTE;

    private final PrivateDaemon daemon = new PrivateDaemon("--disk-high", "off");
    private final SmallDisk disk = new SmallDisk(daemon.root(), DISK_MEBIBYTES);
    private final BuildxClient client;

    BuildPruneDiskTest(@TempDir Path place) {
        this.client = new BuildxClient(place);
    }

    @BeforeEach
    void begin() {
        daemon.start();
        daemon.loadBusybox();
        build("RUN head -c " + CONTENT + " /dev/urandom > /first");
        build("RUN --mount=type=cache,target=/m head -c " + CONTENT + " /dev/urandom > /m/f");
        build("RUN head -c " + CONTENT + " /dev/urandom > /third");
        build("RUN head -c " + CONTENT + " /dev/urandom > /fourth");
    }

    @AfterEach
    void end() {
        daemon.close();
        disk.close();
        DaemonExtension.delete(daemon.home());
    }

    private void build(String step) {
        client.dockerfile("FROM busybox", step);
        client.build(daemon, "--output", "type=cacheonly").expect(0);
    }

    private long free() throws IOException {
        Command.of("sync", "-f", daemon.root().toString()).run().expect(0);
        return Files.getFileStore(daemon.root()).getUsableSpace();
    }

    /// Words that the four are told by, where they are there.
    private List<String> left() {
        byte[] answer = daemon.http().get("/system/df?type=build-cache").body();
        String text = new String(answer, StandardCharsets.UTF_8);
        return List.of("/first", "mount /m", "/third", "/fourth").stream()
                .filter(text::contains)
                .toList();
    }

    @Test
    void theLongestUnusedGoesUntilThatMuchIsFree() throws IOException {
        long before = free();
        client.command(daemon, prune(before - MEBIBYTE)).run().expect(0);
        assertThat(left()).hasSize(4);
        // one step gives twice its content
        client.command(daemon, prune(before + CONTENT)).run().expect(0);
        assertThat(left()).containsExactly("mount /m", "/third", "/fourth");
        long second = free();
        assertThat(second - before).isBetween(2 * CONTENT, 2 * CONTENT + SLACK);
        // the mount alone is not enough for this
        daemon.sampan("builder", "prune", "-f", "--min-free-space", "" + (second + 2 * CONTENT))
                .expect(0);
        assertThat(left()).containsExactly("/fourth");
        long third = free();
        assertThat(third - second).isBetween(3 * CONTENT, 3 * CONTENT + SLACK);
        // more than the disk has: all goes but what is reserved
        long all = (long) DISK_MEBIBYTES * MEBIBYTE;
        daemon.sampan(
                        "builder",
                        "prune",
                        "-f",
                        "--min-free-space",
                        "" + all,
                        "--reserved-space",
                        "" + 3 * CONTENT)
                .expect(0);
        assertThat(left()).containsExactly("/fourth");
        daemon.http().post("/build/prune?min-free-space=" + all, "");
        assertThat(left()).isEmpty();
        daemon.sampan("image", "fsck").expect(0);
    }

    private static List<String> prune(long free) {
        return List.of("buildx", "prune", "-f", "--min-free-space", free + "b");
    }
}
