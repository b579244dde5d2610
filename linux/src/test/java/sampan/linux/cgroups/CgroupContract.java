package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// What holds in every layout, shown with the real kernel below a cgroup of the test's own.
abstract class CgroupContract {
    static final long MIB = 1 << 20;
    private static final int TERM = 15;
    private static final int KILL = 9;
    private static final long PATIENCE_S = 30;
    private static final AtomicInteger SERIAL = new AtomicInteger();

    final CgroupLayout layout = CgroupLayout.detect();
    final String parent =
            "/sampan-test-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();
    final Cgroup top = layout.open(parent);
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() throws Exception {
        top.kill(KILL);
        for (Process process : started) {
            assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        }
        top.delete();
        assertThat(top.exists()).isFalse();
        layout.close();
    }

    Cgroup create(String name, CgroupLimits.Builder limits) {
        return layout.create(parent + "/" + name, limits.build());
    }

    /// A file of the cgroup `c`.
    String file(Controller controller, String name) {
        String mount = layout.home(controller).orElseThrow().mountPoint();
        Path path = Path.of(mount + parent, "c", name);
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw new AssertionError(path.toString(), e);
        }
    }

    /// A shell that puts itself into the cgroup, as the launcher's child does in version 1.
    Process start(Cgroup cgroup, String command) throws IOException {
        StringBuilder script = new StringBuilder();
        try (CgroupEntry entry = cgroup.entry()) {
            entry.selfFiles().forEach(file -> script.append("echo 0 > ").append(file).append("; "));
            entry.unifiedProcs()
                    .ifPresent(file -> script.append("echo 0 > ").append(file).append("; "));
        }
        Process process =
                new ProcessBuilder("/bin/sh", "-ec", script + command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        started.add(process);
        return process;
    }

    Process sleeper(Cgroup cgroup) throws IOException {
        Process process = start(cgroup, "echo in; exec sleep 1000");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        return process;
    }

    static boolean ended(Process process) throws InterruptedException {
        return process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
    }

    @Test
    void processesAreFoundFrozenSignalled() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder());
        assertThat(cgroup.isEmpty()).isTrue();
        Process process = sleeper(cgroup);
        assertThat(cgroup.processes()).containsExactly((int) process.pid());
        assertThat(cgroup.isEmpty()).isFalse();
        assertThatThrownBy(() -> create("c", CgroupLimits.builder()))
                .hasMessageContaining("is not empty: 1 process(es) found");
        cgroup.freeze();
        assertThat(cgroup.isFrozen()).isTrue();
        // A fatal signal ends a frozen process of version 2; in version 1 it waits for the thaw.
        cgroup.kill(TERM);
        assertThat(cgroup.isFrozen()).isTrue();
        cgroup.thaw();
        assertThat(cgroup.isFrozen()).isFalse();
        assertThat(ended(process)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + TERM);
    }

    @Test
    void killReachesFrozenAndNested() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder());
        Process one = sleeper(create("c/one", CgroupLimits.builder()));
        Cgroup deep = create("c/two/deep", CgroupLimits.builder());
        Process two = sleeper(deep);
        assertThat(cgroup.processes()).contains((int) one.pid(), (int) two.pid());
        cgroup.freeze();
        cgroup.kill(KILL);
        assertThat(ended(one)).isTrue();
        assertThat(ended(two)).isTrue();
        cgroup.delete();
        assertThat(deep.exists()).isFalse();
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    void nobodyEscapesByForking() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder().pids(64));
        Process process =
                start(
                        cgroup,
                        "trap '' TERM; echo in; while :; do (sleep 0.01; sleep 0.01) & sleep 0.005;"
                                + " done");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        cgroup.kill(KILL);
        cgroup.delete();
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    void deleteNamesWhoIsLeft() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder());
        Process process = sleeper(cgroup);
        assertThatThrownBy(cgroup::delete)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining(Long.toString(process.pid()));
    }

    @Test
    void frozenOneIsNotTaken() {
        Cgroup cgroup = create("c", CgroupLimits.builder());
        cgroup.freeze();
        assertThatThrownBy(() -> create("c", CgroupLimits.builder()))
                .hasMessageContaining("unexpectedly frozen");
        cgroup.thaw();
        assertThat(create("c", CgroupLimits.builder()).exists()).isTrue();
    }

    @Test
    void refusedValueNamesSettingAndValueAndLeavesNothing() {
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().pids(1L << 40)))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageContaining("cannot set pids limit to \"1099511627776\": write ")
                .hasMessageEndingWith("pids.max: Invalid argument");
        assertThat(top.exists()).isFalse();
    }

    @Test
    void missingControllerIsNamed() {
        assertThat(layout.home(Controller.NET_PRIO)).isEmpty();
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().netPriority("eth0", 1)))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessage(
                        "cannot set network priority limit: this host has no net_prio cgroup"
                                + " controller");
    }

    @Test
    @Tag("memory")
    void statsCount() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder().pids(50).memoryMax(64 * MIB));
        Process process =
                start(
                        cgroup,
                        "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo in; exec sleep"
                                + " 1000");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        CgroupStats stats = cgroup.stats();
        assertThat(stats.cpu().total()).isPositive();
        assertThat(stats.pids()).isEqualTo(new CgroupStats.Pids(1, 50));
        assertThat(stats.memory().limit()).isEqualTo(64 * MIB);
        assertThat(stats.memory().usage()).isPositive().isLessThan(64 * MIB);
        assertThat(stats.memory().withoutInactiveFile())
                .isLessThanOrEqualTo(stats.memory().usage());
        assertThat(layout.open(parent + "/nothing").stats().cpu().total()).isZero();
    }

    @Test
    @Tag("memory")
    void oomKillIsCounted() throws Exception {
        Cgroup cgroup =
                create("c", CgroupLimits.builder().memoryMax(8 * MIB).memoryAndSwap(8 * MIB));
        OomCounter counter = cgroup.oomCounter().orElseThrow();
        assertThat(cgroup.oomKills()).isZero();
        Process hog = start(cgroup, "head -c 64M /dev/zero | tail -c 64M > /dev/null");
        assertThat(ended(hog)).isTrue();
        assertThat(cgroup.oomKills()).isPositive();
        assertThat(Files.readAllLines(Path.of(counter.file())))
                .contains(counter.key() + " " + cgroup.oomKills());
    }

    @Test
    void pidsLimitBites() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder().pids(1));
        Process process = start(cgroup, "true & wait; echo forked");
        assertThat(ended(process)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(process.inputReader().readLine()).isNull();
    }

    @Test
    void pidsZeroIsOneAndMinusOneIsNone() {
        Cgroup cgroup = create("c", CgroupLimits.builder().pids(0));
        assertThat(file(Controller.PIDS, "pids.max")).isEqualTo("1");
        cgroup.update(CgroupLimits.builder().pids(-1).build());
        assertThat(file(Controller.PIDS, "pids.max")).isEqualTo("max");
    }

    /// What a container's device rules come to: /dev/null may be written, /dev/kmsg not be read.
    @Test
    void devicesAreFiltered() throws Exception {
        Cgroup cgroup =
                create(
                        "c",
                        CgroupLimits.builder()
                                .device(DeviceRule.DENY_ALL)
                                .devices(DeviceRule.USUAL));
        String script =
                "echo x > /dev/null && head -c 1 /dev/zero > /dev/null && echo usual;"
                        + " (: < /dev/kmsg) 2> /dev/null || echo denied";
        assertThat(start(cgroup, script).inputReader().readAllLines())
                .containsExactly("usual", "denied");
        cgroup.update(CgroupLimits.builder().device(DeviceRule.ALLOW_ALL).build());
        assertThat(start(cgroup, script).inputReader().readAllLines()).containsExactly("usual");
        cgroup.update(CgroupLimits.builder().device(DeviceRule.DENY_ALL).build());
        assertThat(
                        start(cgroup, "(: < /dev/zero) 2> /dev/null || echo denied")
                                .inputReader()
                                .readAllLines())
                .containsExactly("denied");
    }

    @Test
    @Tag("memory")
    void memoryLimitBelowUseIsRefusedOnRequest() throws Exception {
        Cgroup cgroup = create("c", CgroupLimits.builder().memoryMax(256 * MIB));
        Process process =
                start(cgroup, "x=$(head -c 16M /dev/zero | tr '\\0' x); echo in; sleep 1000");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        assertThatThrownBy(() ->
                        cgroup.update(
                                CgroupLimits.builder()
                                        .memoryMax(4096)
                                        .checkBeforeUpdate(true)
                                        .build()))
                .hasMessageContaining("unable to set memory limit to 4096 (current usage: ");
    }
}
