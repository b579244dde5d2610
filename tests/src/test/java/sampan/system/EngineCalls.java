package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// Calls of the API that a load makes. A daemon that dies shows as [UncheckedIOException].
final class EngineCalls {
    private static final Duration EXIT = Duration.ofSeconds(30);
    private static final int FRAME_HEAD = 8;

    private final PrivateDaemon daemon;
    private final AtomicBoolean ending = new AtomicBoolean();

    EngineCalls(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    /// From now on the daemon may refuse what it is asked: it was told to end.
    void ending(boolean now) {
        ending.set(now);
    }

    UnixHttp.Answer expect(int status, UnixHttp.Answer answer) {
        if (ending.get() && answer.status() >= 500) {
            throw new UncheckedIOException(new java.io.IOException(answer.text()));
        }
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    UnixHttp.Answer get(String target) {
        return daemon.http().get(target);
    }

    UnixHttp.Answer post(int status, String target, String json) {
        return expect(status, daemon.http().post(target, json));
    }

    UnixHttp.Answer send(int status, String method, String target, byte[] tar) {
        return expect(status, daemon.http().request(method, target, "application/x-tar", tar));
    }

    UnixHttp.Answer delete(int status, String target) {
        return expect(status, daemon.http().delete(target));
    }

    void create(String name, String script, String hostConfig) {
        post(
                201,
                "/containers/create?name=" + name,
                "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\""
                        + script
                        + "\"],\"HostConfig\":{"
                        + hostConfig
                        + "}}");
    }

    void start(String name) {
        post(204, "/containers/" + name + "/start", "");
    }

    boolean exists(String name) {
        UnixHttp.Answer answer = get("/containers/" + name + "/json");
        assertThat(answer.status()).as(answer.text()).isIn(200, 404);
        return answer.status() == 200;
    }

    JsonNode inspect(String name) {
        return Json.tree(get("/containers/" + name + "/json").body());
    }

    JsonNode state(String name) {
        return inspect(name).path("State");
    }

    String status(String name) {
        return state(name).path("Status").asString();
    }

    /// Both streams as they came.
    String log(String name) {
        return text(expect(200, get("/containers/" + name + "/logs?stdout=1&stderr=1")).body());
    }

    /// Takes Docker's stream frames apart.
    static String text(byte[] framed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at + FRAME_HEAD <= framed.length; ) {
            int length = ByteBuffer.wrap(framed, at + 4, 4).getInt();
            out.write(framed, at + FRAME_HEAD, length);
            at += FRAME_HEAD + length;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /// Waits for the end, and sees that it was the right one.
    void ended(String name, int code, String... logs) {
        Eventually.await(
                "the end of " + name + ", state " + state(name),
                EXIT,
                () -> status(name).equals("exited"));
        assertThat(state(name).path("ExitCode").asInt())
                .as(name + " " + state(name))
                .isEqualTo(code);
        assertThat(log(name)).as("the log of " + name).isIn((Object[]) logs);
    }

    /// Whether its network still leads to us.
    void connected(String name) {
        Outcome ping = daemon.docker("exec", name, "ping", "-c1", "-W10", daemon.gateway());
        assertThat(ping.status()).as(name + ": " + ping.out() + ping.err()).isZero();
    }

    void remove(String name) {
        UnixHttp.Answer removed = daemon.http().delete("/containers/" + name + "?force=1&v=1");
        assertThat(removed.status()).as(name + ": " + removed.text()).isIn(204, 404);
    }

    void gone(String name) {
        Eventually.await(name + " to be gone", EXIT, () -> !exists(name));
    }
}
