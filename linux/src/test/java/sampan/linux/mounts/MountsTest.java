package sampan.linux.mounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.StatFs;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

@Tag("privileged")
class MountsTest {
    @TempDir Path temp;

    private Path layer(String name, String... files) throws IOException {
        Path dir = Files.createDirectory(temp.resolve(name));
        for (String file : files) {
            Files.writeString(dir.resolve(file), name);
        }
        return dir;
    }

    private static String read(Fd root, String path) {
        try (Fd file = FileOps.openInRoot(root, path, Open.RDONLY, 0)) {
            return new String(FileIo.readFully(file, 100), StandardCharsets.UTF_8);
        }
    }

    private static List<String> names(Fd root) {
        try (Fd dir = FileOps.openAt(root, ".", Open.RDONLY | Open.DIRECTORY)) {
            return FileOps.readDir(dir).stream().map(DirEntry::name).sorted().toList();
        }
    }

    @Test
    void aDetachedTmpfsHoldsFilesAndIsInNoTable() {
        try (Fd tmpfs = Mounts.detached("tmpfs", Optional.of("sampan-test"), MountAttr.NODEV)) {
            FileOps.mkdirAt(tmpfs, "d", 0755);
            assertThat(names(tmpfs)).containsExactly("d");
            assertThat(FileOps.statfs(tmpfs).type()).isEqualTo(StatFs.TMPFS);
            assertThat(MountTable.self().entries())
                    .noneMatch(entry -> entry.source().equals("sampan-test"));
        }
    }

    @Test
    void attachedOnlyInANamespaceOfItsOwn() throws IOException {
        Path target = layer("target");
        MountTable inside =
                DisposableThread.call(
                        "mounts",
                        () -> {
                            Kernel.call("unshare", "mnt", Nr.UNSHARE, 0x20000, 0, 0);
                            Mounts.mount("", "/", "", MountFlags.REC | MountFlags.PRIVATE, "");
                            try (Fd tmpfs = Mounts.detached("tmpfs", Optional.empty(), 0);
                                    Fd dir = Fd.open(target.toString(), Open.PATH)) {
                                Mounts.setAttributes(tmpfs, AttrChange.set(MountAttr.RDONLY), true);
                                Mounts.moveMount(tmpfs, dir, "");
                            }
                            MountTable table =
                                    MountTable.parse(
                                            FileOps.readSmallBytes(
                                                    "/proc/thread-self/mountinfo", 1 << 20));
                            Mounts.umount(target.toString(), MountFlags.UMOUNT_DETACH);
                            return table;
                        });
        assertThat(inside.at(target.toString()).orElseThrow().readOnly()).isTrue();
        assertThat(MountTable.self().at(target.toString())).isEmpty();
    }

    @Test
    void theKernelsOwnWordsAreInTheMessage() {
        try (Fd context = Mounts.fsopen("tmpfs")) {
            assertThatThrownBy(() -> Mounts.configure(context, "nonsense", "x"))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("Unknown parameter 'nonsense'");
        }
        assertThatThrownBy(() -> Mounts.fsopen("no such file system"))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }

    @Test
    void overlayReadsFromTheTopmostAndWritesToTheUpper() throws IOException {
        Path low = layer("low", "a", "b");
        Path high = layer("high", "b", "c");
        Path upper = layer("upper");
        Path work = layer("work");
        List<String> lower = List.of(high.toString(), low.toString());
        try (Fd root =
                Overlay.detached(
                        lower, Optional.of(upper.toString()), Optional.of(work.toString()))) {
            assertThat(names(root)).containsExactly("a", "b", "c");
            assertThat(read(root, "/b")).isEqualTo("high");
            FileOps.unlinkAt(root, "a", 0);
            FileOps.mkdirAt(root, "new", 0755);
            assertThat(names(root)).containsExactly("b", "c", "new");
        }
        assertThat(upper.resolve("new")).isDirectory();
        assertThat(low.resolve("a")).exists();
        assertThat(MountTable.self().entries())
                .noneMatch(entry -> entry.superOptions().toString().contains(temp.toString()));
    }

    @Test
    void overlayByMountIsTheSameAndLeavesNothing() throws IOException {
        Path low = layer("low", "a");
        Path high = layer("high", "b");
        int before = MountTable.self().entries().size();
        try (Fd root =
                Overlay.byMount(
                        List.of(high.toString(), low.toString()),
                        Optional.of(layer("upper").toString()),
                        Optional.of(layer("work").toString()),
                        List.of("metacopy=off"))) {
            assertThat(names(root)).containsExactly("a", "b");
            FileOps.unlinkAt(root, "b", 0);
            assertThat(names(root)).containsExactly("a");
        }
        assertThat(MountTable.self().entries()).hasSize(before);
    }

    @Test
    void withoutAnUpperLayerItIsReadOnly() throws IOException {
        Path low = layer("low", "a");
        Path high = layer("high", "b");
        for (List<String> lower :
                List.of(List.of(low.toString()), List.of(high.toString(), low.toString()))) {
            try (Fd root = Overlay.detached(lower, Optional.empty(), Optional.empty())) {
                assertThat(read(root, "a")).isEqualTo("low");
                assertThatThrownBy(() -> FileOps.mkdirAt(root, "d", 0755))
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
            }
        }
    }

    @Test
    void layersMayHaveAnyNameAndLength() throws IOException {
        Path deep = temp.resolve("x".repeat(200)).resolve("y".repeat(200));
        Files.createDirectories(deep);
        Files.writeString(deep.resolve("deep"), "1");
        Path odd = layer("a:b,c\\d e", "odd");
        try (Fd root =
                Overlay.detached(
                        List.of(deep.toString(), odd.toString()),
                        Optional.of(layer("up:per,\\").toString()),
                        Optional.of(layer("wo:rk").toString()))) {
            assertThat(names(root)).containsExactly("deep", "odd");
        }
    }

    @Test
    void optionsReachTheKernel() throws IOException {
        Path upper = layer("upper");
        Path work = layer("work");
        List<String> lower = List.of(layer("low").toString());
        Overlay.detached(
                        lower,
                        Optional.of(upper.toString()),
                        Optional.of(work.toString()),
                        List.of("volatile", "redirect_dir=off"))
                .close();
        assertThat(work.resolve("work/incompat/volatile")).exists();
        assertThatThrownBy(() ->
                        Overlay.detached(
                                lower,
                                Optional.of(upper.toString()),
                                Optional.of(work.toString()),
                                List.of("nonsense=on")))
                .isInstanceOf(ErrnoException.class);
    }

    @Test
    void halfAnUpperLayerIsRefused() {
        assertThatThrownBy(
                        () -> Overlay.detached(List.of("/"), Optional.of("/tmp"), Optional.empty()))
                .isInstanceOf(SampanException.class);
        assertThatThrownBy(() -> Overlay.detached(List.of(), Optional.empty(), Optional.empty()))
                .isInstanceOf(SampanException.class);
    }
}
