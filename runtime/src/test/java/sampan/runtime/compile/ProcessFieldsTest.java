package sampan.runtime.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Rlimit;
import sampan.oci.spec.Seccomp;
import sampan.oci.spec.Spec;
import sampan.oci.spec.User;

class ProcessFieldsTest {
    private static final SeccompFilter FILTER =
            new SeccompFilter(2, Optional.empty(), ByteBuffer.allocate(16));

    @Test
    void argumentsEnvironmentAndSearchPath() {
        assertThat(
                        withProcess(p ->
                                p.args(List.of("prog", "a b"))
                                        .env(List.of("PATH=/x", "A=1", "A=2", "HOME=/h"))))
                .contains(
                        "EXEC file=\"prog\" argv=[\"prog\", \"a b\"]"
                                + " env=[\"PATH=/x\", \"A=2\", \"HOME=/h\"] search=\"/x\"");
        assertThatThrownBy(() -> withProcess(p -> p.args(List.of())))
                .hasMessageContaining("process.args is empty");
        assertThatThrownBy(() -> withProcess(p -> p.env(List.of("nonsense"))))
                .hasMessageContaining("invalid environment variable");
    }

    @Test
    void homeComesFromThePasswdOfTheContainer() {
        RootView view =
                new RootView() {
                    @Override
                    public Optional<String> home(long uid) {
                        return uid == 7 ? Optional.of("/home/seven") : Optional.empty();
                    }

                    @Override
                    public OptionalInt directoryMode(String path) {
                        return OptionalInt.empty();
                    }
                };
        for (long uid : new long[] {7, 8}) {
            ContainerProcess process =
                    process().env(List.of("PATH=/bin")).user(User.of(uid, 1)).build();
            assertThat(steps(spec().process(process), context().view(view)).getLast())
                    .contains(uid == 7 ? "\"HOME=/home/seven\"" : "\"HOME=/\"");
        }
    }

    @Test
    void theWayDownToTheUser() {
        User user = new User(7, 8, Optional.of(0077), List.of(9L, 4_000_000_000L));
        List<String> steps =
                withProcess(p ->
                        p.user(user)
                                .cwd("/w")
                                .capabilities(
                                        new Capabilities(
                                                List.of("CAP_KILL", "CAP_CHOWN"),
                                                List.of("CAP_KILL"),
                                                List.of("CAP_KILL"),
                                                List.of("CAP_KILL"),
                                                List.of("CAP_KILL"))));
        assertThat(between(steps, "UMASK", "CAP_AMBIENT"))
                .containsExactly(
                        "UMASK mask=077",
                        "CAP_BOUNDING keep=CHOWN|KILL",
                        "KEEP_CAPS on=1",
                        "CHDIR path=\"/w\"",
                        "SETGROUPS gids=[9,4000000000]",
                        "SETGID gid=8",
                        "SETUID uid=7",
                        "KEEP_CAPS on=0",
                        "CAP_SET effective=KILL permitted=KILL inheritable=KILL",
                        "CAP_AMBIENT raise=KILL");
        assertThat(steps).contains("ENSURE_DIR out=#1 root=#0 mode=0755 path=\"/w\"");
    }

    @Test
    void rootKeepsWithoutBeingTold() {
        assertThat(steps(spec())).noneMatch(s -> s.startsWith("KEEP_CAPS"));
    }

    @Test
    void unknownCapabilitiesAreLeftOutWithAWarning() {
        Spec spec =
                spec().process(
                                process()
                                        .capabilities(
                                                Capabilities.of(List.of("CAP_KILL", "CAP_MAGIC")))
                                        .build())
                        .build();
        var plan = PlanCompiler.compile(spec, context().build());
        assertThat(plan.warnings())
                .containsExactly("ignoring unknown or unavailable capabilities: [CAP_MAGIC]");
        assertThat(steps(plan)).contains("CAP_BOUNDING keep=KILL");
    }

    @Test
    void relativeWorkingDirectoriesAreRefused() {
        assertThatThrownBy(() -> withProcess(p -> p.cwd("x")))
                .hasMessage("Cwd must be an absolute path");
    }

    @ParameterizedTest
    @CsvSource({
        "RLIMIT_CPU, CPU",
        "RLIMIT_FSIZE, FSIZE",
        "RLIMIT_DATA, DATA",
        "RLIMIT_STACK, STACK",
        "RLIMIT_CORE, CORE",
        "RLIMIT_RSS, RSS",
        "RLIMIT_NPROC, NPROC",
        "RLIMIT_NOFILE, NOFILE",
        "RLIMIT_MEMLOCK, MEMLOCK",
        "RLIMIT_AS, AS",
        "RLIMIT_LOCKS, LOCKS",
        "RLIMIT_SIGPENDING, SIGPENDING",
        "RLIMIT_MSGQUEUE, MSGQUEUE",
        "RLIMIT_NICE, NICE",
        "RLIMIT_RTPRIO, RTPRIO",
        "RLIMIT_RTTIME, RTTIME",
    })
    void limitsByName(String type, String name) {
        assertThat(withProcess(p -> p.rlimits(List.of(Rlimit.of(type, 5, -1)))))
                .contains("RLIMIT resource=" + name + " soft=5 hard=unlimited");
    }

    @Test
    void limitsBeyondTheDaemonsOwnAreLoweredOnlyWhereTheyAreWishes() {
        List<Rlimit> wish = List.of(Rlimit.of("RLIMIT_NOFILE", -1, -1));
        Spec.Builder spec = spec().process(process().rlimits(wish).build());
        Map<String, Long> own = Map.of("RLIMIT_NOFILE", 4096L);
        assertThat(
                        steps(
                                spec,
                                context()
                                        .limits(
                                                new LimitCeiling(
                                                        false, own, Set.of("RLIMIT_NOFILE")))))
                .contains("RLIMIT resource=NOFILE soft=4096 hard=4096");
        assertThatThrownBy(
                        () -> steps(spec, context().limits(new LimitCeiling(false, own, Set.of()))))
                .hasMessageContaining("above this daemon's own hard limit of 4096");
        assertThat(steps(spec, context().limits(new LimitCeiling(true, own, Set.of()))))
                .contains("RLIMIT resource=NOFILE soft=unlimited hard=unlimited");
    }

    @Test
    void oddLimitsAreRefused() {
        assertThatThrownBy(() -> withProcess(p -> p.rlimits(List.of(Rlimit.of("RLIMIT_X", 1, 1)))))
                .hasMessage("wrong rlimit value: RLIMIT_X");
        Rlimit one = Rlimit.of("RLIMIT_AS", 1, 1);
        assertThatThrownBy(() -> withProcess(p -> p.rlimits(List.of(one, one))))
                .hasMessageContaining("two rlimits");
        assertThatThrownBy(() -> withProcess(p -> p.rlimits(List.of(Rlimit.of("RLIMIT_AS", 2, 1)))))
                .hasMessageContaining("above its hard limit");
        BigInteger huge = Rlimit.INFINITY.add(BigInteger.ONE);
        assertThatThrownBy(() ->
                        withProcess(p -> p.rlimits(List.of(new Rlimit("RLIMIT_AS", huge, huge)))))
                .hasMessageContaining("out of range");
    }

    @Test
    void oomScoreIsWrittenByTheParent() {
        assertThat(withProcess(p -> p.oomScoreAdj(-500)))
                .contains("WRITE_CHILD file=\"oom_score_adj\" data=\"-500\"");
        Spec.Builder spec = spec().process(process().oomScoreAdj(5).build());
        assertThat(steps(spec, context().with(LaunchOption.OOM_SCORE_OPTIONAL)))
                .contains("WRITE_CHILD file=\"oom_score_adj\" data=\"5\" [ignore-error]");
        assertThatThrownBy(() -> withProcess(p -> p.oomScoreAdj(2000)))
                .hasMessageContaining("out of range");
    }

    @Test
    void scheduler() {
        assertThat(
                        withProcess(p ->
                                p.scheduler(
                                        new ContainerProcess.Scheduler(
                                                "SCHED_DEADLINE",
                                                -2,
                                                0,
                                                List.of("SCHED_FLAG_RESET_ON_FORK"),
                                                16,
                                                32,
                                                48))))
                .contains(
                        "SCHED_ATTR attr=30000000"
                                + "06000000"
                                + "0100000000000000"
                                + "feffffff"
                                + "00000000"
                                + "1000000000000000"
                                + "2000000000000000"
                                + "3000000000000000");
        assertThatThrownBy(() ->
                        withProcess(p ->
                                p.scheduler(
                                        new ContainerProcess.Scheduler(
                                                "SCHED_X", 0, 0, List.of(), 0, 0, 0))))
                .hasMessageContaining("SCHED_X");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 0 | 0 | 0 | scheduler policy is required",
                "SCHED_OTHER | 50 | 0 | 0 | invalid scheduler.nice: 50 when scheduler.policy is"
                        + " SCHED_OTHER",
                "SCHED_BATCH | -21 | 0 | 0 | invalid scheduler.nice: -21 when scheduler.policy is"
                        + " SCHED_BATCH",
                "SCHED_OTHER | 0 | 1 | 0 | scheduler.priority can only be specified for SchedFIFO"
                        + " or SchedRR policy",
                "SCHED_RR | 0 | 1 | 1 | scheduler runtime/deadline/period can only be specified for"
                        + " SchedDeadline policy",
            })
    void schedulerFieldsOfOtherPoliciesAreRefused(
            String policy, int nice, int priority, long runtime, String message) {
        assertThatThrownBy(() ->
                        withProcess(p ->
                                p.scheduler(
                                        new ContainerProcess.Scheduler(
                                                policy, nice, priority, List.of(), runtime, 0, 0))))
                .hasMessage(message);
    }

    @Test
    void affinityOfFurtherProcessesIsCheckedWithTheFirst() {
        assertThatThrownBy(() ->
                        withProcess(
                                p -> p.execCPUAffinity(new ContainerProcess.CpuAffinity("x", ""))))
                .hasMessageStartingWith("bad CPUAffinity.Initial:");
        assertThatThrownBy(() ->
                        withProcess(p ->
                                p.execCPUAffinity(new ContainerProcess.CpuAffinity("0", "3-1"))))
                .hasMessageStartingWith("bad CPUAffinity.Final:");
    }

    @Test
    void ioPriority() {
        assertThat(
                        withProcess(p ->
                                p.ioPriority(
                                        new ContainerProcess.IoPriority("IOPRIO_CLASS_BE", 4))))
                .contains("IOPRIO value=0x4004");
        assertThatThrownBy(() ->
                        withProcess(p ->
                                p.ioPriority(
                                        new ContainerProcess.IoPriority("IOPRIO_CLASS_BE", 8))))
                .hasMessage("invalid ioPriority.Priority: 8");
        assertThatThrownBy(() ->
                        withProcess(p -> p.ioPriority(new ContainerProcess.IoPriority("", 0))))
                .hasMessageContaining("invalid ioPriority.Class");
    }

    @Test
    void memoryPolicyAndPersonality() {
        assertThat(
                        withLinux(l ->
                                l.memoryPolicy(
                                                Optional.of(
                                                        new Linux.MemoryPolicy(
                                                                "MPOL_BIND",
                                                                "0-1,3",
                                                                List.of("MPOL_F_STATIC_NODES"))))
                                        .personality(
                                                Optional.of(
                                                        new Linux.Personality(
                                                                "LINUX32", List.of())))))
                .contains("MEMPOLICY mode=0x8002 nodes={0,1,3}", "PERSONALITY persona=0x8");
        Linux odd =
                linux().personality(Optional.of(new Linux.Personality("LINUX", List.of("X"))))
                        .build();
        assertThat(PlanCompiler.compile(spec().linux(odd).build(), context().build()).warnings())
                .containsExactly("ignoring unsupported personality flags: [X]");
        assertThatThrownBy(() ->
                        withLinux(l ->
                                l.personality(
                                        Optional.of(new Linux.Personality("BSD", List.of())))))
                .hasMessage("invalid personality domain BSD");
        for (String nodes : List.of("x", "3-1", "1,", "99999", "-1")) {
            assertThatThrownBy(() ->
                            withLinux(l ->
                                    l.memoryPolicy(
                                            Optional.of(
                                                    new Linux.MemoryPolicy(
                                                            "MPOL_BIND", nodes, List.of())))))
                    .hasMessageContaining("is not a list");
        }
    }

    @Test
    void memoryPolicyThatSaysNothingIsNone() {
        assertThat(
                        withLinux(l ->
                                l.memoryPolicy(
                                        Optional.of(new Linux.MemoryPolicy("", "", List.of())))))
                .noneMatch(step -> step.startsWith("MEMPOLICY"));
    }

    @Test
    void bindingOfTheStarterToCpusEndsInTheCgroup() {
        List<String> steps = steps(spec(), context().with(LaunchOption.ALL_CPUS));
        assertThat(steps.get(index(steps, "AFFINITY"))).endsWith("[ignore-error]");
        assertThat(steps(spec())).noneMatch(step -> step.startsWith("AFFINITY"));
    }

    @Test
    void theFilterComesBeforeTheUserUnlessPrivilegesAreFixed() {
        Seccomp profile =
                new Seccomp(
                        "SCMP_ACT_ALLOW",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        "",
                        "",
                        List.of());
        Spec.Builder spec = spec().linux(linux().seccomp(Optional.of(profile)).build());
        List<String> before = steps(spec, context().seccomp(FILTER));
        assertThat(index(before, "SECCOMP flags=LOG program=2 instructions"))
                .isLessThan(index(before, "SETUID"));
        List<String> after =
                steps(
                        spec.process(process().noNewPrivileges(true).build()),
                        context().seccomp(FILTER));
        assertThat(after).contains("NO_NEW_PRIVS");
        assertThat(after.get(after.size() - 2)).startsWith("SECCOMP");
        assertThatThrownBy(() -> steps(spec)).hasMessageContaining("not in the context");
    }

    @Test
    void aListenerGetsItsSocket() {
        SeccompFilter filter =
                new SeccompFilter(
                        0,
                        Optional.of(new SeccompFilter.Listener(0, "{\"pid\":@PID@}")),
                        ByteBuffer.allocate(8));
        assertThat(steps(spec(), context().fdCount(1).seccomp(filter)))
                .contains(
                        "SECCOMP listener=#0 program=1 instructions message=\"{\\\"pid\\\":@PID@}\"");
    }

    @Test
    void stateForAListenerHasALimit() {
        String most = "x".repeat(SeccompFilter.Listener.MESSAGE_BYTES_MAX);
        assertThat(new SeccompFilter.Listener(0, most).message()).hasSize(most.length());
        assertThatThrownBy(() -> new SeccompFilter.Listener(0, most + "x"))
                .hasMessageContaining("give fewer");
    }

    @Test
    void securityModulesGetTheirLabels() {
        KernelFeatures kernel = new KernelFeatures(true, true, true, true, true);
        Spec.Builder spec =
                spec().process(process().apparmorProfile("box").selinuxLabel("l:2").build());
        assertThat(steps(spec, context().kernel(kernel)))
                .contains(
                        "WRITE_FILE path=\"/proc/self/attr/apparmor/exec\" data=\"exec box\"",
                        "WRITE_FILE path=\"/proc/self/attr/exec\" data=\"l:2\"");
        assertThatThrownBy(() -> withProcess(p -> p.apparmorProfile("box")))
                .hasMessageContaining("apparmor not supported");
        assertThatThrownBy(() -> withProcess(p -> p.selinuxLabel("l:2")))
                .hasMessageContaining("selinux is disabled");
    }

    @Test
    void aTerminalIsMadeInTheContainer() {
        Spec.Builder spec =
                spec().process(
                                process()
                                        .terminal(true)
                                        .consoleSize(24, 80)
                                        .user(User.of(7, 8))
                                        .build());
        assertThat(steps(spec, context().stdio(new Stdio.Terminal(true, true))))
                .contains(
                        "MON_STDIO mode=pty open_stdin=1",
                        "MON_STDIN_ONCE",
                        "CONSOLE root=#0 rows=24 cols=80 uid=7 gid=-1 flags=BIND");
        assertThat(
                        steps(
                                spec,
                                context()
                                        .fdCount(1)
                                        .stdio(new Stdio.ConsoleSocket(0))
                                        .with(LaunchOption.NO_ONLCR)))
                .contains(
                        "MON_CONSOLE_SOCKET socket=#0",
                        "CONSOLE root=#1 rows=24 cols=80 uid=7 gid=-1 flags=BIND|NO_ONLCR");
        assertThatThrownBy(() -> steps(spec)).hasMessageContaining("no console");
        assertThatThrownBy(() -> steps(spec(), context().stdio(new Stdio.Terminal(true, false))))
                .hasMessageContaining("terminal is false");
    }

    @Test
    void theMonitorIsToldItsPart() {
        MonitorSettings settings =
                MonitorSettings.in("/t")
                        .withLog(new MonitorSettings.Log("/t/log", 100, 3, "{}"))
                        .withDrain(50)
                        .withOom(new MonitorSettings.OomCounter("/c/e", "oom_kill", "/c/w"))
                        .withClient(new MonitorSettings.Client(0, 1, -1, "\u0010\u0011"));
        ContainerProcess process = process().user(User.of(7, 7)).build();
        assertThat(
                        between(
                                steps(
                                        spec().process(process),
                                        context()
                                                .fdCount(2)
                                                .stdio(new Stdio.Pipes(true, true))
                                                .monitor(settings)),
                                "MON_DIR",
                                "CLONE"))
                .containsExactly(
                        "MON_DIR path=\"/t\"",
                        "MON_LOG max_bytes=100 max_files=3 path=\"/t/log\" attrs=\"{}\"",
                        "MON_OOM file=\"/c/e\" key=\"oom_kill\" control=\"/c/w\"",
                        "MON_DRAIN ms=50",
                        "MON_STDIO mode=pipes open_stdin=1",
                        "MON_STDIN_ONCE",
                        "MON_STDIO_OWNER uid=7 gid=-1",
                        "MON_ATTACH in=#0 out=#1",
                        "MON_ATTACH_KEYS keys=\"\\x10\\x11\"",
                        "CLONE flags=NEWNS|NEWUTS|NEWIPC|NEWPID|NEWNET");
        assertThat(steps(spec(), context().monitor(MonitorSettings.in("").detached())))
                .contains("MON_DETACH");
    }

    @Test
    void optionsOfTheLaunch() {
        List<String> steps =
                steps(
                        spec(),
                        context()
                                .fdCount(1)
                                .pass(0, 3)
                                .with(LaunchOption.WAIT_START)
                                .with(LaunchOption.INIT)
                                .with(LaunchOption.NO_NEW_KEYRING));
        assertThat(between(steps, "WAIT_START", "EXEC"))
                .startsWith("WAIT_START", "INIT", "PASS_FD file=#0 number=3", "DEFAULT_SIGNALS");
        assertThat(steps).noneMatch(s -> s.startsWith("KEYRING"));
    }
}
