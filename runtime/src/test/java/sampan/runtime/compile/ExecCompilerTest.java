package sampan.runtime.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Seccomp;
import sampan.runtime.plan.Flags;

class ExecCompilerTest {
    private static final long USUAL =
            Flags.CLONE_NEWNS
                    | Flags.CLONE_NEWPID
                    | Flags.CLONE_NEWIPC
                    | Flags.CLONE_NEWUTS
                    | Flags.CLONE_NEWNET
                    | Flags.CLONE_NEWCGROUP;

    private static List<String> exec(ContainerProcess process, ExecContext.Builder context) {
        return steps(ExecCompiler.compile(process, linux().build(), context.build()));
    }

    @Test
    void thePidNamespaceComesBeforeTheCloneTheOthersAfter() {
        assertThat(exec(process().build(), ExecContext.builder("c", 0, USUAL)))
                .containsExactly(
                        "MON_STDIO mode=null open_stdin=0",
                        "SETNS ns=#0 kinds=NEWPID",
                        "CLONE",
                        "SETNS ns=#0 kinds=NEWNS|NEWCGROUP|NEWUTS|NEWIPC|NEWNET",
                        "CLOSE file=#0",
                        "KEYRING name=\"_ses.c\"",
                        "SETSID",
                        "UMASK mask=022",
                        "CAP_BOUNDING keep=none",
                        "CHDIR path=\"/\"",
                        "SETGROUPS",
                        "SETGID gid=0",
                        "SETUID uid=0",
                        "CAP_SET effective=none permitted=none inheritable=none",
                        "CAP_AMBIENT raise=none",
                        "DEFAULT_SIGNALS",
                        "EXEC file=\"/bin/true\" argv=[\"/bin/true\"]"
                                + " env=[\"HOME=/\", \"PATH=/bin\"] search=\"/bin\"");
    }

    @Test
    void whatIsSharedIsNotJoined() {
        assertThat(exec(process().build(), ExecContext.builder("c", 0, 0)))
                .noneMatch(s -> s.startsWith("SETNS"));
    }

    @Test
    void inAUserNamespaceItBecomesItsRootFirst() {
        List<IdMapping> map = List.of(new IdMapping(0, 5000, 10));
        Linux container = Linux.builder().uidMappings(map).gidMappings(map).build();
        List<String> steps =
                steps(
                        ExecCompiler.compile(
                                process().build(),
                                container,
                                ExecContext.builder("c", 0, USUAL | Flags.CLONE_NEWUSER)
                                        .stdio(new Stdio.Pipes(false, false))
                                        .build()));
        assertThat(steps).contains("MON_STDIO_OWNER uid=5000 gid=-1");
        assertThat(between(steps, "CLOSE", "KEYRING"))
                .containsExactly(
                        "CLOSE file=#0",
                        "SETGROUPS",
                        "SETGID gid=0",
                        "SETUID uid=0",
                        "KEYRING name=\"_ses.c\"");
    }

    @Test
    void cgroupsAffinityAndOomScore() {
        CgroupPlacement cgroup =
                new CgroupPlacement(
                        List.of("/c/mem/tasks"),
                        List.of("/c/cpu/cgroup.procs"),
                        OptionalInt.of(1),
                        new CgroupPlacement.View.None());
        ContainerProcess process =
                process()
                        .execCPUAffinity(new ContainerProcess.CpuAffinity("0", "0-1"))
                        .oomScoreAdj(3)
                        .build();
        assertThat(
                        between(
                                exec(
                                        process,
                                        ExecContext.builder("c", 0, USUAL)
                                                .fdCount(2)
                                                .cgroup(cgroup)),
                                "CLONE",
                                "SETNS ns=#0 kinds=NEWNS"))
                .containsExactly(
                        "CLONE cgroup=#1",
                        "AFFINITY cpus={0}",
                        "WRITE_PID path=\"/c/cpu/cgroup.procs\"",
                        "WRITE_CHILD file=\"oom_score_adj\" data=\"3\"",
                        "CLOSE file=#1",
                        "WRITE_FILE path=\"/c/mem/tasks\" data=\"0\"",
                        "AFFINITY cpus={0,1}",
                        "SETNS ns=#0 kinds=NEWNS|NEWCGROUP|NEWUTS|NEWIPC|NEWNET");
    }

    @Test
    void itsTerminalIsMadeInTheContainer() {
        ContainerProcess process = process().terminal(true).consoleSize(5, 6).build();
        assertThat(
                        exec(
                                process,
                                ExecContext.builder("c", 0, USUAL)
                                        .stdio(new Stdio.Terminal(true, false))))
                .containsSequence(
                        "OPENAT2 out=#0 flags=DIRECTORY|PATH mode=0 path=\"/\"",
                        "CONSOLE root=#0 rows=5 cols=6 uid=0 gid=-1",
                        "CLOSE file=#0");
    }

    @Test
    void theContainersOwnSettingsHoldForItToo() {
        Linux container =
                linux().personality(Optional.of(new Linux.Personality("LINUX32", List.of())))
                        .seccomp(
                                Optional.of(
                                        new Seccomp(
                                                "SCMP_ACT_ALLOW",
                                                Optional.empty(),
                                                List.of(),
                                                List.of(),
                                                "",
                                                "",
                                                List.of())))
                        .build();
        ExecContext without = ExecContext.builder("c", 0, USUAL).build();
        assertThatThrownBy(() -> ExecCompiler.compile(process().build(), container, without))
                .hasMessageContaining("seccomp");
        ExecContext with =
                ExecContext.builder("c", 0, USUAL)
                        .seccomp(
                                new SeccompFilter(
                                        0, Optional.empty(), java.nio.ByteBuffer.allocate(8)))
                        .build();
        assertThat(steps(ExecCompiler.compile(process().build(), container, with)))
                .contains("PERSONALITY persona=0x8", "SECCOMP program=1 instructions");
    }
}
