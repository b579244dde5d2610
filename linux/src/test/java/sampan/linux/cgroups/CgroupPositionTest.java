package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Relative paths count from where another process stands.
class CgroupPositionTest {
    private static Hierarchy memory(String own) {
        return new Hierarchy(
                new Hierarchy.Place(
                        false, Set.of(Controller.MEMORY), "", "/sys/fs/cgroup/memory", own));
    }

    private static String path(Hierarchy hierarchy, String theirs, String ours) {
        return CgroupPath.parse("c")
                .in(hierarchy, CgroupPosition.of(List.of(theirs), List.of(ours)));
    }

    @Test
    void theirsNotOurs() {
        assertThat(path(memory("/us"), "4:memory:/them", "4:memory:/us")).isEqualTo("them/c");
        assertThat(path(memory("/"), "4:memory:/them", "4:memory:/")).isEqualTo("them/c");
    }

    @Test
    void whatLiesAboveTheMountIsLeftOut() {
        assertThat(path(memory("/us"), "4:memory:/box/them", "4:memory:/box/us"))
                .isEqualTo("them/c");
        assertThat(path(memory("/"), "4:memory:/box/them", "4:memory:/box")).isEqualTo("them/c");
    }

    @Test
    void absolutePathsAreWhatTheySay() {
        assertThat(
                        CgroupPath.parse("/a/c")
                                .in(
                                        memory("/us"),
                                        CgroupPosition.of(
                                                List.of("4:memory:/them"),
                                                List.of("4:memory:/us"))))
                .isEqualTo("a/c");
    }
}
