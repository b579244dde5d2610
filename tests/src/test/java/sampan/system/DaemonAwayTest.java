package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What happens to containers while no daemon runs, and to those whose monitor is killed.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class DaemonAwayTest {
    private static final int ROUNDS = 3;
    private static final int WORKERS = 4;
    private static final String MONITOR_LOST = "the container's monitor was killed";

    private final PrivateDaemon daemon;
    private final EngineCalls calls;

    DaemonAwayTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.calls = new EngineCalls(daemon);
    }

    @BeforeEach
    void running() {
        if (!daemon.isAlive()) {
            daemon.start();
        }
    }

    @Test
    void containersRunOnWhenTheDaemonEndsInOrder() {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done");
        Eventually.await("its first words", () -> !calls.log(id).isEmpty());
        int pid = pid(id);
        Path log = Path.of(daemon.inspect(id, "{{.LogPath}}"));
        daemon.terminate();
        long before = Residue.read(log).lines().count();
        Eventually.await(
                "words that no daemon hears", () -> Residue.read(log).lines().count() > before + 3);
        daemon.start();
        assertThat(pid(id)).isEqualTo(pid);
        List<String> lines = calls.log(id).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i));
        }
        assertThat(daemon.docker("exec", id, "echo", "heard").text()).isEqualTo("heard");
    }

    @Test
    void anEndThatNoDaemonSawIsToldByTheNext() {
        String itself = daemon.background("busybox", "sh", "-c", "read x; echo end; exit 7");
        String fed =
                daemon.background("-i", "busybox", "sh", "-c", "trap '' TERM; sleep 0.5; exit 9");
        String killed = daemon.background("busybox", "sleep", "1000");
        String vanishing = daemon.background("--rm", "busybox", "sleep", "1000");
        int killedPid = pid(killed);
        int vanishingPid = pid(vanishing);
        int fedPid = pid(fed);
        daemon.kill();
        signal("KILL", killedPid);
        signal("KILL", vanishingPid);
        Eventually.await("their ends", () -> !alive(killedPid) && !alive(fedPid));
        daemon.start();
        calls.ended(itself, 7, "end\n");
        calls.ended(fed, 9, "");
        calls.ended(killed, 137, "");
        calls.gone(vanishing);
    }

    @Test
    void aContainerWhoseMonitorIsKilledEndsAndSaysWhy() {
        String id = daemon.background("busybox", "sh", "-c", "echo begin; exec sleep 1000");
        Eventually.await("its first word", () -> calls.log(id).equals("begin\n"));
        int pid = pid(id);
        signal("KILL", parent(pid));
        calls.ended(id, 255, "begin\n");
        assertThat(daemon.inspect(id, "{{.State.Error}}")).contains(MONITOR_LOST);
        Eventually.await("the end of its process", () -> !alive(pid));
        // it can be used again
        daemon.docker("start", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.Running}}")).isEqualTo("true");
    }

    @Test
    void aMonitorThatIsKilledWhileNoDaemonRunsTakesItsContainerAlong() {
        String id = daemon.background("busybox", "sleep", "1000");
        String vanishing = daemon.background("--rm", "busybox", "sleep", "1000");
        int pid = pid(id);
        int other = pid(vanishing);
        daemon.kill();
        signal("KILL", parent(pid));
        signal("KILL", parent(other));
        daemon.start();
        calls.ended(id, 255, "");
        assertThat(daemon.inspect(id, "{{.State.Error}}")).contains(MONITOR_LOST);
        calls.gone(vanishing);
        Eventually.await("the end of its processes", () -> !alive(pid) && !alive(other));
        daemon.docker("start", id).expect(0);
    }

    @Test
    void monitorAndFirstProcessKilledTogetherWhileNoDaemonRuns() {
        String id = daemon.background("busybox", "sleep", "1000");
        int pid = pid(id);
        daemon.kill();
        signal("KILL", parent(pid));
        signal("KILL", pid);
        Eventually.await("its end", () -> !alive(pid));
        daemon.start();
        calls.ended(id, 255, "");
        daemon.docker("start", id).expect(0);
    }

    @Test
    void anExecIsNeverServedByADaemonThatIsHalfGone() throws InterruptedException {
        String id = daemon.background("busybox", "sleep", "1000");
        Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < ROUNDS; round++) {
            CountDownLatch busy = new CountDownLatch(WORKERS);
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                ContainerLoad load = new ContainerLoad(calls, new Ledger(), new Random(i));
                workers.add(
                        Thread.ofPlatform().start(() -> executeUntilTheEnd(load, id, busy, wrong)));
            }
            busy.await();
            calls.ending(true);
            daemon.terminate();
            for (Thread worker : workers) {
                worker.join();
            }
            calls.ending(false);
            assertThat(wrong).isEmpty();
            daemon.start();
        }
    }

    private static void executeUntilTheEnd(
            ContainerLoad load, String id, CountDownLatch busy, Queue<Throwable> wrong) {
        try {
            while (true) {
                load.execute(id);
                busy.countDown();
            }
        } catch (UncheckedIOException e) {
            // the daemon is gone
        } catch (AssertionError e) {
            wrong.add(e);
        } finally {
            busy.countDown();
        }
    }

    @Test
    void whatAKilledLoadLeftIsCollectedAtTheNextStart() throws IOException {
        daemon.kill();
        byte[] content = "left by a load".getBytes(StandardCharsets.UTF_8);
        Path blob = daemon.root().resolve("content/blobs/sha256").resolve(Images.sha256(content));
        Files.write(blob, content);
        daemon.start();
        assertThat(blob).doesNotExist();
        assertThat(daemon.docker("images", "-q").lines()).isNotEmpty();
    }

    private int pid(String id) {
        return Integer.parseInt(daemon.inspect(id, "{{.State.Pid}}"));
    }

    private static boolean alive(int pid) {
        String stat = Residue.read(Path.of("/proc", Integer.toString(pid), "stat"));
        return !stat.isEmpty() && !stat.contains(") Z ");
    }

    private static int parent(int pid) {
        String stat = Residue.read(Path.of("/proc", Integer.toString(pid), "stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 4).split(" ", -1)[0]);
    }

    private static void signal(String name, int pid) {
        Command.of("kill", "-" + name, Integer.toString(pid)).run().expect(0);
    }
}
