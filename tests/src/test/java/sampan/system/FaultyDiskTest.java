package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.system.FaultyDisk.Extent;

/// A write that fails at any point of a pull, a build or a load, once or from then on, leaves a
/// store that the check calls clean, and the next try succeeds.
///
/// `-Dsampan.faults=N` for more points of each, `-Dsampan.survival.seed=N` to repeat one.
@Tag("system")
class FaultyDiskTest {
    private static final int POINTS = Dist.number("sampan.faults", 4);
    private static final int SEED =
            Dist.number("sampan.survival.seed", new Random().nextInt(1_000_000));
    private static final int LAYERS = 2;

    /// Changes that no work makes.
    private static final long FAR = 1_000_000;

    private final PrivateDaemon daemon = new PrivateDaemon("--disk-high", "off");
    private final FaultyDisk disk = new FaultyDisk(daemon.root());
    private final Random random = new Random(SEED);
    private final CutRegistry registry = new CutRegistry(layers(), Integer.MAX_VALUE / 2, _ -> {});

    private static byte[][] layers() {
        byte[][] layers = new byte[LAYERS][];
        for (int i = 0; i < LAYERS; i++) {
            layers[i] =
                    new Tar()
                            .directory("d" + i + "/")
                            .file("d" + i + "/file", new byte[300_000], 0644)
                            .symlink("d" + i + "/link", "file")
                            .end();
        }
        return layers;
    }

    @BeforeEach
    void begin() {
        daemon.start();
        daemon.loadBusybox();
    }

    @AfterEach
    void end() {
        disk.heal();
        registry.close();
        if (!daemon.isAlive()) {
            daemon.start();
        }
        daemon.removeContainers();
        daemon.close();
        disk.close();
        DaemonExtension.delete(daemon.home());
    }

    /// What is tried, and its exit status.
    private Map<String, IntSupplier> works() {
        Map<String, IntSupplier> works = new LinkedHashMap<>();
        works.put("pull", () -> daemon.sampan("pull", "-q", registry.image()).status());
        works.put(
                "load",
                () -> {
                    byte[] layer = new Tar().file("content", new byte[200_000], 0644).end();
                    return daemon.sampanCommand("load")
                            .input(Images.archive("loaded:1", layer))
                            .run()
                            .status();
                });
        works.put(
                "build",
                () -> {
                    byte[] context =
                            new Tar()
                                    .file("file", new byte[100_000], 0644)
                                    .file(
                                            "Dockerfile",
                                            "FROM busybox\nCOPY file /\nRUN echo x > /made\nENV a=b\n")
                                    .end();
                    return Built.build(daemon, context, "&t=built:1").id().isEmpty() ? 1 : 0;
                });
        return works;
    }

    private void undo() {
        for (String image : List.of(registry.image(), "loaded:1", "built:1")) {
            daemon.sampan("rmi", "-f", image);
        }
        daemon.sampan("image", "prune", "-f").expect(0);
        daemon.sampan("builder", "prune", "-a", "-f").expect(0);
    }

    @Test
    void aFailedWriteLeavesACleanStore() {
        works().forEach((name, work) -> {
            long before = disk.changes();
            assertThat(work.getAsInt()).as(name).isZero();
            long changes = disk.changes() - before;
            assertThat(changes).as("changes of a " + name).isGreaterThan(POINTS);
            undo();
            for (Extent extent : Extent.values()) {
                for (int errno : new int[] {FaultyDisk.ENOSPC, FaultyDisk.EIO}) {
                    for (int i = 0; i < POINTS; i++) {
                        long at = changes * i / POINTS + random.nextLong(changes / POINTS);
                        fails(name, work, extent, errno, at);
                    }
                }
            }
        });
        daemon.kill();
        daemon.start();
        assertClean("after a restart");
    }

    private void fails(String name, IntSupplier work, Extent extent, int errno, long at) {
        String when =
                "seed %d: %s, %s fail with %d from change %d on"
                        .formatted(SEED, name, extent, errno, at);
        disk.fail(extent, errno, at);
        int status = work.getAsInt();
        disk.heal();
        assertClean(when + ", which ended with " + status);
        assertThat(work.getAsInt()).as(when + ", and again").isZero();
        assertClean(when + ", and again");
        undo();
    }

    /// The answer has begun by then: it ends with a line that tells, and does not break off.
    @Test
    void aFailedWriteIsTheLastLineOfAPullsAnswer() {
        String pull = "/images/create?fromImage=" + registry.image();
        // The first makes directories, too, that later ones find.
        assertThat(daemon.http().post(pull, "").text()).contains("Downloaded newer image");
        undo();
        // A removal is a change that needs no room, and how many writes there are varies.
        disk.fail(Extent.ALL, FaultyDisk.ENOSPC, FAR);
        assertThat(daemon.http().post(pull, "").text()).contains("Downloaded newer image");
        long changes = FAR - disk.left();
        disk.heal();
        undo();
        int failed = 0;
        for (int i = 0; i < POINTS; i++) {
            disk.fail(Extent.ALL, FaultyDisk.ENOSPC, changes * i / POINTS);
            UnixHttp.Answer answer = daemon.http().post(pull, "");
            boolean reached = disk.left() < 0;
            disk.heal();
            if (reached) {
                failed++;
                assertThat(answer.text()).as("point " + i).contains("No space left on device");
                assertThat(answer.text().lines().toList().getLast()).contains("\"message\"");
            } else {
                assertThat(answer.text()).as("point " + i).contains("Downloaded newer image");
            }
            undo();
        }
        assertThat(failed).isGreaterThanOrEqualTo(POINTS / 2);
    }

    private void assertClean(String when) {
        Outcome check = daemon.sampan("image", "fsck");
        assertThat(check.status()).as("%s:\n%s%s", when, check.out(), check.err()).isZero();
    }
}
