package sampan.engine.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.engine.containers.StorageSpec.Type;
import sampan.engine.volumes.Volumes;
import sampan.engine.volumes.local.LocalVolumes;
import sampan.errors.SampanException;

class MountTableTest {
    @TempDir Path directory;
    private Volumes volumes;

    @BeforeEach
    void start() {
        volumes =
                new LocalVolumes(
                        directory,
                        new LocalVolumes.TmpfsMounter() {
                            @Override
                            public void mount(Path target, List<String> options) {}

                            @Override
                            public void unmount(Path target) {}
                        });
    }

    private static MountRequest bind(String source, String target, String mode, Origin origin) {
        return new MountRequest(
                Type.BIND,
                source,
                target,
                false,
                mode,
                "",
                origin == Origin.BINDS,
                false,
                false,
                "",
                Map.of(),
                origin);
    }

    private static MountRequest volume(String name, String target, String mode) {
        return new MountRequest(
                Type.VOLUME,
                name,
                target,
                false,
                mode,
                "",
                false,
                false,
                false,
                "",
                Map.of(),
                Origin.BINDS);
    }

    private MountTable.Settled settle(List<MountRequest> mounts, String... anonymous) {
        return new MountTable(
                        "ab".repeat(32),
                        volumes,
                        r -> {
                            throw SampanException.notFound("No such container: " + r);
                        },
                        new StorageSpec(
                                mounts, List.of(anonymous), Map.of(), List.of(), 0, Map.of(), ""))
                .settle();
    }

    @Test
    void requestsBecomeMounts() {
        MountTable.Settled settled =
                settle(
                        List.of(
                                volume("store", "/deep/er/", "ro"),
                                bind("/src/../etc", "/conf", "ro,rslave", Origin.BINDS)),
                        "/anon",
                        "/conf");
        assertThat(settled.mounts())
                .extracting(MountPoint::destination)
                .containsExactly("/conf", "/anon", "/deep/er");
        MountPoint conf = settled.mounts().getFirst();
        assertThat(conf.source()).isEqualTo("/etc");
        assertThat(conf.writable()).isFalse();
        assertThat(conf.propagation()).isEqualTo("rslave");
        assertThat(settled.made()).hasSize(2).contains("store");
        assertThat(volumes.find("store")).isPresent();
    }

    @Test
    void wrongOnesLeaveNoVolumeBehind() {
        refused(
                List.of(volume("a1", "/a", ""), volume("b1", "/a", "")),
                "Duplicate mount point: /a");
        refused(List.of(volume("a1", "/a", "ro,rw")), "invalid mode: ro,rw");
        refused(List.of(volume("a1", "/a", "shiny")), "invalid mode: shiny");
        refused(
                List.of(volume("a1", "rel", "")),
                "invalid mount path: 'rel' mount path must be absolute");
        refused(List.of(volume("a1", "/", "")), "destination can't be '/'");
        refused(
                List.of(volume("a/b", "/a", "")),
                "includes invalid characters for a local volume name");
        refused(
                List.of(bind("/no/such/place", "/a", "", Origin.MOUNTS)),
                "invalid mount config for type \"bind\": bind source path does not exist:"
                        + " /no/such/place");
    }

    private void refused(List<MountRequest> mounts, String text) {
        assertThatThrownBy(() -> settle(mounts)).hasMessageContaining(text);
        assertThat(volumes.list()).isEmpty();
    }
}
