package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

/// What needs no kernel: layouts, paths, limits, scales.
final class CgroupWordsTest {
    private static final List<String> HYBRID_MOUNTS =
            List.of(
                    "22 1 0:20 / /sys rw - sysfs sysfs rw",
                    "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw,mode=755",
                    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
                    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
                    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup"
                            + " rw,xattr,release_agent=/x,name=systemd",
                    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
                    "50 31 0:32 /inner /mnt/with\\040space rw - cgroup cgroup rw,memory");

    private static final List<String> HYBRID_OWN =
            List.of("4:memory:/own/one", "2:cpu,cpuacct:/", "1:name=systemd:/user", "0::/user");

    private static CgroupLayout hybrid() {
        return CgroupLayout.of(CgroupMounts.parse(HYBRID_MOUNTS, HYBRID_OWN));
    }

    @Test
    void hybridHostIsRead() {
        CgroupLayout layout = hybrid();
        assertThat(layout).isInstanceOf(CgroupLayout.Hybrid.class);
        assertThat(layout.hierarchies().stream().map(Hierarchy::label))
                .containsExactly("cpu,cpuacct", "memory", "name=systemd", "unified");
        assertThat(layout.home(Controller.CPUACCT)).isEqualTo(layout.home(Controller.CPU));
        assertThat(layout.home(Controller.MEMORY).orElseThrow().mountPoint())
                .isEqualTo("/sys/fs/cgroup/memory");
        assertThat(layout.home(Controller.PIDS)).isEmpty();
        assertThat(layout.home(Controller.DEVICES)).isEqualTo(layout.unified());
    }

    @Test
    void unifiedHostIsRead() {
        CgroupLayout layout =
                CgroupLayout.of(
                        CgroupMounts.parse(
                                List.of("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw"),
                                List.of("0::/user.slice/x.scope")));
        assertThat(layout).isInstanceOf(CgroupLayout.V2.class);
    }

    @Test
    void ownCgroupIsSeenFromTheMount() {
        List<String> mount =
                List.of("35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup c rw,memory");
        assertThat(CgroupMounts.parse(mount, List.of("4:memory:/docker/abc/inner")))
                .singleElement()
                .extracting(Hierarchy.Place::own)
                .isEqualTo("/inner");
        assertThat(CgroupMounts.parse(mount, List.of("4:memory:/docker/abc")))
                .singleElement()
                .extracting(Hierarchy.Place::own)
                .isEqualTo("/");
        assertThat(
                        CgroupMounts.parse(
                                List.of("1 2 0:3 /a /mnt/with\\040space rw - cgroup c rw,memory"),
                                List.of("4:memory:/a")))
                .singleElement()
                .extracting(Hierarchy.Place::mountPoint)
                .isEqualTo("/mnt/with space");
    }

    @Test
    void noCgroupsAreTold() {
        assertThatThrownBy(() -> CgroupLayout.of(List.of()))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("no cgroup file system is mounted");
    }

    @Test
    void pathsAreFromTheRootOrFromTheOwn() {
        CgroupLayout layout = hybrid();
        Hierarchy memory = layout.home(Controller.MEMORY).orElseThrow();
        Hierarchy tree = layout.unified().orElseThrow();
        assertThat(CgroupPath.parse("/sampan/a").in(memory, CgroupPosition.OURS))
                .isEqualTo("sampan/a");
        assertThat(CgroupPath.parse("a//b/").in(memory, CgroupPosition.OURS))
                .isEqualTo("own/one/a/b");
        // From the parent: the own cgroup of version 2 has processes.
        assertThat(CgroupPath.parse("a").in(tree, CgroupPosition.OURS)).isEqualTo("a");
        assertThat(layout.open("/sampan/a").child("b/c").path()).isEqualTo("/sampan/a/b/c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/../b", "./a", "a\nb"})
    void pathsThatNameNothing(String path) {
        assertThatThrownBy(() -> CgroupPath.parse(path)).isInstanceOf(SampanException.class);
    }

    @ParameterizedTest
    @CsvSource({"2,1", "1,1", "1024,100", "262144,10000", "512,59", "2048,174", "300000,10000"})
    void sharesBecomeWeights(long shares, long weight) {
        assertThat(Weights.weightOf(shares)).isEqualTo(weight);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 59, 100, 174, 1000, 9999, 10_000})
    void weightsSurviveShares(long weight) {
        assertThat(Weights.weightOf(Weights.sharesOf(weight))).isGreaterThanOrEqualTo(weight);
        assertThat(Weights.weightOf(Weights.sharesOf(weight) - 1)).isLessThanOrEqualTo(weight);
    }

    @Test
    void ioWeights() {
        assertThat(Weights.ioWeightOf(10)).isEqualTo(1);
        assertThat(Weights.ioWeightOf(1000)).isEqualTo(10_000);
    }

    @Test
    void memoryAndSwapBecomesSwapAlone() {
        assertThat(swap(100, 300)).hasValue(200);
        assertThat(swap(100, 100)).hasValue(0);
        assertThat(swap(100, -1)).hasValue(-1);
        assertThat(swap(100, 0)).isEmpty();
        assertThat(swap(-1, 0)).hasValue(-1);
        assertThatThrownBy(() -> swap(0, 100)).hasMessageContaining("without memory limit");
        assertThatThrownBy(() -> swap(200, 100))
                .hasMessage("memory+swap limit 100 should be >= memory limit 200");
    }

    private static OptionalLong swap(long max, long total) {
        return CgroupLimits.builder().memoryMax(max).memoryAndSwap(total).build().memory().swap();
    }

    @Test
    void rangesAreChecked() {
        assertThatThrownBy(() -> CgroupLimits.builder().cpuShares(1).build())
                .hasMessage("the minimum allowed cpu-shares is 2");
        assertThatThrownBy(() -> CgroupLimits.builder().cpuShares(262_145).build())
                .hasMessage("the maximum allowed cpu-shares is 262144");
        assertThatThrownBy(() -> CgroupLimits.builder().swappiness(101).build())
                .hasMessage("memory swappiness 101 is not in 0..100");
        assertThatThrownBy(() -> CgroupLimits.builder().unified("../x.y", "1").build())
                .hasMessageContaining("is no name of a cgroup file");
        assertThat(CgroupLimits.builder().cpuShares(0).memoryMax(0).build())
                .isEqualTo(CgroupLimits.NONE);
    }

    @Test
    void numbersOfTheKernel() {
        assertThat(CgroupNode.parse("max")).isEqualTo(Long.MAX_VALUE);
        assertThat(CgroupNode.parse("18446744073709551615")).isEqualTo(Long.MAX_VALUE);
        assertThat(CgroupNode.parse("-1")).isEqualTo(-1);
        assertThat(HugePages.named(64)).isEqualTo("64KB");
        assertThat(HugePages.named(2048)).isEqualTo("2MB");
        assertThat(HugePages.named(1 << 20)).isEqualTo("1GB");
    }
}
