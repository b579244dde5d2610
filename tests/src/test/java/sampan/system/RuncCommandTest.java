package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// `sampan-runc`: the life of bundles, in the words that engines above a runtime compare.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class RuncCommandTest {
    private final PrivateDaemon daemon;
    private final RuncBundle bundle;

    RuncCommandTest(PrivateDaemon daemon, @TempDir Path home) {
        this.daemon = daemon;
        this.bundle = new RuncBundle(Dist.program("sampan-runc"), environment(), home);
    }

    private Map<String, String> environment() {
        return daemon.environment();
    }

    @BeforeEach
    void make() {
        bundle.make();
    }

    @AfterEach
    void removeAll() {
        bundle.run("list", "-q").out().lines().forEach(bundle::delete);
    }

    @Test
    void runGivesOutputAndExitStatus() {
        bundle.runs("sh", "-c", "echo out; echo err >&2; cat; exit 7");
        Outcome outcome = bundle.with("run", "one").input("in\n").run();
        assertThat(outcome.status()).isEqualTo(7);
        assertThat(outcome.out()).isEqualTo("out\nin\n");
        assertThat(outcome.err()).isEqualTo("err\n");
        assertThat(bundle.run("list", "-q").text()).isEmpty();
    }

    @Test
    void runEndsAsTheSignalSays() {
        bundle.runs("sh", "-c", "echo up; exec sleep 100");
        try (Command.Running running = bundle.with("run", "one").start()) {
            Eventually.await("its output", () -> running.out().text().contains("up"));
            bundle.run("kill", "one", "KILL").expect(0);
            assertThat(running.outcome().status()).isEqualTo(137);
        }
    }

    @Test
    void createdOneWaitsUntilItIsStarted() throws IOException {
        Path told = bundle.file("told");
        Files.createFile(told);
        bundle.runs("sh", "-c", "echo started; exec sleep 100");
        String create = String.join(" ", words("create", "--pid-file", "pid", "two"));
        Command.of("sh", "-c", "cd " + bundle.file("") + "; " + create + " </dev/null >told 2>&1")
                .with(environment())
                .run()
                .expect(0);
        assertThat(bundle.status("two")).isEqualTo("created");
        String pid = Files.readString(bundle.file("pid"));
        assertThat(bundle.run("state", "two").text()).contains("\"pid\": " + pid + ",");
        assertThat(Files.size(told)).isZero();
        assertThat(bundle.run("exec", "two", "echo", "beside").text()).isEqualTo("beside");
        bundle.run("start", "two").expect(0);
        Eventually.await("its output", () -> has(told, "started"));
        assertThat(bundle.status("two")).isEqualTo("running");
        assertThat(failure("start", "two")).isEqualTo("cannot start an already running container");
        assertThat(failure("delete", "two"))
                .isEqualTo("cannot delete container two that is not stopped: running");
        bundle.run("kill", "two", "KILL").expect(0);
        Eventually.await("its end", () -> bundle.status("two").equals("stopped"));
        assertThat(failure("start", "two")).isEqualTo("cannot start a container that has stopped");
        assertThat(failure("kill", "two")).isEqualTo("container not running");
        bundle.run("delete", "two").expect(0);
        assertThat(failure("state", "two")).isEqualTo("container does not exist");
    }

    private static boolean has(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> words(String verb, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                Dist.program("sampan-runc"),
                                "--root",
                                bundle.state().toString(),
                                verb,
                                "-b",
                                bundle.bundle().toString()));
        all.addAll(List.of(more));
        return all;
    }

    /// The message of a command that must fail with exit status 1.
    private String failure(String... words) {
        return message(bundle.run(words), 1);
    }

    private static String message(Outcome outcome, int status) {
        String line = outcome.expect(status).err().lines().reduce("", (_, last) -> last);
        assertThat(line).startsWith("time=\"").contains(" level=error msg=\"");
        return line.replaceAll(".* msg=\"(.*)\"$", "$1").replace("\\\"", "\"");
    }

    @Test
    void refusalsAreRuncs() {
        for (String verb : List.of("state", "start", "kill", "delete", "pause", "resume", "ps")) {
            assertThat(failure(verb, "none")).as(verb).isEqualTo("container does not exist");
        }
        bundle.run("delete", "-f", "none").expect(0);
        assertThat(message(bundle.run("exec", "none", "true"), 255))
                .isEqualTo("exec failed: container does not exist");
        assertThat(failure("create", "../x"))
                .isEqualTo("runc create failed: invalid container ID format");
        assertThat(failure("create", "-b", "/none", "x"))
                .isEqualTo("runc create failed: chdir /none: no such file or directory");
        assertThat(failure("create", "-b", bundle.file("").toString(), "x"))
                .isEqualTo("runc create failed: JSON specification file config.json not found");
        assertThat(failure("create")).endsWith(": \"create\" requires exactly 1 argument(s)");
        assertThat(failure("run", "--nosuch", "x"))
                .isEqualTo("flag provided but not defined: -nosuch");
        assertThat(bundle.run("nosuch").status()).isEqualTo(3);
        bundle.runs("sleep", "100").background("three");
        assertThat(message(bundle.with("create", "three").run(), 1))
                .isEqualTo("runc create failed: container with given ID already exists");
        assertThat(failure("kill", "three", "FOO")).isEqualTo("unknown signal \"FOO\"");
    }

    @Test
    void execIsAnswered() {
        bundle.runs("sleep", "100").background("four");
        assertThat(bundle.run("exec", "four", "sh", "-c", "echo $A; exit 3").status()).isEqualTo(3);
        assertThat(
                        bundle.run(
                                        "exec",
                                        "-e",
                                        "A=b",
                                        "--user",
                                        "5:6",
                                        "-g",
                                        "7",
                                        "--cwd",
                                        "/tmp",
                                        "four",
                                        "sh",
                                        "-c",
                                        "echo $A; id; pwd")
                                .text())
                .isEqualTo("b\nuid=5 gid=6 groups=7\n/tmp");
        assertThat(message(bundle.run("exec", "four", "nosuch"), 255))
                .isEqualTo(
                        "exec failed: unable to start container process: exec: \"nosuch\":"
                                + " executable file not found in $PATH");
        assertThat(message(bundle.run("exec", "four", "/nosuch"), 255))
                .isEqualTo(
                        "exec failed: unable to start container process: exec: \"/nosuch\": stat"
                                + " /nosuch: no such file or directory");
        bundle.run("pause", "four").expect(0);
        assertThat(bundle.status("four")).isEqualTo("paused");
        assertThat(message(bundle.run("exec", "four", "true"), 255))
                .isEqualTo(
                        "exec failed: cannot exec in a paused container (use --ignore-paused to"
                                + " override)");
        bundle.run("resume", "four").expect(0);
        assertThat(failure("resume", "four")).isEqualTo("container not paused");
    }

    @Test
    void noDescriptorLeaks() {
        bundle.runs("sh", "-c", "for f in /proc/self/fd/*; do echo ${f##*/}; done");
        // the shell's own listing of the directory is the fourth
        assertThat(bundle.with("run", "five").run().text()).isEqualTo("0\n1\n2\n3");
        bundle.runs("sleep", "100").background("five");
        assertThat(
                        bundle.run(
                                        "exec",
                                        "five",
                                        "sh",
                                        "-c",
                                        "for f in /proc/self/fd/*; do echo ${f##*/}; done")
                                .text())
                .isEqualTo("0\n1\n2\n3");
    }

    @Test
    void preservedDescriptorsArrive() throws IOException {
        Files.writeString(bundle.file("three"), "of the caller");
        bundle.runs("cat", "/proc/self/fd/3");
        String run = String.join(" ", words("run", "--preserve-fds", "1", "six"));
        assertThat(
                        Command.of("sh", "-c", run + " 3<" + bundle.file("three"))
                                .with(environment())
                                .run()
                                .text())
                .isEqualTo("of the caller");
        assertThat(message(bundle.with("run", "--preserve-fds", "1", "six").run(), 1))
                .startsWith("runc run failed: please check that preserved-fd 0 (of 1) is present");
    }

    /// The launcher's image lay at the number that the caller had nothing at.
    @Test
    void anAnnouncedSocketThatIsMissingIsToldAndNoneOfOurs() {
        Outcome run =
                new Command(words("run", "nine"))
                        .with(environment())
                        .with(Map.of("LISTEN_FDS", "1"))
                        .run();
        assertThat(message(run, 1))
                .startsWith(
                        "runc run failed: please check that the socket 0 (of LISTEN_FDS=1) is"
                                + " present: stat /proc/self/fd/3");
    }

    @Test
    void containersOutliveTheDaemonAndTheNextCommandFindsThem() {
        bundle.runs("sleep", "100").background("seven");
        bundle.quiet(bundle.with("create", "eight")).expect(0);
        daemon.kill();
        daemon.start();
        assertThat(bundle.status("seven")).isEqualTo("running");
        assertThat(bundle.status("eight")).isEqualTo("created");
        assertThat(bundle.run("exec", "seven", "echo", "alive").text()).isEqualTo("alive");
        bundle.run("start", "eight").expect(0);
        assertThat(bundle.status("eight")).isEqualTo("running");
        bundle.delete("seven", "eight");
    }

    @Test
    void hooksGetTheStateInTheirOrder() throws IOException {
        Path log = bundle.file("hooks");
        StringBuilder hooks = new StringBuilder("\"hooks\": {");
        String separator = "";
        for (String kind :
                List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            hooks.append(separator)
                    .append("\"")
                    .append(kind)
                    .append("\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"echo ")
                    .append(kind)
                    .append(" $(cat) >>")
                    .append(log)
                    .append("\"]}]");
            separator = ",";
        }
        bundle.runs("true").edit("\"hostname\":", hooks + "}, \"hostname\":");
        bundle.with("run", "nine").run().expect(0);
        List<String> lines = Files.readAllLines(log);
        assertThat(lines.stream().map(line -> line.substring(0, line.indexOf(' '))).toList())
                .containsExactly(
                        "prestart", "createRuntime", "createContainer", "poststart", "poststop");
        assertThat(lines.getFirst()).contains("\"id\":\"nine\"", "\"status\":\"creating\"");
        assertThat(lines.getLast()).contains("\"id\":\"nine\"", "\"status\":\"stopped\"");
    }

    @Test
    void failingHookUndoesTheCreation() {
        bundle.runs("true")
                .edit(
                        "\"hostname\":",
                        "\"hooks\": {\"createRuntime\": [{\"path\": \"/bin/true\"}, {\"path\":"
                                + " \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"echo bad >&2; exit"
                                + " 5\"]}]}, \"hostname\":");
        assertThat(message(bundle.with("create", "ten").run(), 1))
                .startsWith(
                        "runc create failed: unable to start container process: error during"
                                + " container init: error running createRuntime hook #1: exit"
                                + " status 5");
        assertThat(failure("state", "ten")).isEqualTo("container does not exist");
    }

    @Test
    void terminalBelongsToTheProcessAndLeavesNewlinesBare() {
        bundle.edit("\"terminal\": false", "\"terminal\": true").runs("sh", "-c", "tty; stty -a");
        Outcome outcome = bundle.with("run", "eleven").run().expect(0);
        assertThat(outcome.out()).contains("/dev/pts/0\n", "-onlcr").doesNotContain("\r");
    }

    @Test
    void limitsAreSetAndUpdated() {
        bundle.edit("\"resources\": {", "\"resources\": {\"pids\": {\"limit\": 20},")
                .runs("sleep", "100")
                .background("twelve");
        bundle.run("update", "--pids-limit", "30", "twelve").expect(0);
        bundle.command("update", "-r", "-", "twelve")
                .input("{\"memory\": {\"limit\": 50000000}}")
                .run()
                .expect(0);
        String stats = bundle.run("events", "--stats", "twelve").text();
        assertThat(stats)
                .startsWith("{\"type\":\"stats\",\"id\":\"twelve\",\"data\":{\"cpu\":")
                .contains("\"pids\":{\"current\":1,\"limit\":30}", "\"limit\":49999872");
        assertThat(failure("update", "--memory", "abc", "twelve"))
                .isEqualTo("invalid value for memory: invalid size: 'abc'");
    }

    @Test
    void listAndPsLookAsRuncs() {
        bundle.runs("sleep", "100").background("thirteen");
        List<String> rows = bundle.run("list").lines();
        assertThat(rows.getFirst()).matches("ID +PID +STATUS +BUNDLE +CREATED +OWNER");
        assertThat(rows.get(1)).matches("thirteen +[0-9]+ +running +/.*/bundle +20.*Z +root");
        assertThat(bundle.run("list", "-f", "json").text())
                .startsWith("[{\"ociVersion\":\"1.")
                .contains("\"id\":\"thirteen\"", "\"status\":\"running\"");
        assertThat(bundle.run("ps", "thirteen").text()).contains("UID", "CMD", "sleep 100");
        assertThat(bundle.run("ps", "-f", "json", "thirteen").text()).matches("\\[[0-9]+\\]");
    }

    @Test
    void logGoesWhereItIsSentInTheFormThatIsAsked() throws IOException {
        Path log = bundle.file("log.json");
        Outcome outcome = bundle.command("state", "none").run().expect(1);
        assertThat(outcome.out()).isEmpty();
        String words =
                "--log " + log + " --log-format json --root " + bundle.state() + " state none";
        Command.of("sh", "-c", Dist.program("sampan-runc") + " " + words)
                .with(environment())
                .run()
                .expect(1);
        assertThat(Files.readString(log))
                .startsWith(
                        "{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"");
    }

    /// An engine above waits for the processes itself, as their subreaper; one that ended at once
    /// was reaped by its launcher once, and the engine waited for ever.
    @Test
    void theCallersSubreaperGetsEveryEnd() {
        bundle.runs("sleep", "100").background("fourteen");
        String script =
                """
                import ctypes, os, subprocess, sys
                ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
                for i in range(20):
                    subprocess.run(sys.argv[2:], check=True, stdin=subprocess.DEVNULL)
                    pid = int(open(sys.argv[1]).read())
                    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5
                """;
        Path pid = bundle.file("pid");
        List<String> words = new ArrayList<>(List.of("python3", "-c", script, pid.toString()));
        words.addAll(
                List.of(
                        Dist.program("sampan-runc"),
                        "--root",
                        bundle.state().toString(),
                        "exec",
                        "-d",
                        "--pid-file",
                        pid.toString(),
                        "fourteen",
                        "sh",
                        "-c",
                        "exit 5"));
        new Command(words).with(environment()).run().expect(0);
    }

    /// The console goes over a socket; the caller's own stdio is free again when `create` is done:
    /// an engine above reads its output to the end.
    @Test
    void theConsoleIsSentAndNothingOfTheCallersKept() {
        bundle.edit("\"terminal\": false", "\"terminal\": true").runs("sh", "-c", "stty -a; tty");
        String script =
                """
                import array, os, socket, subprocess, sys
                server = socket.socket(socket.AF_UNIX)
                server.bind(sys.argv[1])
                server.listen(1)
                server.settimeout(30)
                command = sys.argv[3:]
                create = ["create", "-b", sys.argv[2], "--console-socket", sys.argv[1], "fifteen"]
                made = subprocess.run(command + create, stdin=subprocess.DEVNULL,
                    capture_output=True, timeout=30)
                assert made.returncode == 0, made
                _, sent, _, _ = server.accept()[0].recvmsg(64, socket.CMSG_SPACE(4))
                console = array.array("i", sent[0][2])[0]
                subprocess.run(command + ["start", "fifteen"], check=True)
                text = b""
                while b"/dev/pts/0" not in text:
                    text += os.read(console, 4096)
                assert b"-onlcr" in text, text
                """;
        Command.of(
                        "python3",
                        "-c",
                        script,
                        bundle.file("console").toString(),
                        bundle.bundle().toString(),
                        Dist.program("sampan-runc"),
                        "--root",
                        bundle.state().toString())
                .with(environment())
                .run()
                .expect(0);
    }
}
