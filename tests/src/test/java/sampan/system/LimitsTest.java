package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Limits and rights, each shown by what the process can and cannot do.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class LimitsTest {
    /// Five seconds of them.
    private static final int PERIODS = 50;

    private final PrivateDaemon daemon;

    LimitsTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private Outcome run(String... optionsImageCommand) {
        List<String> words = Command.words("run", "--rm");
        words.addAll(List.of(optionsImageCommand));
        return daemon.docker(words.toArray(String[]::new));
    }

    @Test
    void aMemoryHogIsKilledAndInspectSaysSo() {
        String id =
                daemon.background(
                        "--memory",
                        "16m",
                        "--memory-swap",
                        "16m",
                        "busybox",
                        "sh",
                        "-c",
                        "exec tail /dev/zero");
        assertThat(daemon.docker("wait", id).text()).isEqualTo("137");
        assertThat(daemon.inspect(id, "{{.State.OOMKilled}}")).isEqualTo("true");
        String tame = daemon.background("--memory", "16m", "busybox", "true");
        daemon.docker("wait", tame).expect(0);
        assertThat(daemon.inspect(tame, "{{.State.OOMKilled}}")).isEqualTo("false");
    }

    @Test
    void aChildThatIsKilledForMemoryDoesNotEndTheContainer() {
        String id =
                daemon.background(
                        "--memory",
                        "16m",
                        "--memory-swap",
                        "16m",
                        "busybox",
                        "sh",
                        "-c",
                        "tail /dev/zero; echo child $?; sleep 100");
        Eventually.await(
                "the child's end", () -> daemon.docker("logs", id).out().contains("child 137"));
        assertThat(daemon.inspect(id, "{{.State.Running}} {{.State.OOMKilled}}"))
                .isEqualTo("true true");
        daemon.docker("stop", "-t", "0", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.OOMKilled}}")).isEqualTo("true");
    }

    @Test
    void thePidsLimitRefusesTheFork() {
        Outcome outcome =
                run(
                        "--pids-limit",
                        "5",
                        "busybox",
                        "sh",
                        "-c",
                        "for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo all");
        assertThat(outcome.out()).doesNotContain("all");
        assertThat(outcome.err()).contains("can't fork");
    }

    @Test
    void halfAProcessorIsHalfAProcessor() {
        daemon.background(
                "--name",
                "half",
                "--cpus",
                "0.5",
                "busybox",
                "sh",
                "-c",
                "while :; do :; done & while :; do :; done");
        ProcessorTime time = ProcessorTime.of(daemon.inspect("half", "{{.State.Pid}}"));
        assertThat(time.usedWhereLimited(PERIODS)).isBetween(0.475, 0.525);
    }

    @Test
    void cpusetsBindToProcessors() {
        assertThat(
                        run(
                                        "--cpuset-cpus",
                                        "1",
                                        "busybox",
                                        "grep",
                                        "Cpus_allowed_list",
                                        "/proc/self/status")
                                .text())
                .endsWith("\t1");
        assertThat(run("--cpuset-cpus", "4000", "busybox", "true").expect(125).err())
                .contains("4000");
    }

    @Test
    void aReadOnlyRootRefusesWrites() {
        Outcome outcome =
                run(
                        "--read-only",
                        "--tmpfs",
                        "/tmp",
                        "busybox",
                        "sh",
                        "-c",
                        "echo x >/tmp/f && cat /tmp/f; echo y >/g");
        assertThat(outcome.expect(1).out()).isEqualTo("x\n");
        assertThat(outcome.err()).contains("Read-only file system");
    }

    @Test
    void capabilitiesAreFewAndCanBeDroppedAndAdded() {
        String usual = "a80425fb";
        String show = "sed -n 's/^CapEff:\\t0*//p;s/^CapBnd:\\t0*//p' /proc/self/status";
        assertThat(run("busybox", "sh", "-c", show).lines()).containsOnly(usual).hasSize(2);
        assertThat(run("--cap-drop", "ALL", "busybox", "chown", "1", "/tmp").expect(1).err())
                .contains("not permitted");
        assertThat(run("--cap-drop", "CHOWN", "busybox", "chown", "1", "/tmp").status())
                .isEqualTo(1);
        run("busybox", "chown", "1", "/tmp").expect(0);
        assertThat(run("busybox", "ip", "link", "add", "d0", "type", "dummy").status()).isNotZero();
        run("--cap-add", "NET_ADMIN", "busybox", "ip", "link", "set", "lo", "mtu", "1400")
                .expect(0);
        assertThat(run("--cap-add", "NONSENSE", "busybox", "true").expect(125).err())
                .containsIgnoringCase("nonsense");
    }

    @Test
    void seccompRefusesByDefaultAndByProfile(@TempDir Path dir) throws IOException {
        Outcome usual = run("busybox", "unshare", "-m", "true");
        assertThat(usual.err()).contains("Operation not permitted");
        assertThat(run("busybox", "grep", "Seccomp:", "/proc/self/status").text()).endsWith("\t2");
        assertThat(
                        run(
                                        "--security-opt",
                                        "seccomp=unconfined",
                                        "busybox",
                                        "grep",
                                        "Seccomp:",
                                        "/proc/self/status")
                                .text())
                .endsWith("\t0");
        Path profile = dir.resolve("no-mkdir.json");
        Files.writeString(
                profile,
                """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
                """);
        assertThat(
                        run("--security-opt", "seccomp=" + profile, "busybox", "mkdir", "/tmp/d")
                                .expect(1)
                                .err())
                .contains("Operation not permitted");
        run("--security-opt", "seccomp=" + profile, "busybox", "touch", "/tmp/d").expect(0);
        Files.writeString(profile, "{\"defaultAction\": \"SCMP_ACT_NONSENSE\"}");
        assertThat(run("--security-opt", "seccomp=" + profile, "busybox", "true").status())
                .isEqualTo(125);
    }

    @Test
    void noNewPrivilegesWhenAsked() {
        String show = "NoNewPrivs:";
        assertThat(run("busybox", "grep", show, "/proc/self/status").text()).endsWith("\t0");
        assertThat(
                        run(
                                        "--security-opt",
                                        "no-new-privileges",
                                        "busybox",
                                        "grep",
                                        show,
                                        "/proc/self/status")
                                .text())
                .endsWith("\t1");
    }

    @Test
    void usersGroupsAndDirectories() {
        assertThat(run("--user", "guest", "busybox", "id").text())
                .isEqualTo("uid=1000(guest) gid=1000(guest) groups=1000(guest)");
        assertThat(
                        run(
                                        "--user",
                                        "7:8",
                                        "--group-add",
                                        "9",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "id -u; id -g; id -G")
                                .lines())
                .containsExactly("7", "8", "8 9");
        assertThat(run("--user", "nobody-here", "busybox", "true").expect(125).err())
                .contains("nobody-here");
        assertThat(run("--user", "guest", "busybox", "sh", "-c", "echo x >/etc/f").status())
                .isEqualTo(1);
        assertThat(run("-w", "/made/here", "busybox", "pwd").text()).isEqualTo("/made/here");
        assertThat(run("--user", "guest", "busybox", "grep", "CapEff", "/proc/self/status").text())
                .endsWith("\t0000000000000000");
    }

    @Test
    void anExecOfAnUnknownUserIsRefusedBeforeItIsMade() {
        String id = daemon.background("busybox", "sleep", "100");
        assertThat(daemon.docker("exec", "-u", "nobody-here", id, "true").expect(1).err())
                .contains(
                        "Error response from daemon: unable to find user nobody-here: no matching entries in passwd file");
        assertThat(daemon.docker("exec", "-u", "guest:nobody-here", id, "true").expect(1).err())
                .contains("unable to find group nobody-here");
        assertThat(daemon.inspect(id, "{{json .ExecIDs}}")).isEqualTo("null");
        assertThat(daemon.docker("exec", "-u", "guest", id, "id", "-un").text()).isEqualTo("guest");
    }

    @Test
    void ulimitsAndSysctls() {
        assertThat(
                        run(
                                        "--ulimit",
                                        "nofile=77:99",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "ulimit -Sn; ulimit -Hn")
                                .lines())
                .containsExactly("77", "99");
        assertThat(run("--ulimit", "core=0", "busybox", "sh", "-c", "ulimit -c").text())
                .isEqualTo("0");
        assertThat(
                        run(
                                        "--sysctl",
                                        "net.ipv4.ip_unprivileged_port_start=5",
                                        "busybox",
                                        "cat",
                                        "/proc/sys/net/ipv4/ip_unprivileged_port_start")
                                .text())
                .isEqualTo("5");
        assertThat(run("--sysctl", "kernel.pid_max=100000", "busybox", "true").expect(125).err())
                .contains("kernel.pid_max");
    }

    @Test
    void devicesAreFewUnlessGiven() {
        assertThat(run("busybox", "sh", "-c", "mknod /tmp/d b 1 0 && cat /tmp/d").expect(1).err())
                .contains("Operation not permitted");
        String zero = "head -c 3 /dev/nought | wc -c";
        assertThat(run("--device", "/dev/zero:/dev/nought:r", "busybox", "sh", "-c", zero).text())
                .isEqualTo("3");
        assertThat(
                        run(
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "for d in null zero full random urandom tty; do [ -c /dev/$d ] || echo no $d; done")
                                .text())
                .isEmpty();
        // the docker client takes these words for a missing program
        assertThat(run("--device", "/dev/none-such", "busybox", "true").expect(127).err())
                .contains("/dev/none-such");
    }

    @Test
    void initReapsAndForwardsSignals() {
        String id =
                daemon.background(
                        "--init",
                        "busybox",
                        "sh",
                        "-c",
                        "trap 'exit 8' TERM; (sleep 0.01 &); echo on; while :; do sleep 0.05; done");
        Eventually.await("the shell", () -> daemon.docker("logs", id).out().contains("on"));
        Eventually.await(
                "no zombie",
                () -> !daemon.docker("exec", id, "ps", "-o", "stat,args").out().contains("Z"));
        assertThat(daemon.docker("exec", id, "cat", "/proc/1/cmdline").out())
                .doesNotStartWith("sh");
        daemon.docker("stop", "-t", "20", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.ExitCode}}")).isEqualTo("8");
    }

    @Test
    void privilegedMayDoNearlyAnything() {
        assertThat(run("--privileged", "busybox", "grep", "Seccomp:", "/proc/self/status").text())
                .endsWith("\t0");
        run(
                        "--privileged",
                        "busybox",
                        "sh",
                        "-c",
                        "mkdir /m && mount -t tmpfs none /m && umount /m")
                .expect(0);
        run("--privileged", "busybox", "sh", "-c", "mknod /tmp/z c 1 5 && head -c 1 /tmp/z")
                .expect(0);
        assertThat(run("busybox", "sh", "-c", "mkdir /m && mount -t tmpfs none /m").status())
                .isNotZero();
        assertThat(
                        run(
                                        "--privileged",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "[ -w /proc/sys/kernel/hostname ] && echo yes")
                                .text())
                .isEqualTo("yes");
    }

    @Test
    void secretsOfTheMachineAreHidden() {
        assertThat(
                        run(
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "head -c 1 /proc/kcore | wc -c; cat /proc/keys /proc/timer_list; ls /sys/firmware")
                                .text())
                .isEqualTo("0");
        assertThat(run("busybox", "sh", "-c", "echo x >/proc/sys/kernel/hostname").expect(1).err())
                .contains("Read-only file system");
        assertThat(run("busybox", "ls", "/proc/self/fd").lines()).hasSize(4); // 0 1 2 and ls's own
        assertThat(run("busybox", "env").lines())
                .allMatch(line -> line.matches("(PATH|HOSTNAME|HOME)=.*"));
    }

    @Test
    void theOomScoreAndShmSizeAreSet() {
        assertThat(
                        run("--oom-score-adj", "500", "busybox", "cat", "/proc/self/oom_score_adj")
                                .text())
                .isEqualTo("500");
        assertThat(
                        run(
                                        "--shm-size",
                                        "8m",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "df -k /dev/shm | tail -1 | awk '{print $2}'")
                                .text())
                .isEqualTo("8192");
    }

    @Test
    void whatIsNotThereYetIsRefusedAndNotIgnored() {
        for (String[] option :
                List.of(
                        new String[] {"--runtime", "none-such"},
                        new String[] {"--log-driver", "none-such"},
                        new String[] {"--storage-opt", "none=such"},
                        new String[] {"--network", "none-such"})) {
            List<String> words = Command.words("run", "--rm");
            words.addAll(List.of(option));
            words.addAll(List.of("busybox", "true"));
            Outcome outcome = daemon.docker(words.toArray(String[]::new));
            assertThat(outcome.expect(125).err()).as(String.join(" ", option)).contains("none");
        }
    }
}
