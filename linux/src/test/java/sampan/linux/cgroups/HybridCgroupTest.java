package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the small kernels of test machines lack: cpuset in version 1, and a controller that version
/// 1 left to the unified tree.
@Tag("privileged")
@Tag("cgroup-hybrid")
final class HybridCgroupTest {
    private final CgroupLayout layout = CgroupLayout.detect();
    private final String path = "/sampan-test-" + ProcessHandle.current().pid() + "-hybrid";

    @AfterEach
    void nothingIsLeft() {
        layout.open(path).delete();
        layout.close();
    }

    @Test
    void cpusetIsInheritedOnEachLevelAndNarrowed() throws IOException {
        layout.create(path + "/a/b", CgroupLimits.builder().cpus("0").build());
        Path mount = Path.of(layout.home(Controller.CPUSET).orElseThrow().mountPoint());
        Path own = Path.of(mount + path);
        assertThat(Files.readString(own.resolve("cpuset.cpus")))
                .isEqualTo(Files.readString(mount.resolve("cpuset.cpus")));
        assertThat(Files.readString(own.resolve("a/b/cpuset.cpus")).strip()).isEqualTo("0");
        assertThat(Files.readString(own.resolve("a/b/cpuset.mems")))
                .isEqualTo(Files.readString(mount.resolve("cpuset.mems")));
        assertThatThrownBy(() ->
                        layout.create(path + "/c", CgroupLimits.builder().cpus("977").build()))
                .hasMessageContaining("cannot set cpuset cpus to \"977\"");
        assertThat(layout.open(path + "/c").exists()).isFalse();
    }

    @Test
    void cpusetBelowOneThatAnotherStartHasOnlyJustMadeTakesProcesses() throws IOException {
        Path mount = Path.of(layout.home(Controller.CPUSET).orElseThrow().mountPoint());
        Path own = Path.of(mount + path);
        Files.createDirectory(own);
        assertThat(Files.readString(own.resolve("cpuset.cpus"))).isBlank();
        layout.create(path + "/c", CgroupLimits.builder().build());
        for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            assertThat(Files.readString(own.resolve("c").resolve(file)))
                    .isEqualTo(Files.readString(mount.resolve(file)));
        }
    }

    @Test
    void unifiedTreeGovernsTheRest() throws IOException {
        Hierarchy tree = layout.unified().orElseThrow();
        CgroupNode root = new CgroupNode(tree, ".");
        Set<Controller> before = Controllers.of(root, "cgroup.subtree_control");
        assertThat(layout.home(Controller.HUGETLB)).contains(tree);
        Cgroup cgroup =
                layout.create(path + "/c", CgroupLimits.builder().hugetlb("2MB", 4 << 20).build());
        assertThat(Files.readString(Path.of(tree.mountPoint() + path, "c/hugetlb.2MB.max")))
                .isEqualTo("4194304\n");
        assertThat(cgroup.stats().hugetlb())
                .containsEntry("2MB", new CgroupStats.Hugetlb(0, 0, 4 << 20, 0));
        layout.open(path).delete();
        if (!before.contains(Controller.HUGETLB)) {
            root.write("cgroup.subtree_control", "-hugetlb");
        }
    }
}
