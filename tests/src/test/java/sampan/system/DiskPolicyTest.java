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
    private static final int LOW_PERCENT = 40;
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final PrivateDaemon filling =
            new PrivateDaemon("--disk-high", "off", "--disk-age", "0s");
    private final SmallDisk disk = new SmallDisk(filling.root(), DISK_MEBIBYTES);
    private final Random random = new Random(7);
    private final List<RealRegistry> registries = new ArrayList<>();
    private PrivateDaemon daemon = filling;
    private int pulls;

    @BeforeEach
    void begin() {
        filling.start();
        filling.loadBusybox();
    }

    @AfterEach
    void end() {
        registries.forEach(RealRegistry::close);
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
        byte[] layer = new Tar().file("pulled", content(), 0644).end();
        String name = "pulled" + pulls++;
        String diffId = "sha256:" + Images.sha256(layer);
        String image = registry().image(name, BadArchiveTest.gzip(layer), diffId);
        filling.sampan("pull", "-q", image).expect(0);
        return image;
    }

    private RealRegistry registry() {
        if (registries.isEmpty()) {
            registries.add(new RealRegistry(filling.home().resolve("registry")));
        }
        return registries.getFirst();
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
        assertThat(images.lines()).doesNotContain(first);
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

    /// Its writer goes on in another file, a reader that has it open sees every line, and one that
    /// comes later the end of the old file and the new one.
    @Test
    void theLogOfARunningContainerIsCutAndNoLineOfItsEndIsLost() {
        filling.terminate();
        daemon = filling.again("--disk-high", "off", "--disk-low", "1%", "--disk-keep", "*");
        daemon.start();
        daemon.background(
                "--name",
                "chatter",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "seq 100000; sleep 1000");
        awaitLast("100000");
        try (Command.Running follower = daemon.dockerCommand("logs", "-f", "chatter").start()) {
            follower.out().await("all", WITHIN, text -> text.endsWith("\n100000\n"));
            assertThat(daemon.sampan("system", "gc").text()).contains("log", "chatter");
            daemon.docker("exec", "chatter", "sh", "-c", "seq 100001 100010 >/proc/1/fd/1");
            awaitLast("100010");
            follower.out().await("the rest", WITHIN, text -> text.endsWith("\n100010\n"));
            assertThat(follower.out().text().lines()).hasSize(100_010);
        }
        assertCut(100_010);
        daemon.sampan("system", "gc").expect(0); // nothing is above the mebibyte
        assertCut(100_010);
        daemon.docker("exec", "chatter", "sh", "-c", "seq 100011 200000 >/proc/1/fd/1");
        awaitLast("200000");
        daemon.sampan("system", "gc").expect(0);
        assertCut(200_000);
        daemon.docker("kill", "chatter").expect(0);
        daemon.sampan("system", "gc").expect(0);
        assertCut(200_000);
        daemon.sampan("image", "fsck").expect(0);
    }

    private void awaitLast(String line) {
        Eventually.await(
                "line " + line,
                WITHIN,
                () -> daemon.docker("logs", "--tail", "1", "chatter").text().equals(line));
    }

    /// About a mebibyte of lines without a gap, up to this one.
    private void assertCut(int last) {
        List<Integer> lines =
                daemon.docker("logs", "chatter").lines().stream().map(Integer::valueOf).toList();
        assertThat(lines.getLast()).isEqualTo(last);
        assertThat(lines).hasSizeBetween(5_000, 30_000);
        assertThat(lines.getLast() - lines.getFirst() + 1).isEqualTo(lines.size());
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
