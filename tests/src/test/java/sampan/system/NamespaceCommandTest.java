package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The namespace commands against the machine's own tools.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class NamespaceCommandTest {
    private static final int TRIES = 60;

    private final PrivateDaemon daemon;

    NamespaceCommandTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    /// Rows with white space as one: widths are taste.
    private static List<String> rows(Outcome outcome) {
        return outcome.lines().stream().map(row -> row.strip().replaceAll("\\s+", " ")).toList();
    }

    /// Since util-linux 2.41 lsns also lists namespaces that no process is in and some descriptor
    /// holds; ours lists, as the older ones did, those that processes are in.
    private static List<String> lsns(String... words) {
        List<String> command = new ArrayList<>(List.of("lsns"));
        command.addAll(List.of(words));
        if (Command.of("lsns", "--help").run().text().contains("--filter")) {
            command.addAll(List.of("--filter", "NPROCS > 0"));
        }
        return command;
    }

    /// Other processes of the machine come and go between the two looks: one of many must agree.
    /// lsns itself gives up, with 1 and without a word, where one ends while it looks.
    private void assertEqualLists(List<String> lsns, List<String> ours) {
        List<String> wanted = List.of();
        List<String> got = List.of();
        for (int i = 0; i < TRIES && (wanted.isEmpty() || !got.equals(wanted)); i++) {
            Outcome look = new Command(lsns).run();
            wanted = look.status() == 1 && look.out().isEmpty() ? List.of() : rows(look);
            got = rows(daemon.sampan(ours.toArray(String[]::new)));
        }
        assertThat(got).isEqualTo(wanted).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnt", "net", "ipc", "user", "pid", "uts", "cgroup", "time"})
    void listEqualsLsns(String kind) {
        daemon.background("busybox", "sleep", "100");
        assertEqualLists(lsns("-t", kind), List.of("ns", "ls", "-t", kind));
    }

    @Test
    void theWholeListEqualsLsns() {
        daemon.background("busybox", "sleep", "100");
        assertEqualLists(lsns(), List.of("ns", "ls"));
    }

    @Test
    void showEqualsTheLinks() {
        String id = daemon.background("busybox", "sleep", "100");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        String shown = daemon.sampan("ns", "show", id).text();
        for (String kind : List.of("mnt", "net", "ipc", "user", "pid", "uts", "cgroup", "time")) {
            String number =
                    Command.of("readlink", "/proc/" + pid + "/ns/" + kind)
                            .run()
                            .text()
                            .replaceAll("\\D", "");
            assertThat(shown).as(kind).contains(number);
        }
        assertThat(daemon.sampan("ns", "show", pid).text()).isEqualTo(shown);
    }

    @Test
    void enterEqualsNsenter() {
        String id = daemon.background("busybox", "sleep", "100");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        assertThat(daemon.sampan("ns", "enter", "-t", id, "-n", "--", "ip", "addr").text())
                .isEqualTo(Command.of("nsenter", "-t", pid, "-n", "ip", "addr").run().text())
                .contains("eth0");
        assertThat(daemon.sampan("ns", "enter", "-t", pid, "-n", "-u", "--", "hostname").text())
                .isEqualTo(daemon.docker("exec", id, "hostname").text());
        assertThat(
                        daemon.sampan("ns", "enter", "-t", id, "-a", "--", "sh", "-c", "exit 5")
                                .status())
                .isEqualTo(5);
        assertThat(daemon.sampan("ns", "enter", "-t", id, "-m", "--", "nothing-there").status())
                .isEqualTo(127);
    }

    @Test
    void unshareMakesNewOnes() {
        String ours = Command.of("readlink", "/proc/self/ns/uts").run().text();
        assertThat(
                        daemon.sampan("ns", "unshare", "-u", "--", "readlink", "/proc/self/ns/uts")
                                .text())
                .isNotEqualTo(ours);
        assertThat(
                        daemon.sampan("ns", "unshare", "-n", "--", "ls", "/sys/class/net")
                                .expect(0)
                                .out())
                .isNotEmpty();
        assertThat(daemon.sampan("ns", "unshare", "-p", "-f", "--", "sh", "-c", "echo $$").text())
                .isEqualTo("1");
    }

    @Test
    void columnsAndFormsEqualLsns() {
        daemon.background("busybox", "sleep", "100");
        String columns = "NS,TYPE,PATH,NPROCS,PID,PPID,UID,USER,ONS,PNS,COMMAND";
        assertEqualLists(
                lsns("-t", "pid", "-o", columns), List.of("ns", "ls", "-t", "pid", "-o", columns));
        assertEqualLists(lsns("-r", "-t", "uts"), List.of("ns", "ls", "-r", "-t", "uts"));
        assertEqualLists(lsns("-n", "-t", "net"), List.of("ns", "ls", "-n", "-t", "net"));
        assertEqualLists(lsns("-l", "-t", "mnt"), List.of("ns", "ls", "-l", "-t", "mnt"));
        assertThat(daemon.sampan("ns", "ls", "-o", "none").expect(1).err())
                .contains("unknown column: none");
    }

    @Test
    void processesOfOneNamespaceEqualLsns() {
        String id = daemon.background("busybox", "sh", "-c", "sleep 100 & wait");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        String number =
                Command.of("readlink", "/proc/" + pid + "/ns/uts")
                        .run()
                        .text()
                        .replaceAll("\\D", "");
        assertEqualLists(List.of("lsns", number), List.of("ns", "ls", number));
        assertThat(daemon.sampan("ns", "ls", "12345").expect(1).err())
                .contains("not found namespace: 12345");
    }

    private void assertSame(List<String> tool, List<String> ours) {
        Outcome wanted = new Command(tool).run();
        Outcome got = daemon.sampan(ours.toArray(String[]::new));
        assertThat(got.out()).as(String.join(" ", ours)).isEqualTo(wanted.out());
        assertThat(got.status()).as(String.join(" ", ours)).isEqualTo(wanted.status());
    }

    @Test
    void flagsOfEnterEqualNsenters() {
        String id = daemon.background("busybox", "sleep", "100");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        String file = "/proc/" + pid + "/ns/net";
        for (List<String> words :
                List.of(
                        List.of("-n", "ip", "-o", "link"),
                        List.of("-n", "-u", "--", "hostname"),
                        List.of("-m", "pwd"),
                        List.of("-m", "-r", "ls", "/"),
                        List.of("-m", "-W/etc", "pwd"), // newer ones take no word for it
                        List.of("-m", "-w", "pwd"),
                        List.of("-u", "-r", "ls", "/bin/busybox"), // 2.41 wants a namespace too
                        List.of("-u", "--wd=/usr", "pwd"),
                        List.of("-n", "-S", "1000", "-G", "1000", "id"),
                        List.of("-C", "cat", "/proc/self/cgroup"),
                        List.of("-p", "readlink", "/proc/self/ns/pid"),
                        List.of("-p", "sh", "-c", "kill -9 $$"),
                        List.of("-n", "nothing-there"),
                        List.of("-n", "/etc"),
                        List.of("-Q", "true"))) {
            List<String> tool = new java.util.ArrayList<>(List.of("nsenter", "-t", pid));
            tool.addAll(words);
            List<String> ours = new java.util.ArrayList<>(List.of("ns", "enter", "-t", id));
            ours.addAll(words);
            assertSame(tool, ours);
        }
        assertSame(
                List.of("nsenter", "--net=" + file, "ip", "-o", "link"),
                List.of("ns", "enter", "--net=" + file, "ip", "-o", "link"));
        assertThat(daemon.sampan("ns", "enter", "-n", "true").expect(1).err())
                .contains("no target specified");
    }

    @Test
    void flagsOfUnshareEqualUnshares() {
        for (List<String> words :
                List.of(
                        List.of("-r", "cat", "/proc/self/uid_map", "/proc/self/setgroups"),
                        List.of("-c", "id", "-u"),
                        List.of("-U", "cat", "/proc/self/uid_map"),
                        List.of("-U", "--setgroups", "deny", "cat", "/proc/self/setgroups"),
                        List.of("-r", "--setgroups", "allow", "true"),
                        List.of("--map-user", "33", "--map-group", "44", "id", "-u"),
                        List.of("-r", "--keep-caps", "grep", "CapAmb", "/proc/self/status"),
                        List.of("-m", "findmnt", "-no", "PROPAGATION", "/"),
                        List.of(
                                "-m",
                                "--propagation",
                                "shared",
                                "findmnt",
                                "-no",
                                "PROPAGATION",
                                "/"),
                        List.of("-m", "-R", "/usr", "ls", "-d", "/bin"),
                        List.of("-w", "/usr", "pwd"),
                        List.of(
                                "-T",
                                "-f",
                                "--monotonic",
                                "5000",
                                "cat",
                                "/proc/self/timens_offsets"),
                        List.of("--boottime", "1", "true"),
                        List.of("-p", "--kill-child", "sh", "-c", "echo $$"),
                        List.of("-f", "sh", "-c", "kill -15 $$"),
                        List.of("-G", "1000", "id", "-g"))) {
            List<String> tool = new java.util.ArrayList<>(List.of("unshare"));
            tool.addAll(words);
            List<String> ours = new java.util.ArrayList<>(List.of("ns", "unshare"));
            ours.addAll(words);
            assertSame(tool, ours);
        }
        // as root, without the programs that unshare needs for ranges
        assertThat(
                        daemon.sampan(
                                        "ns",
                                        "unshare",
                                        "--map-users",
                                        "0,1000,10",
                                        "--map-groups",
                                        "5,6,7",
                                        "cat",
                                        "/proc/self/uid_map",
                                        "/proc/self/gid_map")
                                .text()
                                .strip()
                                .split("\\s+"))
                .containsExactly("1000", "0", "10", "6", "5", "7");
    }
}
