package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `sampan image fsck` beside everything else that goes on, and after kills.
///
/// `-Dsampan.store.kills=100` for the long run, `-Dsampan.survival.seed=N` to repeat one.
@Tag("system")
class StoreCheckTest {
    private static final int KILLS = Dist.number("sampan.store.kills", 6);
    private static final int SEED =
            Dist.number("sampan.survival.seed", new Random().nextInt(1_000_000));
    private static final int WORKERS = 3;
    private static final int CHECKS = 12;
    private static final int LOAD_MILLIS_MAX = 500;

    private final PrivateDaemon daemon = new PrivateDaemon();
    private final Random random = new Random(SEED);

    @BeforeEach
    void begin() {
        daemon.start();
        daemon.loadBusybox();
        daemon.background("--network", "none", "busybox", "sleep", "1000");
    }

    @AfterEach
    void end() {
        if (!daemon.isAlive()) {
            daemon.start();
        }
        daemon.removeContainers();
        daemon.close();
        DaemonExtension.delete(daemon.home());
    }

    private void assertClean(String when) {
        Outcome check = daemon.sampan("image", "fsck");
        assertThat(check.status())
                .as("seed %d, %s:\n%s%s", SEED, when, check.out(), check.err())
                .isZero();
    }

    @Test
    void aCheckFindsNothingWhileImagesComeAndGo() {
        assertClean("at first");
        try (StoreWork work = new StoreWork(daemon, random)) {
            work.start(WORKERS, random);
            for (int i = 0; i < CHECKS; i++) {
                int before = work.answers();
                assertClean("check " + i);
                Eventually.await("work meanwhile", () -> work.answers() > before);
            }
        }
        assertClean("at last");
    }

    @Test
    void aKilledDaemonLeavesACleanStore() {
        try (StoreWork work = new StoreWork(daemon, random)) {
            for (int i = 0; i < KILLS; i++) {
                work.start(WORKERS, random);
                LockSupport.parkNanos(random.nextLong(LOAD_MILLIS_MAX * 1_000_000L));
                daemon.kill();
                work.stop();
                daemon.start();
                assertClean("kill " + i);
            }
        }
    }

    @Test
    void theCommandTellsWhatIsWrongByItsExitStatusAndAsJson() throws java.io.IOException {
        assertThat(daemon.sampan("image", "fsck", "--json").text()).contains("\"findings\": []");
        var stray = daemon.root().resolve("images/refs/stray.json");
        java.nio.file.Files.writeString(stray, "{}");
        Outcome found = daemon.sampan("image", "fsck");
        assertThat(found.status()).isEqualTo(1);
        assertThat(found.out()).contains("nobody's").contains(stray.toString());
        assertThat(stray).exists();
        daemon.sampan("image", "fsck", "--repair").expect(0);
        assertThat(stray).doesNotExist();
        assertThat(daemon.sampan("image", "fsck", "--nonsense").status()).isNotZero();
    }

    @Test
    void aStrayFileAmongSnapshotsDoesNotKeepTheDaemonFromStarting() throws java.io.IOException {
        for (String place : new String[] {"l", "a"}) {
            java.nio.file.Files.writeString(
                    daemon.root().resolve("snapshots/" + place + "/stray"), "x");
        }
        daemon.kill();
        daemon.start();
        Outcome found = daemon.sampan("image", "fsck");
        assertThat(found.status()).isEqualTo(1);
        assertThat(found.out()).contains("snapshots/l/stray", "snapshots/a/stray");
        daemon.sampan("image", "fsck", "--repair").expect(0);
        assertClean("after the repair");
    }
}
