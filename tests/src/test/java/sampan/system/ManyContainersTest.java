package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Many containers at once: 50, or as many as `-Dsampan.many=N` says (500 where there is time).
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ManyContainersTest {
    private static final int PARALLEL = 4;
    private static final int COUNT = Dist.number("sampan.many", 50);
    private static final long GROWTH_KIB_MAX = 32 << 10;

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
        List<String> ids = startAll();
        assertThat(daemon.docker("ps", "-q", "--no-trunc").lines())
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(
                        daemon.docker(
                                        "inspect",
                                        "-f",
                                        "{{.NetworkSettings.Networks.bridge.IPAddress}}",
                                        ids.getFirst(),
                                        ids.getLast())
                                .lines())
                .doesNotHaveDuplicates();
        assertThat(daemon.docker("exec", ids.getLast(), "echo", "alive").text()).isEqualTo("alive");
        List<String> remove = new ArrayList<>(List.of("rm", "-f"));
        remove.addAll(ids);
        daemon.docker(remove.toArray(String[]::new)).expect(0);
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
        Eventually.await(
                "as many descriptors as before: " + descriptors,
                () -> descriptors() <= descriptors + 2);
        assertThat(pssKib()).isLessThan(memory + GROWTH_KIB_MAX);
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
