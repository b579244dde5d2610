package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Limits in version 2.
@Tag("privileged")
@Tag("cgroup-v2")
final class V2CgroupTest extends CgroupContract {
    @BeforeEach
    void v2IsHere() {
        assertThat(layout).isInstanceOf(CgroupLayout.V2.class);
    }

    @Test
    void limitsReachTheirFiles() {
        Cgroup cgroup =
                create(
                        "c",
                        CgroupLimits.builder()
                                .cpuShares(1024)
                                .cpuQuota(50_000)
                                .cpuPeriod(200_000)
                                .memoryMax(64 * MIB)
                                .memoryHigh(48 * MIB)
                                .memoryReservation(32 * MIB)
                                .memoryAndSwap(96 * MIB)
                                .swappiness(10)
                                .oomKillDisable(false)
                                .unified("memory.min", "4096"));
        assertThat(file(Controller.CPU, "cpu.weight")).isEqualTo("100");
        assertThat(file(Controller.CPU, "cpu.max")).isEqualTo("50000 200000");
        assertThat(file(Controller.MEMORY, "memory.max")).isEqualTo("" + 64 * MIB);
        assertThat(file(Controller.MEMORY, "memory.high")).isEqualTo("" + 48 * MIB);
        assertThat(file(Controller.MEMORY, "memory.low")).isEqualTo("" + 32 * MIB);
        assertThat(file(Controller.MEMORY, "memory.swap.max")).isEqualTo("" + 32 * MIB);
        assertThat(file(Controller.MEMORY, "memory.min")).isEqualTo("4096");
        cgroup.update(CgroupLimits.builder().cpuQuota(-1).memoryMax(-1).build());
        assertThat(file(Controller.CPU, "cpu.max")).isEqualTo("max 200000");
        assertThat(file(Controller.MEMORY, "memory.max")).isEqualTo("max");
        assertThat(file(Controller.MEMORY, "memory.swap.max")).isEqualTo("max");
        cgroup.update(CgroupLimits.builder().cpuPeriod(100_000).build());
        assertThat(file(Controller.CPU, "cpu.max")).isEqualTo("max 100000");
    }

    @Test
    void controllersComeDownTheTree() {
        create("a/b/c/d", CgroupLimits.builder().memoryMax(64 * MIB));
        CgroupNode made = layout.open(parent + "/a/b/c/d").unifiedNode().orElseThrow();
        assertThat(Controllers.of(made, "cgroup.controllers"))
                .contains(Controller.CPU, Controller.MEMORY, Controller.PIDS, Controller.IO);
    }

    /// A cgroup with processes hands no controllers down; only a limit that needs one says so.
    @Test
    void processesAboveForbidLimitsBelow() throws Exception {
        Cgroup above = create("c", CgroupLimits.builder());
        sleeper(above);
        sleeper(create("c/free", CgroupLimits.builder()));
        assertThatThrownBy(() -> create("c/limited", CgroupLimits.builder().pids(5)))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("pids limit")
                .hasMessageContaining("has processes");
    }

    @Test
    void filtersOfDevicesAreReplacedNotAdded() {
        Cgroup cgroup = create("c", CgroupLimits.builder().device(DeviceRule.DENY_ALL));
        for (int i = 0; i < 3; i++) {
            cgroup.update(
                    CgroupLimits.builder()
                            .device(DeviceRule.DENY_ALL)
                            .devices(DeviceRule.USUAL)
                            .build());
            assertThat(DeviceFilter.count(cgroup.unifiedNode().orElseThrow())).isEqualTo(1);
        }
    }

    @Test
    void delegationGivesTheFilesThatTheKernelNames() throws IOException {
        Cgroup cgroup = create("c", CgroupLimits.builder());
        cgroup.delegate(1234, 1235);
        Path directory = Path.of(layout.unified().orElseThrow().mountPoint() + parent, "c");
        assertThat(Files.getAttribute(directory, "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(directory.resolve("cgroup.procs"), "unix:gid"))
                .isEqualTo(1235);
        assertThat(Files.getAttribute(directory.resolve("memory.max"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void whatOnlyVersion1HasIsRefused() {
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().realtimeRuntime(1000)))
                .hasMessageContaining("realtime");
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().kernelTcpMemory(MIB)))
                .hasMessageContaining("kernel tcp memory");
        assertThatThrownBy(() -> create("c", CgroupLimits.builder().unified("no.such", "1")))
                .hasMessageContaining("unified no.such");
    }

    @Test
    void featuresAndNotes() {
        CgroupFeatures features = layout.features();
        assertThat(features.memory() && features.cpuQuota() && features.devices()).isTrue();
        assertThat(features.realtime()).isFalse();
        assertThat(
                        features.withoutEffect(
                                CgroupLimits.builder().swappiness(1).oomKillDisable(true).build()))
                .hasSize(2);
    }

    /// An init system in a container moves itself down and hands controllers on; no exec got in.
    @Test
    void furtherProcessesGoBesideAMemberWhereTheCgroupTakesNone() throws Exception {
        Cgroup own = create("c", CgroupLimits.builder().memoryMax(64 * MIB));
        Hierarchy tree = layout.unified().orElseThrow();
        Cgroup inner = own.child("init");
        Files.createDirectory(Path.of(inner.hostPath(tree)));
        Process process = sleeper(inner);
        int pid = (int) process.pid();
        assertThat(own.beside(pid).hostPath(tree)).isEqualTo(own.hostPath(tree));
        own.unifiedNode().orElseThrow().write("cgroup.subtree_control", "+memory");
        assertThat(own.beside(pid).hostPath(tree)).isEqualTo(inner.hostPath(tree));
        Process further = sleeper(own.beside(pid));
        assertThat(inner.processes()).contains((int) further.pid());
    }

    /// A cgroup with processes takes limited children once its processes are in a leaf.
    @Test
    void ownCgroupIsSplit() throws Exception {
        Cgroup own = create("c", CgroupLimits.builder());
        Process process = sleeper(own);
        Hierarchy tree = layout.unified().orElseThrow();
        Hierarchy.Place seenFromInside =
                new Hierarchy.Place(true, tree.controllers(), "", tree.mountPoint(), parent + "/c");
        try (CgroupLayout inside = new CgroupLayout.V2(new Hierarchy(seenFromInside))) {
            assertThatThrownBy(() ->
                            inside.create(
                                    parent + "/c/one", CgroupLimits.builder().pids(5).build()))
                    .hasMessageContaining("has processes");
            inside.splitOwn("daemon");
            inside.create(parent + "/c/one", CgroupLimits.builder().pids(5).build());
        }
        assertThat(own.child("daemon").processes()).containsExactly((int) process.pid());
        assertThatThrownBy(() -> layout.splitOwn("daemon")).hasMessageContaining("root cgroup");
    }
}
