package sampan.linux.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.process.Children;
import sampan.linux.process.ProcessTable;
import sampan.linux.process.SpawnRequest;
import sampan.linux.process.Spawned;
import sampan.linux.process.Spawner;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Timeout(60)
class NamespacesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @Test
    void idsAreReadAsTheLinksHaveThem() {
        assertThat(NamespaceId.parse("mnt:[4026531832]"))
                .isEqualTo(new NamespaceId(NamespaceKind.MNT, 4026531832L))
                .hasToString("mnt:[4026531832]");
        for (String bad : List.of("", "mnt", "mnt:[x]", "what:[1]", "mnt:[1", ":[1]")) {
            assertThatThrownBy(() -> NamespaceId.parse(bad)).isInstanceOf(SampanException.class);
        }
    }

    @Test
    void thisProcessIsInOneOfEachKind() throws Exception {
        Map<NamespaceKind, NamespaceId> own = Namespaces.of(SELF);
        assertThat(own).containsOnlyKeys(NamespaceKind.values());
        for (NamespaceKind kind : NamespaceKind.values()) {
            Path link = Path.of("/proc/self/ns", kind.procName());
            assertThat(own.get(kind)).hasToString(Files.readSymbolicLink(link).toString());
            try (Fd fd = Namespaces.open(SELF, kind)) {
                assertThat(Namespaces.of(fd)).isEqualTo(own.get(kind));
            }
        }
        assertThatThrownBy(() -> Namespaces.of(Integer.MAX_VALUE))
                .isInstanceOf(ErrnoException.class);
    }

    @Test
    @Tag("privileged")
    void aNetworkLivesInItsDescriptorAndIsEnteredByAThreadOnly() {
        NamespaceId before = Namespaces.of(SELF).get(NamespaceKind.NET);
        try (Fd net = NetNs.create()) {
            NamespaceId made = Namespaces.of(net);
            assertThat(made).isNotEqualTo(before);
            String devices =
                    NamespaceThread.call(
                            List.of(net),
                            () -> Files.readString(Path.of("/proc/thread-self/net/dev")));
            assertThat(devices).contains("lo:").doesNotContain("eth");
            assertThat(Namespaces.netnsId(net)).isEmpty();
        }
        assertThat(Namespaces.of(SELF)).containsEntry(NamespaceKind.NET, before);
    }

    @Test
    @Tag("privileged")
    void whatTheCodeThrowsComesBack() {
        Callable<String> refused =
                () -> {
                    throw SampanException.conflict("thrown on purpose");
                };
        assertThatThrownBy(() -> NamespaceThread.call(List.of(), refused))
                .hasMessage("thrown on purpose");
        Callable<String> checked =
                () -> {
                    throw new IOException("checked");
                };
        assertThatThrownBy(() -> NamespaceThread.call(List.of(), checked))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("checked");
        try (Fd user = Namespaces.open(SELF, NamespaceKind.USER)) {
            assertThatThrownBy(() -> NamespaceThread.call(List.of(user), () -> 1))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageStartingWith("setns");
        }
    }

    /// Rows of a process that is alone in its namespaces, against those of lsns(8).
    @Test
    @Tag("privileged")
    void rowsAreThoseOfLsns() {
        try (FileIo.Pipe stdin = FileIo.pipe2(0);
                FileIo.Pipe stdout = FileIo.pipe2(0)) {
            String script = "echo ready; exec sleep 1000";
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest(
                                    "/usr/bin/unshare",
                                    List.of(
                                            "unshare", "-m", "-n", "-i", "-u", "-C", "-T", "-U",
                                            "-r", "sh", "-c", script),
                                    List.of("PATH=/usr/bin:/bin"),
                                    List.of(stdin.readEnd(), stdout.writeEnd())));
            try {
                assertThat(FileIo.read(stdout.readEnd(), new byte[6])).isEqualTo(6);
                awaitCommand(child.pid());
                List<String> ours = new ArrayList<>();
                for (NamespaceRow row : Namespaces.list()) {
                    if (row.pid() == child.pid()) {
                        ours.add(
                                String.join(
                                        " ",
                                        Long.toString(row.id().inode()),
                                        row.id().kind().procName(),
                                        Integer.toString(row.processes()),
                                        Integer.toString(row.pid()),
                                        Integer.toString(row.ppid()),
                                        Integer.toString(row.uid()),
                                        row.user(),
                                        Long.toString(row.parent().orElse(0L)),
                                        Long.toString(row.owner().orElse(0L)),
                                        row.command()));
                    }
                }
                assertThat(ours).hasSizeGreaterThanOrEqualTo(6).isEqualTo(lsns(child.pid()));
            } finally {
                ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
                Children.await(child.pid());
            }
        }
    }

    private static void awaitCommand(int pid) {
        while (!ProcessTable.of(pid).orElseThrow().comm().equals("sleep")) {
            Thread.onSpinWait();
        }
    }

    private static List<String> lsns(int pid) {
        try (FileIo.Pipe stdout = FileIo.pipe2(0);
                Fd none = Fd.open("/dev/null", Open.RDWR)) {
            Spawned lsns =
                    Spawner.spawn(
                            new SpawnRequest(
                                    "/usr/bin/lsns",
                                    List.of(
                                            "lsns",
                                            "-n",
                                            "-r",
                                            "-u",
                                            "-o",
                                            "NS,TYPE,NPROCS,PID,PPID,UID,USER,PNS,ONS,COMMAND"),
                                    List.of("PATH=/usr/bin:/bin"),
                                    List.of(none, stdout.writeEnd(), none)));
            stdout.writeEnd().close();
            byte[] out = FileIo.readFully(stdout.readEnd(), 1 << 20);
            assertThat(Children.await(lsns.pid()).exitCode()).isZero();
            return new String(out, StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replace("\\x20", " "))
                    .filter(line -> line.split(" ", -1)[3].equals(Integer.toString(pid)))
                    .toList();
        }
    }

    @Test
    void onlyTheKindsAskedFor() {
        List<NamespaceRow> rows = Namespaces.list(EnumSet.of(NamespaceKind.UTS));
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.id().kind()).isEqualTo(NamespaceKind.UTS));
        assertThat(rows)
                .isSortedAccordingTo((a, b) -> Long.compare(a.id().inode(), b.id().inode()));
        assertThat(rows.stream().mapToInt(NamespaceRow::processes).sum()).isPositive();
    }
}
