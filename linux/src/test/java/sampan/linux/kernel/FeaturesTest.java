package sampan.linux.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.linux.files.FileIo;
import sampan.linux.mounts.MountTable;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.process.Children;
import sampan.linux.process.SpawnRequest;
import sampan.linux.process.Spawned;
import sampan.linux.process.Spawner;
import sampan.linux.sys.Fd;

@Timeout(30)
class FeaturesTest {
    @ParameterizedTest
    @CsvSource({
        "6.18.44-fc-v669, 6, 18, 44",
        "5.4-custom, 5, 4, 0",
        "7, 7, 0, 0",
        "weird, 0, 0, 0",
        "6.1.0-13-amd64, 6, 1, 0"
    })
    void releases(String text, int major, int minor, int patch) {
        assertThat(Release.parse(text)).isEqualTo(new Release(major, minor, patch));
    }

    @Test
    void releasesAreOrdered() {
        assertThat(new Release(5, 11, 0))
                .isLessThan(new Release(5, 11, 1))
                .isLessThan(new Release(6, 0, 0));
        assertThat(new Release(5, 11, 0).atLeast(5, 11)).isTrue();
        assertThat(new Release(5, 10, 9).atLeast(5, 11)).isFalse();
        assertThat(new Release(6, 0, 0).atLeast(5, 11)).isTrue();
    }

    /// The tests' machine has a kernel that offers everything; each probe must find it.
    @Test
    @Tag("privileged")
    void everythingIsFoundOnANewKernel() throws Exception {
        Features features = Features.probe();
        assertThat(features.release().atLeast(6, 8)).isTrue();
        assertThat(features.offered()).containsExactlyInAnyOrder(Feature.values());
        assertThat(features.uname().system()).isEqualTo("Linux");
        assertThat(features.uname().release())
                .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        assertThat(features.hasCapability(21)).isTrue();
        assertThat(features.hasCapability(63)).isFalse();
        assertThat(features.cgroupLayout()).isIn("unified", "hybrid", "legacy");
        assertThat(Features.memoryBytes()).isGreaterThan(1 << 28);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 c rw | unified",
                "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup c rw;2 0 0:2 / /sys/fs/cgroup/unified rw - cgroup2 c rw | hybrid",
                "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup c rw | legacy",
                "1 0 0:1 / / rw - ext4 c rw | none"
            })
    void cgroupLayouts(String mounts, String layout) {
        byte[] table = mounts.strip().replace(';', '\n').getBytes(StandardCharsets.UTF_8);
        assertThat(Features.askCgroupLayout(MountTable.parse(table))).isEqualTo(layout);
    }

    @Test
    @Tag("privileged")
    void idMapsAreTriedOnTheFileSystem() {
        try (FileIo.Pipe stdin = FileIo.pipe2(0);
                FileIo.Pipe stdout = FileIo.pipe2(0)) {
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest(
                                    "/usr/bin/unshare",
                                    List.of("unshare", "-U", "-r", "sh", "-c", "echo; read x"),
                                    List.of("PATH=/usr/bin:/bin"),
                                    List.of(stdin.readEnd(), stdout.writeEnd()),
                                    true,
                                    Optional.of("/")));
            assertThat(FileIo.read(stdout.readEnd(), new byte[1])).isEqualTo(1);
            try (Fd mapped = Namespaces.open(child.pid(), NamespaceKind.USER)) {
                assertThat(Features.idMappedMounts("/tmp", mapped)).isTrue();
                assertThat(Features.idMappedMounts("/proc", mapped)).isFalse();
            }
            stdin.writeEnd().close();
            Children.await(child.pid());
        }
    }
}
