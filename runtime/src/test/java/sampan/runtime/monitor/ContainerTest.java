package sampan.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.RootSource;

/// Containers that run, seen from inside.
@Tag("privileged")
class ContainerTest {
    @TempDir Path directory;
    private TestBox box;

    @BeforeEach
    void open() throws IOException {
        box = new TestBox(directory);
    }

    @AfterEach
    void close() {
        box.close();
    }

    @Test
    void hasNamespacesOfItsOwn() throws Exception {
        assertThat(box.output("echo $$; hostname; ls /sys/class/net; ls /; id"))
                .startsWith("1\nbox\nlo\n")
                .contains("bin\ndev\netc\nproc\nsys\ntmp\n");
    }

    @Test
    void writesGoToTheUpperLayerOfAnOverlay() throws Exception {
        Path upper = Files.createDirectories(directory.resolve("u/fs"));
        Path work = Files.createDirectories(directory.resolve("u/work"));
        Path point = Files.createDirectories(directory.resolve("point"));
        Path other = Files.createDirectories(directory.resolve("other/etc"));
        Files.writeString(other.resolve("top"), "from the upper lower");
        LaunchContext.Builder context =
                LaunchContext.builder(
                        "overlay",
                        new RootSource.Overlay(
                                List.of(
                                        directory.resolve("other").toString(),
                                        box.rootfs.toString()),
                                upper.toString(),
                                work.toString(),
                                List.of()),
                        point.toString());
        String out =
                box.output(
                        box.spec(TestBox.process("cat /etc/top; echo new > /etc/mine").build())
                                .build(),
                        context);
        assertThat(out).isEqualTo("from the upper lower");
        assertThat(upper.resolve("etc/mine")).hasContent("new\n");
        assertThat(box.rootfs.resolve("etc/mine")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(point.toString());
    }
}
