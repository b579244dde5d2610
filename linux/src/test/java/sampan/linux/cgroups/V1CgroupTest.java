package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Limits in version 1, hybrid or not.
@Tag("privileged")
@Tag("cgroup-v1")
final class V1CgroupTest extends CgroupContract {
    @BeforeEach
    void v1IsHere() {
        assertThat(layout.home(Controller.PIDS).orElseThrow().unified())
                .as("pids are governed by version 2")
                .isFalse();
    }

    @Test
    @Tag("memory")
    void limitsReachTheirFiles() {
        Cgroup cgroup =
                create(
                        "c",
                        CgroupLimits.builder()
                                .cpuShares(512)
                                .cpuQuota(50_000)
                                .cpuPeriod(100_000)
                                .memoryMax(64 * MIB)
                                .memoryAndSwap(96 * MIB)
                                .memoryReservation(32 * MIB)
                                .swappiness(10)
                                .pids(17)
                                .device(DeviceRule.DENY_ALL)
                                .devices(DeviceRule.USUAL));
        assertThat(file(Controller.CPU, "cpu.shares")).isEqualTo("512");
        assertThat(file(Controller.CPU, "cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(file(Controller.MEMORY, "memory.limit_in_bytes")).isEqualTo("" + 64 * MIB);
        assertThat(file(Controller.MEMORY, "memory.memsw.limit_in_bytes")).isEqualTo("" + 96 * MIB);
        assertThat(file(Controller.MEMORY, "memory.soft_limit_in_bytes")).isEqualTo("" + 32 * MIB);
        assertThat(file(Controller.MEMORY, "memory.swappiness")).isEqualTo("10");
        assertThat(file(Controller.PIDS, "pids.max")).isEqualTo("17");
        assertThat(file(Controller.DEVICES, "devices.list").lines())
                .contains("c 1:3 rwm", "c *:* m", "b *:* m", "c 136:* rwm")
                .doesNotContain("a *:* rwm");
        CgroupStats stats = cgroup.stats();
        assertThat(stats.memory().swapLimit()).isEqualTo(32 * MIB);
        assertThat(stats.cpu().perCpu()).isNotEmpty();
    }

    @Test
    void weightBecomesShares() {
        create("c", CgroupLimits.builder().cpuWeight(100));
        assertThat(Weights.weightOf(Long.parseLong(file(Controller.CPU, "cpu.shares"))))
                .isEqualTo(100);
    }

    @Test
    @Tag("memory")
    void updateMovesMemoryAndSwapEitherWay() {
        Cgroup cgroup =
                create("c", CgroupLimits.builder().memoryMax(64 * MIB).memoryAndSwap(64 * MIB));
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
        Cgroup cgroup = create("c", CgroupLimits.builder().cpuPeriod(100_000).cpuQuota(50_000));
        // The new period with the old quota would ask for five processors of the parent's half.
        cgroup.update(CgroupLimits.builder().cpuPeriod(10_000).cpuQuota(5_000).build());
        assertThat(file(Controller.CPU, "cpu.cfs_period_us")).isEqualTo("10000");
        assertThat(file(Controller.CPU, "cpu.cfs_quota_us")).isEqualTo("5000");
    }

    @Test
    void deviceRulesOfAnUpdateKeepWhatStays() {
        Cgroup cgroup = create("c", CgroupLimits.builder().devices(DeviceRule.USUAL));
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
    @Tag("memory")
    void whatOnlyVersion2HasIsRefused() {
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().memoryHigh(MIB)))
                .hasMessageContaining("cannot set memory high limit");
        if (layout instanceof CgroupLayout.V1) {
            assertThatThrownBy(() -> create("c", CgroupLimits.builder().unified("cpu.max", "max")))
                    .hasMessage("invalid configuration: cannot use unified on cgroup v1");
        }
    }

    @Test
    @Tag("memory")
    void featuresAndNotes() {
        CgroupFeatures features = layout.features();
        assertThat(features.memory() && features.pids() && features.freezer()).isTrue();
        assertThat(features.oomKillDisable()).isTrue();
        assertThat(features.rdma()).isFalse();
        assertThat(
                        features.withoutEffect(
                                CgroupLimits.builder()
                                        .kernelMemory(MIB)
                                        .swappiness(1)
                                        .oomKillDisable(true)
                                        .build()))
                .singleElement()
                .asString()
                .startsWith("kernel memory limit has no effect");
    }
}
