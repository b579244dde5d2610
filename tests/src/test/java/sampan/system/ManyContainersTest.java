package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Many containers at once, again and again: 50, or as many as `-Dsampan.many=N` says (500 where
/// there is time).
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ManyContainersTest {
    private static final int PARALLEL = 8;
    private static final int COUNT = Dist.number("sampan.many", 50);
    private static final int ROUNDS = 3;

    /// Code that is compiled by then, and the events that are kept; the heap is given back by a
    /// daemon that idles.
    private static final long GROWTH_KIB_MAX = 32 << 10;

    private static final Duration REMOVAL = Duration.ofMinutes(5);

    private final PrivateDaemon daemon;

    ManyContainersTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void allRunAllAreListedAllAreGone() throws Exception {
        // what is made once and kept is made by the first ones
        for (int i = 0; i < PARALLEL; i++) {
            daemon.docker("run", "--rm", "busybox", "true").expect(0);
        }
        int descriptors = descriptors();
        long memory = pssKib();
        for (int i = 0; i < ROUNDS; i++) {
            round();
            Eventually.await(
                    "as many descriptors as before: " + descriptors,
                    () -> descriptors() <= descriptors + 2);
            Eventually.await(
                    "memory of the daemon back at " + memory + " KiB, or little more",
                    () -> pssKib() < memory + GROWTH_KIB_MAX);
        }
    }

    private void round() throws InterruptedException, ExecutionException {
        List<String> ids = startAll();
        assertThat(daemon.docker("ps", "-q", "--no-trunc").lines())
                .containsExactlyInAnyOrderElementsOf(ids);
        List<String> inspect =
                new ArrayList<>(
                        List.of("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}"));
        inspect.addAll(ids);
        assertThat(daemon.docker(inspect.toArray(String[]::new)).lines())
                .hasSize(COUNT)
                .doesNotHaveDuplicates();
        assertThat(daemon.docker("exec", ids.getLast(), "echo", "alive").text()).isEqualTo("alive");
        List<String> remove = new ArrayList<>(List.of("rm", "-f"));
        remove.addAll(ids);
        daemon.dockerCommand(remove.toArray(String[]::new)).within(REMOVAL).run().expect(0);
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    private List<String> startAll() throws InterruptedException, ExecutionException {
        List<String> ids = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(PARALLEL)) {
            List<Future<String>> started = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                started.add(executor.submit(() -> daemon.background("busybox", "sleep", "1000")));
            }
            for (Future<String> future : started) {
                ids.add(future.get());
            }
        }
        return ids;
    }

    private int descriptors() {
        return Residue.names(Path.of("/proc/" + daemon.pid() + "/fd")).size();
    }

    private long pssKib() {
        return Residue.read(Path.of("/proc/" + daemon.pid() + "/smaps_rollup"))
                .lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
