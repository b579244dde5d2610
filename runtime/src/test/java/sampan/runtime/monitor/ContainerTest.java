package sampan.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Hook;
import sampan.oci.spec.Hooks;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Rlimit;
import sampan.oci.spec.Root;
import sampan.oci.spec.User;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.compile.RootSource;
import sampan.runtime.compile.RootView;
import sampan.runtime.monitor.TestBox.Reports;
import sampan.runtime.plan.LaunchPlan;

/// Containers that run, seen from inside.
@Tag("privileged")
class ContainerTest {
    @TempDir Path directory;
    private TestBox box;

    @BeforeEach
    void open() throws IOException {
        box = new TestBox(directory);
    }

    @AfterEach
    void close() {
        box.close();
    }

    @Test
    void hasNamespacesOfItsOwn() throws Exception {
        assertThat(box.output("echo $$; hostname; ls /sys/class/net; ls /; id"))
                .startsWith("1\nbox\nlo\n")
                .contains("bin\ndev\netc\nproc\nsys\ntmp\n");
    }

    @Test
    void writesGoToTheUpperLayerOfAnOverlay() throws Exception {
        Path upper = Files.createDirectories(directory.resolve("u/fs"));
        Path work = Files.createDirectories(directory.resolve("u/work"));
        Path point = Files.createDirectories(directory.resolve("point"));
        Path other = Files.createDirectories(directory.resolve("other/etc"));
        Files.writeString(other.resolve("top"), "from the upper lower");
        LaunchContext.Builder context =
                LaunchContext.builder(
                        "overlay",
                        new RootSource.Overlay(
                                List.of(
                                        directory.resolve("other").toString(),
                                        box.rootfs.toString()),
                                upper.toString(),
                                work.toString(),
                                List.of()),
                        point.toString());
        String out =
                box.output(
                        box.spec(TestBox.process("cat /etc/top; echo new > /etc/mine").build())
                                .build(),
                        context);
        assertThat(out).isEqualTo("from the upper lower");
        assertThat(upper.resolve("etc/mine")).hasContent("new\n");
        assertThat(box.rootfs.resolve("etc/mine")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(point.toString());
    }

    @Test
    void theFirstProcessHasNoDescriptorsButItsOwn() throws Exception {
        assertThat(box.output("ls /proc/self/fd | tr '\\n' ' '").replace("tr", ""))
                .isEqualTo("0 1 2 3 ");
    }

    @Test
    void devicesAndLinksAreThere() throws Exception {
        assertThat(
                        box.output(
                                "stat -c '%n %t:%T %a' /dev/null /dev/zero /dev/full /dev/random"
                                        + " /dev/urandom /dev/tty; for l in fd stdin ptmx; do"
                                        + " readlink /dev/$l; done; echo x > /dev/null"))
                .isEqualTo(
                        """
                        /dev/null 1:3 666
                        /dev/zero 1:5 666
                        /dev/full 1:7 666
                        /dev/random 1:8 666
                        /dev/urandom 1:9 666
                        /dev/tty 5:0 666
                        /proc/self/fd
                        /proc/self/fd/0
                        pts/ptmx
                        """);
    }

    @Test
    void theUserHasItsIdsHomeAndCapabilities() throws Exception {
        ContainerProcess process =
                TestBox.process("id; echo $HOME; umask; pwd; grep -E 'Cap|NoNew' /proc/self/status")
                        .user(new User(1000, 1001, Optional.of(0027), List.of(44L)))
                        .cwd("/made/for/it")
                        .noNewPrivileges(true)
                        .capabilities(
                                new Capabilities(
                                        List.of("CAP_KILL", "CAP_CHOWN"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL")))
                        .build();
        try (Fd root = Fd.open(box.rootfs.toString(), Open.PATH | Open.DIRECTORY)) {
            assertThat(
                            box.output(
                                    box.spec(process).build(),
                                    box.context().view(RootView.of(root))))
                    .isEqualTo(
                            """
                            uid=1000(sailor) gid=1001 groups=44
                            /home/sailor
                            0027
                            /made/for/it
                            CapInh:\t0000000000000020
                            CapPrm:\t0000000000000020
                            CapEff:\t0000000000000020
                            CapBnd:\t0000000000000021
                            CapAmb:\t0000000000000020
                            NoNewPrivs:\t1
                            """);
        }
    }

    @Test
    void pathsAreMaskedReadOnlyAndTheRootToo() throws Exception {
        Linux linux =
                TestBox.linux().toBuilder()
                        .maskedPaths(List.of("/proc/version", "/proc/acpi", "/etc", "/missing"))
                        .readonlyPaths(List.of("/proc/sys", "/proc/bus"))
                        .sysctl(Map.of("net.ipv4.ip_forward", "1", "kernel.shmmni", "99"))
                        .build();
        String script =
                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni;"
                        + "wc -c < /proc/version; ls /etc | wc -l;"
                        + "touch /etc/x 2>&1; touch /y 2>&1;"
                        + "echo 0 2>&1 > /proc/sys/net/ipv4/ip_forward; true";
        assertThat(
                        box.output(
                                box.spec(TestBox.process(script).build())
                                        .root(new Root("rootfs", true))
                                        .linux(linux)
                                        .build(),
                                box.context()))
                .isEqualTo(
                        """
                        1
                        99
                        0
                        0
                        touch: /etc/x: Read-only file system
                        touch: /y: Read-only file system
                        sh: can't create /proc/sys/net/ipv4/ip_forward: Read-only file system
                        """);
    }

    @Test
    void bindsAndTmpfsAreMountedAsAskedFor() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data/sub"));
        Files.writeString(data.resolve("f"), "inside");
        List<Mount> mounts = new ArrayList<>(TestBox.mounts());
        mounts.add(Mount.of("bind", "data", "/a/b", "rbind", "ro", "nosuid", "rprivate"));
        mounts.add(
                Mount.of("bind", data.resolve("f").toString(), "/etc/passwd", "bind", "noexec"));
        mounts.add(Mount.of("tmpfs", "t", "/tmp", "tmpcopyup", "size=1m", "mode=1770"));
        Files.writeString(box.rootfs.resolve("tmp/kept"), "copied up");
        String script =
                "cat /a/b/sub/f /etc/passwd /tmp/kept; echo; stat -c %a /tmp;"
                        + "touch /a/b/x 2>&1; grep -E ' /(a/b|etc/passwd|tmp) ' /proc/mounts |"
                        + " cut -d' ' -f2,4 | cut -d, -f1-3";
        assertThat(
                        box.output(
                                box.spec(TestBox.process(script).build()).mounts(mounts).build(),
                                box.context()))
                .startsWith("insideinsidecopied up\n1770\ntouch: /a/b/x: Read-only file system\n")
                .contains("/a/b ro,nosuid", "/etc/passwd rw,noexec")
                .contains("/tmp rw,");
        assertThat(box.rootfs.resolve("tmp/kept")).hasContent("copied up");
    }

    @Test
    void linksInTheImageLeadNowhereElse() throws Exception {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.createSymbolicLink(box.rootfs.resolve("trap"), outside);
        List<Mount> mounts = new ArrayList<>(TestBox.mounts());
        mounts.add(Mount.of("tmpfs", "t", "/trap/made"));
        box.output(
                box.spec(TestBox.process("test -d /trap/made").build()).mounts(mounts).build(),
                box.context());
        assertThat(outside.resolve("made")).doesNotExist();
        assertThat(box.rootfs.resolve(outside.toString().substring(1) + "/made")).isDirectory();
    }

    @Test
    void procBehindALinkIsRefused() throws Exception {
        Files.delete(box.rootfs.resolve("proc"));
        Files.createSymbolicLink(box.rootfs.resolve("proc"), Path.of("/tmp"));
        StepFailure failure =
                box.fail(
                        PlanCompiler.compile(
                                box.spec(TestBox.process("true").build()).build(),
                                box.context().build()),
                        List.of());
        assertThat(failure.call()).isEqualTo("OPENAT2");
        assertThat(failure.path()).isEqualTo("/proc");
    }

    @Test
    void aUserNamespaceMapsItsRootToNobodyOfTheHost() throws Exception {
        List<IdMapping> map = List.of(new IdMapping(0, 100_000, 1000));
        Linux linux =
                Linux.builder()
                        .namespaces(
                                Stream.of("user", "pid", "mount", "ipc", "uts", "network", "cgroup")
                                        .map(Namespace::create)
                                        .toList())
                        .uidMappings(map)
                        .gidMappings(map)
                        .build();
        Path data = Files.createDirectory(directory.resolve("private"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(data.resolve("f"), "x");
        Files.createDirectory(box.rootfs.resolve("data"));
        List<Mount> mounts = new ArrayList<>(TestBox.mounts());
        mounts.add(Mount.of("bind", data.toString(), "/data", "bind"));
        String script =
                "id -u; cat /proc/self/uid_map | tr -s ' '; stat -c %u /data;"
                        + "echo x > /dev/null; stat -L -c %u /proc/self; hostname; ls /data 2>&1; true";
        assertThat(
                        box.output(
                                box.spec(TestBox.process(script).build())
                                        .linux(linux)
                                        .mounts(mounts)
                                        .build(),
                                box.context()))
                .startsWith("0\n 0 100000 1000\n65534\n0\nbox\nls: can't open '/data'");
    }

    @Test
    void timeOffsetsShift() throws Exception {
        List<Namespace> namespaces = new ArrayList<>(TestBox.linux().namespaces());
        namespaces.add(Namespace.create("time"));
        Linux linux =
                TestBox.linux().toBuilder()
                        .namespaces(namespaces)
                        .timeOffsets(Map.of("boottime", new Linux.TimeOffset(10_000_000, 0)))
                        .build();
        String uptime =
                box.output(
                        box.spec(TestBox.process("cut -d. -f1 /proc/uptime").build())
                                .linux(linux)
                                .build(),
                        box.context());
        assertThat(Long.parseLong(uptime.strip())).isGreaterThan(10_000_000);
    }

    @Test
    void limitsSchedulerAndPersonality() throws Exception {
        ContainerProcess process =
                TestBox.process(
                                "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj;"
                                        + "cat /proc/self/personality 2>/dev/null ||"
                                        + " cat /proc/self/sched | head -1 > /dev/null;"
                                        + "grep -E '^policy|prio ' /proc/self/sched | tr -s ' '")
                        .rlimits(List.of(Rlimit.of("RLIMIT_NOFILE", 100, 200)))
                        .oomScoreAdj(321)
                        .scheduler(
                                new ContainerProcess.Scheduler(
                                        "SCHED_BATCH", 3, 0, List.of(), 0, 0, 0))
                        .build();
        Linux linux =
                TestBox.linux().toBuilder()
                        .personality(Optional.of(new Linux.Personality("LINUX32", List.of())))
                        .build();
        assertThat(box.output(box.spec(process).linux(linux).build(), box.context()))
                .startsWith("100\n200\n321\n00000008\n");
    }

    @Test
    void hooksSeeTheStateAndTheirNamespaces() throws Exception {
        Path log = directory.resolve("hooks");
        Hook outside =
                new Hook(
                        "/bin/sh",
                        List.of("sh", "-c", "cat > " + log + "; hostname >> " + log),
                        List.of("PATH=/bin:/usr/bin"),
                        Optional.of(10));
        Hook inside =
                new Hook(
                        "/bin/sh",
                        List.of("sh", "-c", "cat > /from-hook"),
                        List.of("PATH=/bin"),
                        Optional.empty());
        Hooks hooks =
                new Hooks(
                        List.of(),
                        List.of(),
                        List.of(outside),
                        List.of(inside),
                        List.of(),
                        List.of());
        String out =
                box.output(
                        box.spec(TestBox.process("cat /from-hook").build()).hooks(hooks).build(),
                        box.context());
        assertThat(Files.readString(log)).contains("\"status\":\"creating\"");
        assertThat(out).contains("\"status\":\"created\"").contains(directory.toString());
        Hook failing = new Hook("/bin/false", List.of(), List.of(), Optional.empty());
        StepFailure failure =
                box.fail(
                        PlanCompiler.compile(
                                box.spec(TestBox.process("true").build())
                                        .hooks(
                                                new Hooks(
                                                        List.of(),
                                                        List.of(),
                                                        List.of(failing),
                                                        List.of(),
                                                        List.of(),
                                                        List.of()))
                                        .build(),
                                box.context().build()),
                        List.of());
        assertThat(failure.call()).isEqualTo("HOOK");
        assertThat(ExitStatus.ofWaitStatus(failure.waitStatus()).code()).isEqualTo(1);
    }

    @Test
    void anInitReapsAndPassesTheExitCodeOn() throws Exception {
        Reports reports = new Reports();
        LaunchContext context = box.context().with(LaunchOption.INIT).build();
        LaunchPlan plan =
                PlanCompiler.compile(
                        box.spec(TestBox.process("test $$ != 1 && exit 7").build()).build(),
                        context);
        try (Monitor monitor = box.launcher.launch(plan, List.of(), reports)) {
            assertThat(monitor.pid()).isPositive();
            reports.next(Reports.Started.class);
            assertThat(reports.next(ExitRecord.class).status())
                    .isEqualTo(new ExitStatus.Exited(7));
        }
    }
}
