package sampan.engine.volumes.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.volumes.Volumes;

class LocalVolumesTest {
    @TempDir Path root;

    private LocalVolumes open() {
        return new LocalVolumes(
                root,
                new LocalVolumes.TmpfsMounter() {
                    @Override
                    public void mount(Path target, List<String> options) {}

                    @Override
                    public void unmount(Path target) {}
                });
    }

    @Test
    void aVolumeIsProvisionalUntilItsContainerHasComeToBe() {
        Volumes.Request request =
                new Volumes.Request("", "", Map.of(), Map.of(), Optional.of("the container"));
        LocalVolumes volumes = open();
        String kept = volumes.create(request).volume().name();
        String other = volumes.create(request).volume().name();
        volumes.keep(kept);
        assertThat(volumes.provisional()).containsExactly(Map.entry(other, "the container"));
        assertThat(open().provisional()).containsExactly(Map.entry(other, "the container"));
        assertThat(open().find(kept)).isPresent();
    }

    @Test
    void aDamagedRecordNeitherStopsTheDaemonNorCostsTheData() throws Exception {
        Volumes.Request request =
                new Volumes.Request("work", "", Map.of(), Map.of(), Optional.empty());
        Path data = open().create(request).volume().mountpoint();
        Files.writeString(data.resolve("file"), "precious");
        Path record;
        try (var files = Files.list(root.resolve("work"))) {
            record = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Files.writeString(record, "");
        assertThat(open().find("work")).isEmpty();
        assertThat(data.resolve("file")).hasContent("precious");
    }
}
