package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The daemon is killed at random moments under load, and while it recovers from that; nothing it
/// told anybody is lost, and nothing is left.
///
/// `-Dsampan.survival.iterations=200` for the long run, `-Dsampan.survival.seed=N` to repeat one:
/// the load and the moments are the same again, the machine's own timing is not.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class SurvivalTest {
    private static final int ITERATIONS = Dist.number("sampan.survival.iterations", 20);
    private static final int SEED =
            Dist.number("sampan.survival.seed", new Random().nextInt(1_000_000));
    private static final int WORKERS = 3;
    private static final int LOAD_MILLIS_MAX = 400;
    private static final int RECOVERY_MILLIS_MAX = 900;
    private static final String COUNTING = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done";

    private final PrivateDaemon daemon;
    private final EngineCalls calls;
    private final Ledger ledger = new Ledger();
    private final Map<String, String> lasting = new LinkedHashMap<>();
    private final Queue<AssertionError> refusals = new ConcurrentLinkedQueue<>();
    private final Random random = new Random(SEED);
    private final List<Worker> workers = new ArrayList<>();

    private record Worker(String container, ContainerLoad containers, StoreLoad stores) {}

    SurvivalTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.calls = new EngineCalls(daemon);
    }

    @Test
    void nothingThatWasToldIsLost() {
        System.out.println("survival: " + ITERATIONS + " iterations, seed " + SEED);
        Set<String> before = Residue.tree(daemon.root());
        begin();
        for (int i = 0; i < ITERATIONS; i++) {
            try {
                loadAndEnd();
                recover();
                check();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + SEED + ", iteration " + i + ": " + e.getMessage(), e);
            }
        }
        lasting.keySet().forEach(id -> assertCounting(id, 10));
        lasting.keySet().forEach(calls::remove);
        try {
            Eventually.await("the files of before", () -> more(before).isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError("seed " + SEED + ", files left: " + more(before), e);
        }
    }

    private Set<String> more(Set<String> before) {
        Set<String> now = Residue.tree(daemon.root());
        now.removeAll(before);
        return now;
    }

    private void begin() {
        for (int i = 0; i < WORKERS; i++) {
            String id = daemon.background("--name", "lasting" + i, "busybox", "sh", "-c", COUNTING);
            lasting.put(id, identity(id));
            Random own = new Random(random.nextLong());
            workers.add(
                    new Worker(
                            id,
                            new ContainerLoad(calls, ledger, own),
                            new StoreLoad(calls, ledger, own, id)));
        }
    }

    /// What changes when a container is started again.
    private String identity(String id) {
        var container = calls.inspect(id);
        var state = container.path("State");
        return state.path("Pid")
                + " "
                + state.path("StartedAt")
                + " "
                + container.path("RestartCount")
                + " "
                + state.path("Status");
    }

    private void loadAndEnd() {
        AtomicBoolean go = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        for (Worker worker : workers) {
            Random own = new Random(random.nextLong());
            threads.add(Thread.ofPlatform().start(() -> work(go, own, worker)));
        }
        LockSupport.parkNanos(random.nextLong(LOAD_MILLIS_MAX * 1_000_000L));
        if (random.nextInt(8) == 0) {
            calls.ending(true);
            daemon.terminate();
        } else {
            daemon.kill();
        }
        go.set(false);
        threads.forEach(SurvivalTest::join);
        calls.ending(false);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void work(AtomicBoolean go, Random own, Worker worker) {
        try {
            while (go.get()) {
                switch (own.nextInt(10)) {
                    case 0 -> worker.containers().execute(worker.container());
                    case 1 -> calls.log(worker.container());
                    case 2, 3, 4 -> worker.stores().step();
                    default -> worker.containers().step();
                }
            }
        } catch (AssertionError e) {
            refusals.add(e);
        } catch (UncheckedIOException e) {
            // the daemon ended within this request: what it told until then is in the ledger
        }
    }

    /// The next daemon, which may be killed before it is done with what the last one left.
    private void recover() {
        daemon.launch();
        while (random.nextInt(3) == 0) {
            LockSupport.parkNanos(random.nextLong(RECOVERY_MILLIS_MAX * 1_000_000L));
            daemon.kill();
            daemon.launch();
        }
        daemon.awaitAnswer();
    }

    /// With a new daemon: everything it must know, and nothing else.
    private void check() {
        if (!refusals.isEmpty()) {
            throw refusals.remove();
        }
        lasting.forEach((id, identity) ->
                assertThat(identity(id)).as("a container that lasts").isEqualTo(identity));
        lasting.keySet().forEach(id -> assertCounting(id, 1));
        for (Ledger.Promise promise : ledger.take()) {
            try {
                promise.holds().run();
            } catch (AssertionError e) {
                throw new AssertionError(promise.what() + ": " + e.getMessage(), e);
            }
        }
        assertThat(daemon.docker("ps", "-aq", "--no-trunc").lines())
                .hasSameElementsAs(lasting.keySet());
    }

    /// The log is 0, 1, 2 ... without a gap and without a line twice.
    private void assertCounting(String id, int linesMin) {
        List<String> lines = calls.log(id).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals(Integer.toString(i))) {
                throw new AssertionError(
                        "the log of " + id + " at line " + i + " says " + lines.get(i));
            }
        }
        assertThat(lines.size()).isGreaterThanOrEqualTo(linesMin);
    }
}
