package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

class FileTreeTest {
    @TempDir Path temp;
    private Fd dir = Fd.NONE;

    @BeforeEach
    void open() {
        dir = Fd.open(temp.toString(), Open.RDONLY | Open.DIRECTORY);
    }

    @AfterEach
    void close() {
        dir.close();
    }

    @Test
    void linksAreRemovedAndWhatTheyPointToStays() throws IOException {
        Files.createDirectories(temp.resolve("kept/inner"));
        Files.createDirectories(temp.resolve("gone/a/b"));
        Files.createSymbolicLink(temp.resolve("gone/a/out"), temp.resolve("kept"));
        Files.writeString(temp.resolve("gone/a/b/f"), "x");
        FileTree.remove(dir, "gone");
        FileTree.remove(dir, "gone");
        assertThat(temp.resolve("gone")).doesNotExist();
        assertThat(temp.resolve("kept/inner")).isDirectory();
        Files.createSymbolicLink(temp.resolve("link"), temp.resolve("kept"));
        FileTree.remove(dir, "link");
        assertThat(temp.resolve("kept/inner")).isDirectory();
    }

    /// Deeper than one path can name and than the levels that are held open.
    @Test
    void noDepthIsTooDeep() {
        FileOps.mkdirAt(dir, "deep", 0755);
        Fd at = FileOps.openAt(dir, "deep", Open.PATH | Open.DIRECTORY);
        String name = "n".repeat(100);
        for (int i = 0; i < 400; i++) {
            FileOps.mkdirAt(at, name, 0755);
            FileOps.mknodAt(at, "f", 0100644, 0);
            Fd next = FileOps.openAt(at, name, Open.PATH | Open.DIRECTORY);
            at.close();
            at = next;
        }
        at.close();
        FileTree.remove(dir, "deep");
        assertThat(FileOps.readDir(dir)).isEmpty();
    }

    @Test
    void filesWithSeveralNamesCountOnce() throws IOException {
        Files.createDirectories(temp.resolve("t/d"));
        Files.write(temp.resolve("t/big"), new byte[1 << 20]);
        try (Fd tree = FileOps.openAt(dir, "t", Open.PATH)) {
            FileTree.Usage before = FileTree.usage(tree, 100);
            Files.createLink(temp.resolve("t/d/again"), temp.resolve("t/big"));
            Files.createSymbolicLink(temp.resolve("t/d/up"), Path.of("/usr"));
            FileTree.Usage after = FileTree.usage(tree, 100);
            assertThat(before.bytes()).isBetween(1L << 20, 3L << 19);
            assertThat(after.bytes()).isBetween(before.bytes(), before.bytes() + 8192);
            assertThat(after.files()).isEqualTo(before.files() + 2).isEqualTo(5);
            assertThatThrownBy(() -> FileTree.usage(tree, 4)).isInstanceOf(SampanException.class);
        }
    }

    @Test
    void directoriesAreMadeBelowTheRootOnly() throws IOException {
        Files.createDirectories(temp.resolve("root/real"));
        Files.createSymbolicLink(temp.resolve("root/link"), Path.of("/real"));
        Files.createSymbolicLink(temp.resolve("root/out"), Path.of("../../.."));
        Files.createSymbolicLink(temp.resolve("root/dangling"), Path.of("/no/where"));
        try (Fd root = FileOps.openAt(dir, "root", Open.PATH)) {
            InRoot.mkdirs(root, "/link/a/b/", 0700).close();
            assertThat(temp.resolve("root/real/a/b")).isDirectory();
            InRoot.mkdirs(root, "out/x", 0700).close();
            assertThat(temp.resolve("root/x")).isDirectory();
            InRoot.mkdirs(root, "/", 0700).close();
            assertThatThrownBy(() -> InRoot.mkdirs(root, "dangling/x", 0700))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.isMissing()).isTrue());
            FileOps.mknodAt(root, "file", 0100600, 0);
            assertThatThrownBy(() -> InRoot.mkdirs(root, "file/x", 0700))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOTDIR));
            try (InRoot.Place place = InRoot.parent(root, "/link/a/new")) {
                assertThat(place.name()).isEqualTo("new");
                FileOps.mkdirAt(place.dir(), place.name(), 0700);
            }
            assertThat(temp.resolve("root/real/a/new")).isDirectory();
            try (InRoot.Place place = InRoot.parent(root, "/")) {
                assertThat(place.name()).isEqualTo(".");
            }
            assertThatThrownBy(() -> InRoot.parent(root, "a/.."))
                    .isInstanceOf(SampanException.class);
        }
        assertThat(FileOps.readDir(dir)).hasSize(1);
    }
}
