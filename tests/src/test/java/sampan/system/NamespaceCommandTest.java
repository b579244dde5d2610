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
    private void assertEqualLists(List<String> lsns, List<String> ours) {
        List<String> wanted = List.of();
        List<String> got = List.of();
        for (int i = 0; i < TRIES && (wanted.isEmpty() || !got.equals(wanted)); i++) {
            wanted = rows(new Command(lsns).run());
            got = rows(daemon.sampan(ours.toArray(String[]::new)));
        }
        assertThat(got).isEqualTo(wanted);
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
}
