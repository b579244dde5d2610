package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options of `docker run`, as dockerd answers to the same words.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class RunOptionsTest {
    private final PrivateDaemon daemon;

    RunOptionsTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private Outcome run(String... optionsImageCommand) {
        List<String> words = Command.words("run", "--rm");
        words.addAll(List.of(optionsImageCommand));
        return daemon.docker(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    nosuch       | 127 | exec: "nosuch": executable file not found in $PATH
                    ./nosuch     | 127 | exec: "./nosuch": stat ./nosuch: no such file or directory
                    /etc/passwd  | 126 | exec: "/etc/passwd": permission denied
                    /etc         | 126 | exec: "/etc": is a directory: permission denied
                    ''           | 127 | exec: "": executable file not found in $PATH
                    """)
    void programsThatDoNotRun(String program, int code, String text) {
        assertThat(run("busybox", program).expect(code).err())
                .contains(
                        "unable to start container process: error during container init: " + text);
        String id = daemon.background("busybox", "sleep", "1000");
        Outcome exec = daemon.docker("exec", id, program).expect(code);
        assertThat(exec.out()).contains("OCI runtime exec failed").contains(text);
    }

    @Test
    void anExecutableThatIsNoProgramEndsTheContainer() {
        String make = "printf '#!/no/such\\n' >/bad; echo text >/text; chmod +x /bad /text; exec ";
        assertThat(run("busybox", "sh", "-c", make + "/bad").status()).isEqualTo(127);
        String id = daemon.background("busybox", "sh", "-c", make + "sleep 1000");
        Eventually.await(
                "the files", () -> daemon.docker("exec", id, "test", "-x", "/text").status() == 0);
        assertThat(daemon.docker("exec", id, "/bad").expect(255).err())
                .isEqualTo("exec /bad: no such file or directory\n");
        assertThat(daemon.docker("exec", id, "/text").expect(255).err())
                .isEqualTo("exec /text: exec format error\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --user=99999999999          | uids and gids must be in range 0-2147483647
                    --user=nobody-here          | unable to find user nobody-here: no matching entries in passwd file
                    --group-add=nobody-here     | unable to find group nobody-here: no matching entries in group file
                    --security-opt=a=b          | invalid --security-opt 2: "a=b"
                    --cap-add=NONSENSE          | invalid CapAdd: unknown capability: "CAP_NONSENSE"
                    --cap-drop=NONSENSE         | invalid CapDrop: unknown capability: "CAP_NONSENSE"
                    --sysctl=net.no.such=1      | write sysctl key net.no.such: open /proc/sys/net/no/such: no such file or directory
                    --ulimit=nofile=2000000000  | RLIMIT_NOFILE
                    --device=/etc/passwd        | not a device node
                    --tmpfs=/t:nonsense         | invalid tmpfs option "nonsense"
                    --tmpfs=/etc/passwd         | Are you trying to mount a directory onto a file (or vice-versa)?
                    -v=/etc/passwd:/etc         | Are you trying to mount a directory onto a file (or vice-versa)?
                    --ipc=container:nosuch      | No such container: nosuch
                    --pid=container:nosuch      | No such container: nosuch
                    --volumes-from=nosuch       | No such container: nosuch
                    --cpuset-cpus=a             | Invalid value a for cpuset cpus: invalid format: a
                    --oom-score-adj=1001        | range for oom score adj is [-1000, 1000]
                    --memory=1m                 | Minimum memory limit allowed is 6MB
                    """)
    void refusalsInDockersWords(String option, String text) {
        Outcome outcome = run(option, "busybox", "true");
        assertThat(outcome.status()).isIn(125, 127);
        assertThat(outcome.err()).contains(text).doesNotContain("Unable to find image");
    }

    @Test
    void modesOfNamespaces() {
        assertThat(run("--ipc", "host", "busybox", "sh", "-c", "mount | grep -c mqueue").text())
                .isEqualTo("1");
        assertThat(run("--uts", "host", "busybox", "hostname").text())
                .isEqualTo(
                        Residue.read(java.nio.file.Path.of("/proc/sys/kernel/hostname")).strip());
        assertThat(run("--pid", "host", "busybox", "sh", "-c", "[ $$ != 1 ] && echo y").text())
                .isEqualTo("y");
        assertThat(
                        run(
                                        "--cgroupns",
                                        "private",
                                        "busybox",
                                        "grep",
                                        "-c",
                                        ":/$",
                                        "/proc/1/cgroup")
                                .text())
                .isNotEqualTo("0");
        String donor =
                daemon.background(
                        "--ipc",
                        "shareable",
                        "busybox",
                        "sh",
                        "-c",
                        "echo shared >/dev/shm/f; exec sleep 1000");
        String join = "container:" + donor;
        Eventually.await(
                "the file",
                () -> daemon.docker("exec", donor, "test", "-s", "/dev/shm/f").status() == 0);
        assertThat(run("--ipc", join, "busybox", "cat", "/dev/shm/f").text()).isEqualTo("shared");
        assertThat(run("--pid", join, "busybox", "ps").out()).contains("sleep 1000");
        assertThat(run("--network", join, "busybox", "hostname").text())
                .isEqualTo(daemon.docker("exec", donor, "hostname").text());
    }

    @Test
    void aReadOnlyContainerCannotWriteItsHostFilesEither() {
        Outcome outcome = run("--read-only", "busybox", "sh", "-c", "echo x >/etc/hosts");
        assertThat(outcome.expect(1).err()).contains("Read-only file system");
        run("busybox", "sh", "-c", "echo x >>/etc/hosts").expect(0);
    }

    @Test
    void ownCgroupsAreWritableWhenAsked() {
        String make =
                "for d in /sys/fs/cgroup /sys/fs/cgroup/memory; do mkdir $d/sub && exit 0; done; exit 1";
        assertThat(run("busybox", "sh", "-c", make).status()).isEqualTo(1);
        run("--security-opt", "writable-cgroups=true", "busybox", "sh", "-c", make).expect(0);
    }

    @Test
    void limitsReachTheirFiles() {
        assertThat(
                        run(
                                        "--memory=20m",
                                        "--memory-reservation=10m",
                                        "--cpus=1.5",
                                        "--cpu-shares=77",
                                        "--pids-limit=50",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes"
                                                + " memory/memory.soft_limit_in_bytes"
                                                + " cpu/cpu.cfs_quota_us cpu/cpu.shares pids/pids.max"
                                                + " 2>/dev/null || cat memory.max memory.low cpu.max"
                                                + " cpu.weight pids.max")
                                .lines())
                .contains("20971520", "10485760", "50");
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--name",
                                        "told",
                                        "--stop-timeout",
                                        "0",
                                        "busybox",
                                        "true")
                                .status())
                .isZero();
        assertThat(daemon.inspect("told", "{{.Config.StopTimeout}}")).isEqualTo("0");
    }

    @Test
    void aLongNameOfTheHostIsShortenedInItsHosts() {
        assertThat(
                        run("--hostname", "box.example.org", "busybox", "tail", "-n1", "/etc/hosts")
                                .text())
                .endsWith("\tbox.example.org box");
    }
}
