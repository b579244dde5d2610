package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// `sampan-runc`: fields of the specification that need more than one process to be seen.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class RuncSpecTest {
    private final PrivateDaemon daemon;
    private final RuncBundle bundle;

    RuncSpecTest(PrivateDaemon daemon, @TempDir Path home) {
        this.daemon = daemon;
        this.bundle = new RuncBundle(Dist.program("sampan-runc"), daemon.environment(), home);
    }

    @BeforeEach
    void make() {
        bundle.make();
    }

    @AfterEach
    void removeAll() {
        bundle.run("list", "-q").out().lines().forEach(bundle::delete);
    }

    private RuncBundle linux(String fields) {
        return bundle.edit("\"linux\": {", "\"linux\": {" + fields + ",");
    }

    private static String hook(String kind, String script) {
        return "\""
                + kind
                + "\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \""
                + script
                + "\"], \"env\": [\"PATH=/usr/bin:/bin\"]}]";
    }

    private static String last(Outcome outcome, int status) {
        return outcome.expect(status)
                .err()
                .lines()
                .reduce("", (_, line) -> line)
                .replaceAll(".* msg=\"(.*)\"$", "$1")
                .replace("\\\"", "\"");
    }

    @Test
    void aMissingProgramIsToldByCreate() throws IOException {
        String failed =
                "runc create failed: unable to start container process: error during container"
                        + " init: exec: ";
        assertThat(last(bundle.runs("nosuch").with("create", "one").run(), 1))
                .isEqualTo(failed + "\"nosuch\": executable file not found in $PATH");
        assertThat(last(bundle.runs("/nosuch").with("create", "one").run(), 1))
                .isEqualTo(failed + "\"/nosuch\": stat /nosuch: no such file or directory");
        assertThat(last(bundle.runs("/etc").with("create", "one").run(), 1))
                .isEqualTo(failed + "\"/etc\": is a directory");
        Files.writeString(bundle.bundle().resolve("rootfs/bin/text"), "no program");
        assertThat(last(bundle.runs("text").with("create", "one").run(), 1))
                .isEqualTo(failed + "\"text\": executable file not found in $PATH");
        assertThat(last(bundle.runs("/bin/text").with("create", "one").run(), 1))
                .isEqualTo(failed + "\"/bin/text\": permission denied");
        assertThat(bundle.run("list", "-q").text()).isEmpty();
    }

    @Test
    void hooksOfTheRuntimeSeeTheContainersMounts() throws IOException {
        String see =
                "P=$(sed 's/.*pid\\\":\\\\([0-9]*\\\\).*/\\\\1/'); pwd >> out; grep -c rootfs/proc"
                        + " /proc/$P/mounts >> out";
        bundle.runs("true")
                .edit(
                        "\"hostname\":",
                        "\"hooks\": {"
                                + hook("prestart", see)
                                + ","
                                + hook("createRuntime", see)
                                + ","
                                + hook(
                                        "createContainer",
                                        "sed 's/.*pid\\\":\\\\([0-9]*\\\\).*/\\\\1/' >> out")
                                + "}, \"hostname\":");
        bundle.with("run", "two").run().expect(0);
        String place = bundle.bundle().toRealPath().toString();
        assertThat(Files.readAllLines(bundle.bundle().resolve("out")))
                .containsExactly(place, "1", place, "1", "1");
    }

    @Test
    void idMappedMountShowsOtherOwners() throws IOException {
        Path source = Files.createDirectory(bundle.file("source"));
        Files.createFile(source.resolve("file"));
        String map = "[{\"containerID\": 0, \"hostID\": 7000, \"size\": 10}]";
        bundle.runs("stat", "-c", "%u:%g", "/m/file")
                .edit(
                        "\"mounts\": [",
                        "\"mounts\": [{\"destination\": \"/m\", \"type\": \"bind\", \"source\": \""
                                + source
                                + "\", \"options\": [\"bind\"], \"uidMappings\": "
                                + map
                                + ", \"gidMappings\": "
                                + map
                                + "},");
        assertThat(bundle.with("run", "three").run().text()).isEqualTo("7000:7000");
    }

    /// What an agent is told and asked, with the filter before and after the way down to the user.
    @Test
    void supervisorGetsTheStateAndAnswersForTheContainer() {
        String agent =
                """
                import fcntl, json, os, socket, struct, subprocess, sys
                path, config, command = sys.argv[1], sys.argv[2], sys.argv[3:]
                server = socket.socket(socket.AF_UNIX)
                server.bind(path)
                server.listen(4)
                server.settimeout(30)
                text = open(config).read()
                for privileges in ("true", "false"):
                    open(config, "w").write(text.replace('"noNewPrivileges": true', '"noNewPrivileges": ' + privileges))
                    run = subprocess.Popen(command + ["run", "-b", os.path.dirname(config), "four"],
                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    agent = server.accept()[0]
                    message, (notify,), _, _ = socket.recv_fds(agent, 65536, 1)
                    assert agent.recv(1) == b""
                    told = json.loads(message)
                    assert told["fds"] == ["seccompFd"] and told["metadata"] == "meta", told
                    state = told["state"]
                    assert state["id"] == "four" and state["status"] == "creating", told
                    assert state["pid"] == told["pid"] > 1, told
                    asked = bytearray(80)
                    fcntl.ioctl(notify, 0xc0502100, asked)
                    answer = struct.pack("QqiI", struct.unpack_from("Q", asked)[0], 0, -28, 0)
                    fcntl.ioctl(notify, 0xc0182101, bytearray(answer))
                    os.close(notify)
                    out, _ = run.communicate(timeout=30)
                    assert "No space left" in out, out
                """;
        Path socket = bundle.file("agent");
        linux(
                        "\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\":"
                                + " [\"SECCOMP_FILTER_FLAG_TSYNC\"], \"listenerPath\": \""
                                + socket
                                + "\", \"listenerMetadata\": \"meta\", \"syscalls\": [{\"names\":"
                                + " [\"mkdir\", \"mkdirat\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}")
                .runs("mkdir", "/tmp/made");
        Path config = bundle.bundle().resolve("config.json");
        Command.of(
                        "python3",
                        "-c",
                        agent,
                        socket.toString(),
                        config.toString(),
                        Dist.program("sampan-runc"),
                        "--root",
                        bundle.state().toString())
                .with(daemon.environment())
                .run()
                .expect(0);
    }

    @Test
    void supervisorThatIsNotThereIsTold() {
        String filter =
                "\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", PATH \"syscalls\":"
                        + " [{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}";
        linux(filter.replace("PATH", ""));
        assertThat(last(bundle.with("run", "five").run(), 1))
                .isEqualTo("runc run failed: seccomp listenerPath is not set");
        bundle.edit("\"syscalls\":", "\"listenerPath\": \"/no/agent\", \"syscalls\":");
        assertThat(last(bundle.with("run", "five").run(), 1))
                .startsWith(
                        "runc run failed: failed to connect with seccomp agent specified in the"
                                + " seccomp profile: ");
    }

    @Test
    void networkDeviceOfTheCallersMovesWithItsAddresses() {
        linux("\"netDevices\": {\"moved0\": {\"name\": \"inside0\"}}")
                .runs("ip", "-o", "addr", "show", "inside0");
        String run =
                String.join(
                        " ",
                        List.of(
                                Dist.program("sampan-runc"),
                                "--root",
                                bundle.state().toString(),
                                "run",
                                "-b",
                                bundle.bundle().toString(),
                                "six"));
        String script =
                "ip link add moved0 type veth peer name stays0; ip addr add 10.9.0.1/24 dev moved0;"
                        + " ip addr add 2001:db8::1/64 dev moved0; "
                        + run
                        + "; ip -o link show moved0";
        Outcome outcome =
                Command.of("unshare", "-n", "sh", "-c", script).with(daemon.environment()).run();
        assertThat(outcome.out()).contains("inet 10.9.0.1/24", "inet6 2001:db8::1/64");
        assertThat(outcome.err()).contains("moved0").contains("does not exist");
        assertThat(last(bundle.with("run", "six").run(), 1))
                .isEqualTo("runc run failed: moving network device moved0: Link not found");
    }

    @Test
    void execGoesWhereItsControllersSay() throws IOException {
        bundle.runs("sleep", "100").background("seven");
        String own = Command.of("cat", "/proc/self/cgroup").run().text();
        boolean unified = own.lines().allMatch(line -> line.startsWith("0:"));
        String state = bundle.run("exec", "seven", "cat", "/proc/self/cgroup").text();
        if (unified) {
            assertThat(last(bundle.run("exec", "--cgroup", "cpu:sub", "seven", "true"), 255))
                    .isEqualTo("exec failed: unknown controller cpu in SubCgroupPaths");
            return;
        }
        assertThat(state).contains(":pids:");
        assertThat(last(bundle.run("exec", "--cgroup", "pids:none", "seven", "true"), 255))
                .contains("error adding pid to cgroups", "/none/cgroup.procs");
        assertThat(last(bundle.run("exec", "--cgroup", ":sub", "seven", "true"), 255))
                .isEqualTo(
                        "exec failed: invalid --cgroup argument: :sub (empty <controller> prefix)");
        assertThat(last(bundle.run("exec", "--cgroup", "pids:../..", "seven", "true"), 255))
                .isEqualTo("exec failed: bad sub cgroup path: ../.. is not a sub cgroup path");
        Path sub = place("pids", bundle.run("state", "seven").text()).resolve("sub");
        Files.createDirectory(sub);
        String inside =
                bundle.run("exec", "--cgroup", "pids:sub", "seven", "cat", "/proc/self/cgroup")
                        .text();
        assertThat(inside.lines().filter(line -> line.contains(":pids:")))
                .allMatch(line -> line.endsWith("/sub"))
                .isNotEmpty();
        assertThat(inside.lines().filter(line -> line.contains(":memory:")))
                .noneMatch(line -> line.endsWith("/sub"))
                .isNotEmpty();
    }

    private static Path place(String controller, String state) throws IOException {
        String pid = state.replaceAll("(?s).*\"pid\": ([0-9]+).*", "$1");
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            if (line.contains(":" + controller + ":")) {
                return Path.of(
                        "/sys/fs/cgroup/" + controller + line.substring(line.lastIndexOf(':') + 1));
            }
        }
        throw new AssertionError(controller);
    }

    @Test
    void cgroupsOfSystemdAreRefusedWhereContainersAreMade() {
        assertThat(
                        last(
                                bundle.command(
                                                "--systemd-cgroup",
                                                "run",
                                                "-b",
                                                bundle.bundle().toString(),
                                                "eight")
                                        .run(),
                                1))
                .startsWith("runc run failed: ")
                .contains("systemd");
        bundle.run("--systemd-cgroup", "features").expect(0);
    }

    @Test
    void containerThatMemoryIsTooShortForIsToldSo() {
        bundle.edit("\"resources\": {", "\"resources\": {\"memory\": {\"limit\": 4096},");
        assertThat(last(bundle.with("run", "nine").run(), 1))
                .isEqualTo(
                        "runc run failed: unable to start container process: container init was"
                                + " OOM-killed (memory limit too low?)");
    }

    @Test
    void callerThatIsBoundToACpuBindsNoContainer() throws IOException {
        String own =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .findFirst()
                        .orElseThrow();
        bundle.runs("grep", "Cpus_allowed_list:", "/proc/self/status");
        String run = Dist.program("sampan-runc") + " --root " + bundle.state() + " run -b ";
        String first = own.replaceAll(".*\\t([0-9]+).*", "$1");
        assertThat(
                        Command.of(
                                        "sh",
                                        "-c",
                                        "taskset -c "
                                                + first
                                                + " "
                                                + run
                                                + bundle.bundle()
                                                + " ten")
                                .with(daemon.environment())
                                .run()
                                .text())
                .isEqualTo(own);
    }
}
