package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Against the real kernel, with hierarchies of version 1 (hybrid or not).
@Tag("privileged")
@Tag("cgroup-v1")
final class HostCgroupTest {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final long MIB = 1 << 20;

    private final CgroupLayout layout = CgroupLayout.detect();
    private final String parent =
            "/sampan-test-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();
    private Cgroup top = layout.open(parent);

    @BeforeEach
    void v1IsHere() {
        assertThat(layout.home(Controller.MEMORY).orElseThrow().unified())
                .as("memory is governed by version 1")
                .isFalse();
    }

    @AfterEach
    void nothingIsLeft() {
        top.kill(9);
        top.delete();
        assertThat(top.exists()).isFalse();
        layout.close();
    }

    private String file(Controller controller, String name) {
        return file(controller, "c", name);
    }

    private String file(Controller controller, String cgroup, String name) {
        Path path =
                Path.of(layout.home(controller).orElseThrow().mountPoint() + parent, cgroup, name);
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw new AssertionError(path.toString(), e);
        }
    }

    @Test
    void limitsReachTheirFiles() {
        CgroupLimits limits =
                CgroupLimits.builder()
                        .cpuShares(512)
                        .cpuQuota(50_000)
                        .cpuPeriod(100_000)
                        .cpus("0")
                        .mems("0")
                        .memoryMax(64 * MIB)
                        .memoryAndSwap(96 * MIB)
                        .memoryReservation(32 * MIB)
                        .swappiness(10)
                        .pids(17)
                        .devices(List.of(DeviceRule.DENY_ALL))
                        .devices(DeviceRule.USUAL)
                        .build();
        Cgroup cgroup = layout.create(parent + "/c", limits);
        assertThat(file(Controller.CPU, "cpu.shares")).isEqualTo("512");
        assertThat(file(Controller.CPU, "cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(file(Controller.CPUSET, "cpuset.cpus")).isEqualTo("0");
        assertThat(file(Controller.MEMORY, "memory.limit_in_bytes")).isEqualTo("" + 64 * MIB);
        assertThat(file(Controller.MEMORY, "memory.memsw.limit_in_bytes")).isEqualTo("" + 96 * MIB);
        assertThat(file(Controller.MEMORY, "memory.soft_limit_in_bytes")).isEqualTo("" + 32 * MIB);
        assertThat(file(Controller.MEMORY, "memory.swappiness")).isEqualTo("10");
        assertThat(file(Controller.PIDS, "pids.max")).isEqualTo("17");
        assertThat(file(Controller.DEVICES, "devices.list").lines())
                .contains("c 1:3 rwm", "c *:* m", "b *:* m", "c 136:* rwm")
                .doesNotContain("a *:* rwm");
        CgroupStats stats = cgroup.stats();
        assertThat(stats.memory().limit()).isEqualTo(64 * MIB);
        assertThat(stats.memory().swapLimit()).isEqualTo(32 * MIB);
        assertThat(stats.pids().limit()).isEqualTo(17);
    }

    @Test
    void updateMovesMemoryAndSwapEitherWay() {
        Cgroup cgroup =
                layout.create(
                        parent + "/c",
                        CgroupLimits.builder().memoryMax(64 * MIB).memoryAndSwap(64 * MIB).build());
        cgroup.update(CgroupLimits.builder().memoryMax(128 * MIB).memoryAndSwap(256 * MIB).build());
        assertThat(file(Controller.MEMORY, "memory.limit_in_bytes")).isEqualTo("" + 128 * MIB);
        cgroup.update(CgroupLimits.builder().memoryMax(16 * MIB).memoryAndSwap(32 * MIB).build());
        assertThat(file(Controller.MEMORY, "memory.memsw.limit_in_bytes")).isEqualTo("" + 32 * MIB);
        cgroup.update(CgroupLimits.builder().memoryMax(-1).build());
        assertThat(cgroup.stats().memory().limit()).isEqualTo(Long.MAX_VALUE);
        assertThat(cgroup.stats().memory().swapLimit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void updateMovesPeriodAndQuotaWithinTheParents() {
        layout.create(parent, CgroupLimits.builder().cpuPeriod(100_000).cpuQuota(50_000).build());
        Cgroup cgroup =
                layout.create(
                        parent + "/c",
                        CgroupLimits.builder().cpuPeriod(100_000).cpuQuota(50_000).build());
        // The period alone would ask for 5 CPUs of the parent's half.
        cgroup.update(CgroupLimits.builder().cpuPeriod(10_000).cpuQuota(5_000).build());
        assertThat(file(Controller.CPU, "cpu.cfs_period_us")).isEqualTo("10000");
        assertThat(file(Controller.CPU, "cpu.cfs_quota_us")).isEqualTo("5000");
    }

    @Test
    void refusedValueNamesSettingAndValueAndLeavesNothing() {
        assertThatThrownBy(() ->
                        layout.create(parent + "/c", CgroupLimits.builder().cpus("977").build()))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("cannot set cpuset cpus to \"977\"")
                .hasMessageContaining("cpuset.cpus");
        assertThat(top.exists()).isFalse();
    }

    @Test
    void missingControllerIsNamed() {
        assertThat(layout.home(Controller.NET_CLS)).isEmpty();
        assertThatThrownBy(() ->
                        layout.create(parent + "/c", CgroupLimits.builder().netClassId(1).build()))
                .hasMessage(
                        "cannot set network class limit: this host has no net_cls cgroup controller");
    }

    /// Controllers that version 1 does not hold are free for the unified tree.
    @Test
    void hybridUsesTheUnifiedTreeForTheRest() {
        CgroupNode root = new CgroupNode(layout.unified().orElseThrow(), ".");
        Set<Controller> before = Controllers.of(root, "cgroup.subtree_control");
        assertThat(layout.home(Controller.HUGETLB).orElseThrow().unified()).isTrue();
        layout.create(parent + "/c", CgroupLimits.builder().hugetlb("2MB", 4 * MIB).build());
        assertThat(file(Controller.HUGETLB, "hugetlb.2MB.max")).isEqualTo("" + 4 * MIB);
        assertThat(layout.open(parent + "/c").stats().hugetlb())
                .containsEntry("2MB", new CgroupStats.Hugetlb(0, 0, 4 * MIB, 0));
        if (!before.contains(Controller.HUGETLB)) {
            top.delete();
            root.write("cgroup.subtree_control", "-hugetlb");
        }
    }

    @Test
    void processesAreFoundFrozenKilled() throws Exception {
        Cgroup cgroup = layout.create(parent + "/c", CgroupLimits.NONE);
        Process process = sleeperIn(cgroup);
        assertThat(cgroup.processes()).contains((int) process.pid());
        assertThat(cgroup.isEmpty()).isFalse();
        cgroup.freeze();
        assertThat(cgroup.isFrozen()).isTrue();
        assertThat(file(Controller.FREEZER, "freezer.state")).isEqualTo("FROZEN");
        assertThatThrownBy(() -> layout.create(parent + "/c", CgroupLimits.NONE))
                .hasMessageContaining("is not empty: ");
        cgroup.kill(15);
        assertThat(cgroup.isFrozen()).isTrue();
        assertThat(process.isAlive()).isTrue();
        cgroup.thaw();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
        assertThat(cgroup.isEmpty()).isTrue();
    }

    @Test
    void killReachesFrozenAndNested() throws Exception {
        Cgroup cgroup = layout.create(parent + "/c", CgroupLimits.NONE);
        Cgroup inner = layout.create(parent + "/c/inner/most", CgroupLimits.NONE);
        Process one = sleeperIn(cgroup);
        Process two = sleeperIn(inner);
        cgroup.freeze();
        cgroup.kill(9);
        assertThat(one.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(two.waitFor(10, TimeUnit.SECONDS)).isTrue();
        cgroup.delete();
        assertThat(inner.exists()).isFalse();
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    void deleteNamesWhoIsLeft() throws Exception {
        Cgroup cgroup = layout.create(parent + "/c", CgroupLimits.NONE);
        Process process = sleeperIn(cgroup);
        assertThatThrownBy(cgroup::delete)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining(Long.toString(process.pid()));
        process.destroyForcibly().waitFor();
    }

    @Test
    void frozenOneIsNotTaken() {
        Cgroup cgroup = layout.create(parent + "/c", CgroupLimits.NONE);
        cgroup.freeze();
        assertThatThrownBy(() -> layout.create(parent + "/c", CgroupLimits.NONE))
                .hasMessageContaining("unexpectedly frozen");
        cgroup.thaw();
        layout.create(parent + "/c", CgroupLimits.NONE);
    }

    @Test
    void deviceRulesOfAnUpdateKeepWhatStays() {
        Cgroup cgroup =
                layout.create(
                        parent + "/c", CgroupLimits.builder().devices(DeviceRule.USUAL).build());
        DeviceRule fuse =
                new DeviceRule(
                        true,
                        DeviceRule.Type.CHARACTER,
                        OptionalLong.of(10),
                        OptionalLong.of(229),
                        DeviceRule.access("rwm"));
        cgroup.update(CgroupLimits.builder().devices(DeviceRule.USUAL).device(fuse).build());
        assertThat(file(Controller.DEVICES, "devices.list").lines())
                .contains("c 10:229 rwm", "c 1:3 rwm")
                .hasSize(DeviceRule.USUAL.size() + 1);
        cgroup.update(CgroupLimits.builder().device(fuse).build());
        assertThat(file(Controller.DEVICES, "devices.list")).isEqualTo("c 10:229 rwm");
        cgroup.update(CgroupLimits.builder().device(DeviceRule.ALLOW_ALL).build());
        assertThat(file(Controller.DEVICES, "devices.list")).isEqualTo("a *:* rwm");
    }

    @Test
    void statsCount() throws Exception {
        Cgroup cgroup = layout.create(parent + "/c", CgroupLimits.builder().pids(50).build());
        Process process = sleeperIn(cgroup);
        CgroupStats stats = cgroup.stats();
        assertThat(stats.cpu().total()).isPositive();
        assertThat(stats.cpu().perCpu()).isNotEmpty();
        assertThat(stats.pids().current()).isPositive();
        assertThat(stats.memory().stat()).containsKey("total_inactive_file");
        process.destroyForcibly().waitFor();
    }

    @Test
    void oomKillIsCounted() throws Exception {
        Cgroup cgroup =
                layout.create(
                        parent + "/c",
                        CgroupLimits.builder().memoryMax(8 * MIB).memoryAndSwap(8 * MIB).build());
        OomCounter counter = cgroup.oomCounter().orElseThrow();
        Process hog = in(cgroup, "head -c 64M /dev/zero | tail -c 64M > /dev/null");
        assertThat(hog.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(cgroup.oomKills()).isPositive();
        assertThat(Files.readAllLines(Path.of(counter.file())))
                .anyMatch(line ->
                        line.startsWith(counter.key() + " ") && !line.equals(counter.key() + " 0"));
    }

    private static Process sleeperIn(Cgroup cgroup) throws Exception {
        Process process = in(cgroup, "echo in; exec sleep 1000");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        return process;
    }

    /// A shell that puts itself into the cgroup as the launcher's child does.
    private static Process in(Cgroup cgroup, String command) throws IOException {
        StringBuilder script = new StringBuilder();
        try (CgroupEntry entry = cgroup.entry()) {
            entry.selfFiles().forEach(file -> script.append("echo 0 > ").append(file).append("; "));
            entry.unifiedProcs()
                    .ifPresent(file -> script.append("echo 0 > ").append(file).append("; "));
        }
        return new ProcessBuilder("/bin/sh", "-ec", script + command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
