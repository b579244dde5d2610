package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sampan.oci.json.Json;

/// `sampan explain`: the launch as it ran, who shares what, why it ended.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ExplainCommandTest {
    private final PrivateDaemon daemon;

    ExplainCommandTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private String explain(String container) {
        return daemon.sampan("explain", container).expect(0).out();
    }

    @Test
    void theStepsAreThoseThatRan() {
        String id =
                daemon.background("--hostname", "told", "-e", "A=b c", "busybox", "sleep", "100");
        assertThat(explain(id))
                .contains("runs, as process " + daemon.inspect(id, "{{.State.Pid}}"))
                .containsSubsequence(
                        "CLONE flags=",
                        "FSCONFIG",
                        "lowerdir+",
                        "PIVOT",
                        "SETHOSTNAME name=\"told\"",
                        "SECCOMP",
                        "EXEC file=\"sleep\" argv=[\"sleep\", \"100\"]",
                        "\"A=b c\"");
        Map<?, ?> document =
                (Map<?, ?>)
                        Json.read(
                                        daemon.sampan("explain", "--json", id).expect(0).output(),
                                        List.class)
                                .getFirst();
        Map<?, ?> launch = Objects.requireNonNull((Map<?, ?>) document.get("Launch"));
        List<?> steps = Objects.requireNonNull((List<?>) launch.get("Steps"));
        assertThat(((Map<?, ?>) steps.getLast()).get("Call")).isEqualTo("EXEC");
        assertThat(document.get("Status")).isEqualTo("running");
    }

    @Test
    void theStepThatFailedIsNamedAndNothingAfterItRan() {
        daemon.sampan("run", "--name", "bad", "-v", "/tmp:/etc/passwd/x", "busybox", "true")
                .expect(125);
        String text = explain("bad");
        assertThat(text)
                .contains("did not start")
                .containsSubsequence(
                        "ENSURE_DIR",
                        "/etc/passwd/x failed: ENOTDIR (Not a directory)",
                        "EXEC file=\"true\"",
                        "(not reached)");
        daemon.sampan("run", "--name", "gone", "busybox", "nothing-there").expect(127);
        assertThat(explain("gone")).contains("EXEC (child) nothing-there failed: ENOENT");
    }

    @Test
    void endsAreToldInWords() {
        daemon.sampan("run", "--name", "seven", "busybox", "sh", "-c", "exit 7").expect(7);
        assertThat(explain("seven")).contains("ended by itself, with exit code 7");
        daemon.sampan("run", "--name", "fine", "busybox", "true").expect(0);
        assertThat(explain("fine")).contains("with success (exit code 0)");
        daemon.background("--name", "stopped", "busybox", "sleep", "100");
        daemon.sampan("stop", "-t", "0", "stopped").expect(0);
        assertThat(explain("stopped")).contains("SIGKILL, after its stop was asked for");
        daemon.sampan("run", "--name", "hog", "-m", "16m", "busybox", "sh", "-c", "tail /dev/zero");
        assertThat(explain("hog")).contains("OOM killer").contains("memory limit of 16MiB");
        daemon.sampan("create", "--name", "never", "busybox").expect(0);
        assertThat(explain("never")).contains("created and never started");
        daemon.kill();
        daemon.start();
        // what is kept outlives the daemon
        assertThat(explain("seven")).contains("exit code 7").contains("EXEC file=\"sh\"");
    }

    @Test
    void execsAreExplainedToo() {
        String id = daemon.background("busybox", "sleep", "100");
        daemon.sampan("exec", "-e", "A=b c", id, "sh", "-c", "exit 3").expect(3);
        daemon.docker("exec", id, "nothing-there").expect(127);
        List<String> execs =
                explain(id).lines().dropWhile(line -> !line.startsWith("Execs")).skip(1).toList();
        assertThat(execs).hasSize(2);
        assertThat(execs.getFirst()).endsWith("sh -c exit 3  ended with exit code 3");
        assertThat(execs.getLast()).endsWith("nothing-there  did not start");
        String first = execs.getFirst().strip().split(" ", -1)[0];
        assertThat(daemon.sampan("explain", "--exec", first, id).expect(0).out())
                .startsWith("Exec " + first)
                .containsSubsequence("SETNS", "SECCOMP", "EXEC file=\"sh\"", "\"A=b c\"");
        String last = execs.getLast().strip().split(" ", -1)[0];
        assertThat(daemon.sampan("explain", "--exec", last, id).expect(0).out())
                .contains("EXEC (child) nothing-there failed: ENOENT");
        assertThat(daemon.sampan("explain", "--exec", "0", "--json", "none-such").expect(1).err())
                .contains("No such container");
        assertThat(daemon.sampan("explain", "--exec", "none", id).expect(1).err())
                .contains("No such exec of container");
    }

    @Test
    void whoSharesIsToldOfContainersAndProcesses() {
        daemon.background("--name", "first", "--network", "none", "busybox", "sleep", "100");
        daemon.background(
                "--name",
                "second",
                "--network",
                "container:first",
                "--pid",
                "host",
                "busybox",
                "sleep",
                "100");
        String text = explain("second");
        assertThat(text.lines().filter(line -> line.startsWith("  net ")))
                .singleElement()
                .asString()
                .contains("shared with first");
        assertThat(text.lines().filter(line -> line.startsWith("  pid ")))
                .singleElement()
                .asString()
                .contains("the host's");
        String pid = daemon.inspect("first", "{{.State.Pid}}");
        assertThat(explain(pid)).contains("to container first");
        assertThat(daemon.sampan("explain", "none-such").expect(1).err())
                .contains("No such container: none-such");
    }
}
