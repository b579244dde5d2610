package sampan.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.spec.Linux.IntelRdt;

/// On a plain directory: the files of the real one are the kernel's.
class ResctrlGroupTest {
    @TempDir Path root;

    private static IntelRdt rdt(String closID, List<String> schemata, String cache) {
        return new IntelRdt(closID, schemata, cache, "", false);
    }

    private ResctrlGroup group(IntelRdt wanted) {
        return ResctrlGroup.of(wanted, "c1", Optional.of(root));
    }

    @Test
    void ownGroupIsNamedAsTheContainerAndGoesWithIt() throws IOException {
        ResctrlGroup group = group(rdt("", List.of("L3:0=f"), ""));
        group.make();
        assertThat(root.resolve("c1/schemata")).hasContent("L3:0=f\n");
        assertThat(group.tasks()).containsExactly(root + "/c1/tasks");
        // The kernel's directories are removed with their files in them.
        Files.delete(root.resolve("c1/schemata"));
        group.remove();
        assertThat(root.resolve("c1")).doesNotExist();
    }

    @Test
    void namedGroupIsTakenAsItIsAndStays() throws IOException {
        assertThatThrownBy(() -> group(rdt("gold", List.of(), "")).make())
                .hasMessageContaining("\"gold\" does not exist");
        Files.createDirectory(root.resolve("gold"));
        Files.writeString(root.resolve("gold/schemata"), "    L3:0=ff\n    MB:0=100\n");
        ResctrlGroup group = group(rdt("gold", List.of(), "L3:0=ff"));
        group.make();
        assertThat(group.tasks()).containsExactly(root + "/gold/tasks");
        group.remove();
        assertThat(root.resolve("gold")).exists();
        assertThatThrownBy(() -> group(rdt("gold", List.of(), "L3:0=f")).make())
                .hasMessageContaining("\"L3:0=f\" differs");
    }

    @Test
    void monitoringHasAGroupOfItsOwn() throws IOException {
        Files.createDirectories(root.resolve("gold/mon_groups"));
        Files.writeString(root.resolve("gold/schemata"), "");
        ResctrlGroup group = group(new IntelRdt("gold", List.of(), "", "", true));
        group.make();
        assertThat(group.tasks())
                .containsExactly(root + "/gold/tasks", root + "/gold/mon_groups/c1/tasks");
        group.remove();
        assertThat(root.resolve("gold/mon_groups")).isEmptyDirectory();
    }

    @Test
    void machineWithoutItIsToldInRuncsWords() {
        assertRefused(
                rdt("", List.of(), "L3:0=f"),
                "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled");
        assertRefused(
                new IntelRdt("", List.of(), "", "MB:0=20", false),
                "intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled");
        assertRefused(
                rdt("gold", List.of(), ""),
                "intelRdt is specified in config, but Intel RDT is not supported or enabled");
        assertRefused(rdt("a/b", List.of(), ""), "invalid intelRdt.ClosID \"a/b\"");
        assertRefused(rdt("..", List.of(), ""), "invalid intelRdt.ClosID \"..\"");
    }

    private static void assertRefused(IntelRdt wanted, String message) {
        assertThatThrownBy(() -> ResctrlGroup.of(wanted, "c1", Optional.empty()))
                .hasMessage(message);
    }
}
