package sampan.linux.mounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;
import sampan.linux.files.Device;

class MountTableTest {
    private static MountTable parse(String text) {
        return MountTable.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyField() {
        MountTable table =
                parse(
                        "36 35 98:5 /a\\040b /mnt\\011x\\134 rw,noatime shared:7 master:1 - ext3"
                                + " /dev/r\\043oot rw,errors=continue\n"
                                + "37 36 0:9 / /mnt/z ro - tmpfs  rw\n");
        MountEntry first = table.entries().getFirst();
        assertThat(first.id()).isEqualTo(36);
        assertThat(first.parentId()).isEqualTo(35);
        assertThat(first.device()).isEqualTo(Device.of(98, 5));
        assertThat(first.root()).isEqualTo("/a b");
        assertThat(first.mountPoint()).isEqualTo("/mnt\tx\\");
        assertThat(first.options()).containsExactly("rw", "noatime");
        assertThat(first.propagation()).containsExactly("shared:7", "master:1");
        assertThat(first.sharedGroup()).contains("7");
        assertThat(first.type()).isEqualTo("ext3");
        assertThat(first.source()).isEqualTo("/dev/r#oot");
        assertThat(first.superOptions()).containsExactly("rw", "errors=continue");
        MountEntry second = table.entries().getLast();
        assertThat(second.readOnly()).isTrue();
        assertThat(second.source()).isEmpty();
        assertThat(second.sharedGroup()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "36 35 98:5 / /mnt rw",
                "36 35 98:5 / /mnt rw - ext3 x",
                "x 35 98:5 / /mnt rw - ext3 x rw",
                "36 35 98 / /mnt rw - ext3 x rw",
                "\n"
            })
    void malformedLines(String line) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(SampanException.class);
    }

    @Test
    void whichMountAPathLiesOn() {
        MountTable table =
                parse(
                        """
                        1 0 8:1 / / rw - ext4 a rw
                        2 1 8:2 / /a rw - ext4 b rw
                        3 2 8:3 / /a/b rw - ext4 c rw
                        4 1 8:4 / /a rw - ext4 d rw
                        """);
        assertThat(table.containing("/a/b/c").orElseThrow().id()).isEqualTo(3);
        assertThat(table.containing("/ab").orElseThrow().id()).isEqualTo(1);
        assertThat(table.at("/a").orElseThrow().id()).isEqualTo(4);
        assertThat(table.at("/a/b/c")).isEmpty();
        assertThat(table.below("/a")).extracting(MountEntry::id).containsExactly(2, 3, 4);
        assertThat(table.below("/")).hasSize(4);
    }

    @Test
    void thisProcessHasARootAndProc() {
        assertThat(MountTable.self().at("/")).isPresent();
        assertThat(
                        MountTable.of((int) ProcessHandle.current().pid())
                                .at("/proc")
                                .orElseThrow()
                                .type())
                .isEqualTo("proc");
    }
}
