package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import sampan.oci.json.Json;

/// One worker's containers: made, started, stopped, paused, renamed, removed, with a note in the
/// ledger for every answer.
final class ContainerLoad {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final String FOR_EVER = "; exec sleep 1000";

    private final EngineCalls calls;
    private final Ledger ledger;
    private final Random random;

    ContainerLoad(EngineCalls calls, Ledger ledger, Random random) {
        this.calls = calls;
        this.ledger = ledger;
        this.random = random;
    }

    void step() {
        switch (random.nextInt(8)) {
            case 0 -> stoppedAtOnce();
            case 1 -> stoppedAfterItSpoke();
            case 2 -> paused();
            case 3 -> renamed();
            case 4 -> vanishing();
            default -> shortLife();
        }
    }

    private static String name(String kind) {
        return kind + SERIAL.incrementAndGet();
    }

    private void create(String name, String script, String hostConfig) {
        ledger.note(
                name,
                "create asked",
                () -> {
                    if (calls.exists(name)) {
                        assertThat(calls.status(name)).as(name).isEqualTo("created");
                        calls.remove(name);
                    }
                });
        calls.create(name, script, hostConfig);
        ledger.note(
                name,
                "created",
                () -> {
                    assertThat(calls.status(name)).as(name).isEqualTo("created");
                    calls.remove(name);
                });
    }

    /// One that ends by itself, and is sometimes removed, dead or alive.
    private void shortLife() {
        String name = name("short");
        int code = random.nextInt(200);
        String pause = random.nextBoolean() ? "sleep 0." + random.nextInt(1, 9) + "; " : "";
        String log = "begin " + name + "\nend\n";
        create(name, "echo begin " + name + "; " + pause + "echo end; exit " + code, "");
        ledger.note(
                name,
                "start asked",
                () -> {
                    if (!calls.status(name).equals("created")) {
                        calls.ended(name, code, log);
                    }
                    calls.remove(name);
                });
        calls.start(name);
        ledger.note(
                name,
                "started",
                () -> {
                    calls.ended(name, code, log);
                    calls.remove(name);
                });
        if (random.nextInt(3) == 0) {
            ledger.note(name, "removal asked", () -> calls.remove(name));
            calls.delete(204, "/containers/" + name + "?force=1");
            ledger.note(name, "removed", () -> assertThat(calls.exists(name)).isFalse());
        }
    }

    /// Whoever stops a program at once may be quicker than its first word.
    private void stoppedAtOnce() {
        String name = name("stopped");
        begin(name);
        stop(name, "", "begin\n");
    }

    /// What the log said once it says for ever.
    private void stoppedAfterItSpoke() {
        String name = name("spoken");
        begin(name);
        while (calls.log(name).isEmpty()) {
            Thread.onSpinWait();
        }
        stop(name, "begin\n");
    }

    private void begin(String name) {
        create(name, "echo begin" + FOR_EVER, "");
        ledger.note(
                name,
                "start asked",
                () -> {
                    if (!calls.status(name).equals("created")) {
                        runsOrWasKilled(name, "", "begin\n");
                    }
                    calls.remove(name);
                });
        calls.start(name);
        ledger.note(
                name,
                "started",
                () -> {
                    assertThat(calls.status(name)).as(name).isEqualTo("running");
                    calls.remove(name);
                });
    }

    private void runsOrWasKilled(String name, String... logs) {
        if (calls.status(name).equals("exited")) {
            calls.ended(name, 137, logs);
        } else {
            assertThat(calls.status(name)).as(name).isEqualTo("running");
        }
    }

    private void stop(String name, String... logs) {
        ledger.note(
                name,
                "stop asked",
                () -> {
                    runsOrWasKilled(name, logs);
                    calls.remove(name);
                });
        calls.post(204, "/containers/" + name + "/stop?t=0", "");
        ledger.note(
                name,
                "stopped",
                () -> {
                    assertThat(calls.status(name)).as(name).isEqualTo("exited");
                    calls.ended(name, 137, logs);
                    calls.remove(name);
                });
    }

    private void paused() {
        String name = name("paused");
        begin(name);
        ledger.note(
                name,
                "pause asked",
                () -> {
                    assertThat(calls.status(name)).as(name).isIn("running", "paused");
                    calls.remove(name);
                });
        calls.post(204, "/containers/" + name + "/pause", "");
        ledger.note(
                name,
                "paused",
                () -> {
                    assertThat(calls.status(name)).as(name).isEqualTo("paused");
                    calls.post(204, "/containers/" + name + "/unpause", "");
                    assertThat(calls.status(name)).as(name).isEqualTo("running");
                    calls.remove(name);
                });
    }

    private void renamed() {
        String name = name("before");
        String after = name("after");
        create(name, "true", "");
        ledger.note(
                name,
                "rename to " + after + " asked",
                () -> {
                    assertThat(calls.exists(name)).as(after).isNotEqualTo(calls.exists(after));
                    calls.remove(name);
                    calls.remove(after);
                });
        calls.post(204, "/containers/" + name + "/rename?name=" + after, "");
        ledger.note(
                name,
                "renamed to " + after,
                () -> {
                    assertThat(calls.exists(name)).as(name).isFalse();
                    assertThat(calls.exists(after)).as(after).isTrue();
                    calls.remove(after);
                });
    }

    /// With `--rm`, and an anonymous volume that goes with it.
    private void vanishing() {
        String name = name("vanishing");
        create(name, "echo x > /v/x", "\"AutoRemove\":true,\"Binds\":[\"/v\"]");
        ledger.note(
                name,
                "start asked",
                () -> {
                    if (calls.exists(name) && calls.status(name).equals("created")) {
                        calls.delete(204, "/containers/" + name + "?v=1");
                    }
                    calls.gone(name);
                });
        calls.start(name);
        ledger.note(name, "started", () -> calls.gone(name));
    }

    /// Another process in a container that lasts: what it said and how it ended arrives whole.
    void execute(String container) {
        String made =
                calls.post(
                                201,
                                "/containers/" + container + "/exec",
                                "{\"Cmd\":[\"sh\",\"-c\",\"echo x; exit 3\"],\"AttachStdout\":true}")
                        .text();
        String id =
                Json.tree(made.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .path("Id")
                        .asString();
        boolean detached = random.nextBoolean();
        UnixHttp.Answer begun =
                calls.post(200, "/exec/" + id + "/start", "{\"Detach\":" + detached + "}");
        if (!detached) {
            assertThat(EngineCalls.text(begun.body())).isIn("x\n", "");
        }
    }
}
