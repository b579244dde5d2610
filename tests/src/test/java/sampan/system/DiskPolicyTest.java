package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A small disk that pulls, builds and logs fill: the policy frees it, and touches nothing that is
/// in use.
@Tag("system")
class DiskPolicyTest {
    private static final int DISK_MEBIBYTES = 160;
    private static final int CONTENT_BYTES = 2_000_000;
    private static final int FULL_PERCENT = 95;
    private static final int LOW_PERCENT = 60;
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final PrivateDaemon filling =
            new PrivateDaemon("--disk-high", "off", "--disk-age", "0s");
    private final SmallDisk disk = new SmallDisk(filling.root(), DISK_MEBIBYTES);
    private final Random random = new Random(7);
    private final List<CutRegistry> registries = new ArrayList<>();
    private PrivateDaemon daemon = filling;

    @BeforeEach
    void begin() {
        filling.start();
        filling.loadBusybox();
    }

    @AfterEach
    void end() {
        registries.forEach(CutRegistry::close);
        daemon.removeContainers();
        daemon.close();
        disk.close();
        DaemonExtension.delete(filling.home());
    }

    private byte[] content() {
        byte[] bytes = new byte[CONTENT_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private String pulled() {
        byte[][] layers = {new Tar().file("pulled", content(), 0644).end()};
        CutRegistry registry = new CutRegistry(layers, Integer.MAX_VALUE / 2, _ -> {});
        registries.add(registry);
        filling.sampan("pull", "-q", registry.image()).expect(0);
        return registry.image();
    }

    private void built(String name) {
        byte[] context =
                new Tar()
                        .file("file", content(), 0644)
                        .file("Dockerfile", "FROM busybox\nCOPY file /\n")
                        .end();
        assertThat(Built.build(filling, context, "&t=" + name).id()).isNotEmpty();
    }

    private void logged(String name) {
        filling.docker(
                        "run",
                        "--name",
                        name,
                        "--network",
                        "none",
                        "busybox",
                        "sh",
                        "-c",
                        "yes 0123456789012345678901234567890123456789 | head -c 4000000")
                .expect(0);
    }

    @Test
    void aFullDiskComesUnderTheLowMarkAndNothingInUseGoes() {
        built("kept:1");
        built("used:1");
        String running =
                filling.background("--network", "none", "used:1", "sh", "-c", "sleep 1000");
        filling.docker("create", "--name", "waiting", "used:1", "true").expect(0);
        logged("talker");
        String first = pulled();
        for (int i = 0; disk.percent() < FULL_PERCENT; i++) {
            pulled();
            built("built:" + i % 3);
        }
        assertThat(filling.sampan("system", "gc", "--dry-run").text()).contains("dangling image");
        filling.terminate();
        daemon =
                filling.again(
                        "--disk-high",
                        "90%",
                        "--disk-low",
                        LOW_PERCENT + "%",
                        "--disk-age",
                        "0s",
                        "--disk-keep",
                        "kept:*");
        daemon.start();
        Eventually.await("space", WITHIN, () -> disk.percent() <= LOW_PERCENT);
        String images = daemon.docker("images", "--format", "{{.Repository}}:{{.Tag}}").text();
        assertThat(images).contains("kept:1").contains("used:1").contains("busybox:latest");
        assertThat(images).doesNotContain(first.substring(0, first.lastIndexOf(':')) + "\n");
        assertThat(daemon.inspect(running, "{{.State.Running}}")).isEqualTo("true");
        daemon.docker("start", "-a", "waiting").expect(0);
        daemon.docker("exec", running, "ls", "/file").expect(0);
        // the end of the log is there still
        assertThat(daemon.docker("logs", "--tail", "2", "talker").lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("0123456789"));
        assertThat(daemon.sampan("system", "df", "-v").text())
                .contains("dangling image", "build cache")
                .contains("no container has it, last used");
        daemon.sampan("image", "fsck").expect(0);
    }

    /// What was counted is what the disk says, to the byte.
    @Test
    void whatIsAccountedIsWhatTheDiskHasGivenOut() {
        long usedBefore = disk.used();
        long accountedBefore = accounted();
        String image = pulled();
        built("made:1");
        logged("done");
        filling.docker(
                        "run",
                        "-d",
                        "--network",
                        "none",
                        "-v",
                        "named:/v",
                        "busybox",
                        "sh",
                        "-c",
                        "echo x > /v/x")
                .expect(0);
        Eventually.await("the end of both", () -> filling.docker("ps", "-q").text().isEmpty());
        settle();
        assertThat(accounted() - accountedBefore).isEqualTo(disk.used() - usedBefore);
        filling.docker("rmi", image).expect(0);
        settle();
        assertThat(accounted() - accountedBefore).isEqualTo(disk.used() - usedBefore);
        reclaims("container", "prune", "-f");
        reclaims("image", "prune", "-a", "-f");
        reclaims("builder", "prune", "-a", "-f");
        reclaims("volume", "prune", "-a", "-f");
        settle();
        assertThat(accounted() - accountedBefore).isEqualTo(disk.used() - usedBefore);
        filling.sampan("image", "fsck").expect(0);
    }

    private void reclaims(String... words) {
        settle();
        long before = disk.used();
        long told = reclaimed(filling.sampan(words).text());
        settle();
        // people are told three digits
        assertThat((double) told)
                .as(String.join(" ", words))
                .isBetween((before - disk.used()) * 0.99, (before - disk.used()) * 1.01);
    }

    private static long reclaimed(String text) {
        String size = text.substring(text.lastIndexOf(' ') + 1);
        double number = Double.parseDouble(size.replaceAll("[A-Za-z]", ""));
        long unit =
                switch (size.replaceAll("[0-9.]", "")) {
                    case "kB" -> 1000;
                    case "MB" -> 1_000_000;
                    case "GB" -> 1_000_000_000;
                    default -> 1;
                };
        return Math.round(number * unit);
    }

    private long accounted() {
        return filling.sampan("system", "df", "-v").lines().stream()
                .filter(line -> line.startsWith("Total "))
                .map(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /// Marks of layers that wait for the disk go by themselves.
    private void settle() {
        Eventually.await(
                "synced layers and removed files",
                () ->
                        Residue.tree(filling.root().resolve("snapshots")).stream()
                                .noneMatch(path ->
                                        path.contains("unsynced/") || path.contains("trash/")));
    }
}
