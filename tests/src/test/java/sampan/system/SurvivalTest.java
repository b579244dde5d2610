package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sampan.oci.json.Json;
import sampan.system.Ledger.Told;
import tools.jackson.databind.JsonNode;

/// The daemon is killed at random moments under load; nothing it told anybody is lost.
///
/// `-Dsampan.survival.iterations=200` for the long run, `-Dsampan.survival.seed=N` to repeat one.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class SurvivalTest {
    private static final int ITERATIONS = Dist.number("sampan.survival.iterations", 20);
    private static final int SEED =
            Dist.number("sampan.survival.seed", new Random().nextInt(1_000_000));
    private static final int LASTING = 3;
    private static final int WORKERS = 3;
    private static final int LOAD_MILLIS_MAX = 400;
    private static final Duration EXIT = Duration.ofSeconds(30);
    private static final String COUNTING = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done";

    private final PrivateDaemon daemon;
    private final Ledger ledger = new Ledger();
    private final AtomicInteger serial = new AtomicInteger();
    private final Map<String, String> lasting = new LinkedHashMap<>();
    private final Queue<AssertionError> refusals = new ConcurrentLinkedQueue<>();

    SurvivalTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Tag("open")
    @Test
    void nothingThatWasToldIsLost() {
        Random random = new Random(SEED);
        System.out.println("survival: " + ITERATIONS + " iterations, seed " + SEED);
        for (int i = 0; i < LASTING; i++) {
            String id = daemon.background("--name", "lasting" + i, "busybox", "sh", "-c", COUNTING);
            lasting.put(id, identity(id));
        }
        for (int i = 0; i < ITERATIONS; i++) {
            try {
                loadAndKill(random);
                daemon.launch();
                daemon.awaitAnswer();
                check();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + SEED + ", iteration " + i + ": " + e.getMessage(), e);
            }
        }
        for (String id : lasting.keySet()) {
            assertCounting(id, 10);
        }
    }

    /// What changes when a container is started again.
    private String identity(String id) {
        return daemon.inspect(
                id, "{{.State.Pid}} {{.State.StartedAt}} {{.RestartCount}} {{.State.Status}}");
    }

    private void loadAndKill(Random random) {
        AtomicBoolean go = new AtomicBoolean(true);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Random own = new Random(random.nextLong());
            workers.add(Thread.ofPlatform().start(() -> work(go, own)));
        }
        LockSupport.parkNanos(random.nextLong(LOAD_MILLIS_MAX * 1_000_000L));
        daemon.kill();
        go.set(false);
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private void work(AtomicBoolean go, Random random) {
        try {
            while (go.get()) {
                switch (random.nextInt(6)) {
                    case 0 -> execute();
                    case 1 -> readLogs();
                    case 2 -> stopped(random);
                    default -> shortLife(random);
                }
            }
        } catch (AssertionError e) {
            refusals.add(e);
        } catch (UncheckedIOException e) {
            // the daemon was killed within this request: what it told until then is in the ledger
        }
    }

    private String lastingId(int number) {
        return new ArrayList<>(lasting.keySet()).get(number % LASTING);
    }

    private void execute() {
        UnixHttp http = daemon.http();
        UnixHttp.Answer made =
                http.post(
                        "/containers/" + lastingId(serial.get()) + "/exec",
                        "{\"Cmd\":[\"sh\",\"-c\",\"echo x\"],\"AttachStdout\":true}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        http.post(
                "/exec/" + Json.tree(made.body()).path("Id").asString() + "/start",
                "{\"Detach\":true}");
    }

    private void readLogs() {
        daemon.http().get("/containers/" + lastingId(serial.get()) + "/logs?stdout=1&tail=50");
    }

    /// create, start, and sometimes remove a container that ends by itself.
    private void shortLife(Random random) {
        String name = "short" + serial.incrementAndGet();
        int status = random.nextInt(200);
        String pause = random.nextBoolean() ? "sleep 0." + random.nextInt(1, 9) + "; " : "";
        String script = "echo begin " + name + "; " + pause + "echo end; exit " + status;
        if (!create(name, status, script) || !start(name, status)) {
            return;
        }
        if (random.nextInt(4) == 0) {
            ledger.note(name, status, Told.REMOVE_ASKED);
            UnixHttp.Answer removed = daemon.http().delete("/containers/" + name + "?force=1");
            assertThat(removed.status()).as(removed.text()).isEqualTo(204);
            ledger.note(name, status, Told.REMOVED);
        }
    }

    /// A container that would run for ever and is stopped.
    private void stopped(Random random) {
        String name = "stopped" + serial.incrementAndGet();
        if (create(name, 137, "echo begin " + name + "; exec sleep 1000") && start(name, 137)) {
            ledger.note(name, 137, Told.START_ASKED);
            // when the answer is lost we do not know whether it was stopped: it is then killed by
            // hand
            UnixHttp.Answer answer = daemon.http().post("/containers/" + name + "/stop?t=0", "");
            assertThat(answer.status()).as(answer.text()).isEqualTo(204);
            ledger.note(name, 137, Told.STARTED);
        }
    }

    private boolean create(String name, int status, String script) {
        ledger.note(name, status, Told.CREATE_ASKED);
        UnixHttp.Answer made =
                daemon.http()
                        .post(
                                "/containers/create?name=" + name,
                                "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\""
                                        + script
                                        + "\"]}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        ledger.note(name, status, Told.CREATED);
        return true;
    }

    private boolean start(String name, int status) {
        ledger.note(name, status, Told.START_ASKED);
        UnixHttp.Answer started = daemon.http().post("/containers/" + name + "/start", "");
        assertThat(started.status()).as(started.text()).isEqualTo(204);
        ledger.note(name, status, Told.STARTED);
        return true;
    }

    /// With a new daemon: everything it must know, and nothing else.
    private void check() {
        if (!refusals.isEmpty()) {
            throw refusals.remove();
        }
        lasting.forEach((id, identity) ->
                assertThat(identity(id)).as("a container that lasts").isEqualTo(identity));
        lasting.keySet().forEach(id -> assertCounting(id, 1));
        for (Ledger.Entry entry : ledger.take()) {
            check(entry);
            UnixHttp.Answer removed =
                    daemon.http().delete("/containers/" + entry.name() + "?force=1");
            assertThat(removed.status()).as(entry + ": " + removed.text()).isIn(204, 404);
        }
        assertThat(daemon.docker("ps", "-aq", "--no-trunc").lines())
                .hasSameElementsAs(lasting.keySet());
    }

    private void check(Ledger.Entry entry) {
        UnixHttp.Answer answer = daemon.http().get("/containers/" + entry.name() + "/json");
        switch (entry.told()) {
            case REMOVED -> assertThat(answer.status()).as(entry.toString()).isEqualTo(404);
            case STARTED -> {
                assertThat(answer.status()).as(entry + ": " + answer.text()).isEqualTo(200);
                ended(entry);
            }
            case CREATED, START_ASKED -> {
                assertThat(answer.status()).as(entry + ": " + answer.text()).isEqualTo(200);
                endedOrNeverBegan(entry);
            }
            case CREATE_ASKED -> {
                assertThat(answer.status()).as(entry + ": " + answer.text()).isIn(200, 404);
                if (answer.status() == 200) {
                    assertThat(state(entry).path("Status").asString())
                            .as(entry.toString())
                            .isEqualTo("created");
                }
            }
            case REMOVE_ASKED -> assertThat(answer.status()).as(entry.toString()).isIn(200, 404);
        }
    }

    private JsonNode state(Ledger.Entry entry) {
        return Json.tree(daemon.http().get("/containers/" + entry.name() + "/json").body())
                .path("State");
    }

    private void endedOrNeverBegan(Ledger.Entry entry) {
        String status = state(entry).path("Status").asString();
        if (entry.name().startsWith("stopped") && status.equals("running")) {
            daemon.http().post("/containers/" + entry.name() + "/kill", "");
        }
        if (!status.equals("created")) {
            ended(entry);
        }
    }

    private void ended(Ledger.Entry entry) {
        Eventually.await(
                "the end of " + entry + ", state " + state(entry),
                EXIT,
                () -> state(entry).path("Status").asString().equals("exited"));
        assertThat(state(entry).path("ExitCode").asInt())
                .as(entry + " " + state(entry))
                .isEqualTo(entry.status());
        String end = entry.name().startsWith("short") ? "end\n" : "";
        assertThat(daemon.docker("logs", entry.name()).expect(0).out())
                .as("the log of " + entry)
                .isEqualTo("begin " + entry.name() + "\n" + end);
    }

    /// The log is 0, 1, 2 ... without a gap and without a line twice.
    private void assertCounting(String id, int linesMin) {
        List<String> lines = daemon.docker("logs", id).lines();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals(Integer.toString(i))) {
                throw new AssertionError(
                        "the log of " + id + " at line " + i + " says " + lines.get(i));
            }
        }
        assertThat(lines.size()).isGreaterThanOrEqualTo(linesMin);
    }
}
