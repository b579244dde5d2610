package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Tag("privileged")
class XattrsTest {
    @TempDir Path temp;

    @Test
    void setGetListAndRemove() {
        try (Fd dir = Fd.open(temp.toString(), Open.PATH)) {
            FileOps.mknodAt(dir, "f", 0100600, 0);
            assertThat(FileOps.listXattrs(dir, "f")).isEmpty();
            byte[] value = {0, 1, (byte) 0xFF};
            FileOps.setXattr(dir, "f", "trusted.one", value);
            FileOps.setXattr(dir, "f", "user.empty", new byte[0]);
            assertThat(FileOps.listXattrs(dir, "f"))
                    .containsExactlyInAnyOrder("trusted.one", "user.empty");
            assertThat(FileOps.getXattr(dir, "f", "trusted.one")).contains(value);
            assertThat(FileOps.getXattr(dir, "f", "user.empty")).contains(new byte[0]);
            assertThat(FileOps.getXattr(dir, "f", "user.none")).isEmpty();
            FileOps.removeXattr(dir, "f", "trusted.one");
            assertThat(FileOps.listXattrs(dir, "f")).containsExactly("user.empty");
        }
    }

    @Test
    void valuesLongerThanTheFirstBuffer() {
        try (Fd dir = Fd.open(temp.toString(), Open.PATH)) {
            FileOps.mknodAt(dir, "f", 0100600, 0);
            byte[] value = new byte[2000];
            Arrays.fill(value, (byte) 'v');
            FileOps.setXattr(dir, "f", "user.long", value);
            assertThat(FileOps.getXattr(dir, "f", "user.long")).contains(value);
        }
    }

    @Test
    void ofALinkItselfAndOfAPathDescriptor() {
        try (Fd dir = Fd.open(temp.toString(), Open.PATH)) {
            FileOps.mknodAt(dir, "f", 0100600, 0);
            FileOps.symlinkAt("f", dir, "l");
            FileOps.setXattr(dir, "l", "trusted.link", new byte[] {1});
            assertThat(FileOps.listXattrs(dir, "f")).isEmpty();
            try (Fd file = FileOps.openAt(dir, "f", Open.PATH)) {
                FileOps.setXattr(file, "", "trusted.file", new byte[] {2});
            }
            try (Fd link = FileOps.openAt(dir, "l", Open.PATH | Open.NOFOLLOW)) {
                assertThat(FileOps.listXattrs(link, "")).containsExactly("trusted.link");
            }
            assertThat(FileOps.listXattrs(dir, "f")).containsExactly("trusted.file");
        }
    }
}
