package sampan.engine.snapshots.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Unpacking;
import sampan.engine.testing.Archive;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.Device;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;
import sampan.oci.tar.StreamChannel;
import sampan.oci.tar.TarEntry;

/// Layers and what containers stand on.
@Tag("privileged")
class LayerTest {
    @TempDir Path directory;
    private OverlaySnapshotter snapshots;

    @BeforeEach
    void open() {
        snapshots = new OverlaySnapshotter(directory.resolve("s"), List.of(directory));
    }

    @AfterEach
    void close() {
        snapshots.close();
    }

    private Layer layer(byte[] archive) {
        try (Unpacking unpacking = snapshots.unpack()) {
            unpacking.apply(new StreamChannel(new ByteArrayInputStream(archive)));
            return unpacking.commit(Digest.of(archive));
        }
    }

    private static Stat stat(Layer layer, String path) {
        return FileOps.statAt(Fd.CWD, layer.directory().resolve(path).toString());
    }

    private static Optional<byte[]> xattr(Layer layer, String path, String name) {
        return FileOps.getXattr(Fd.CWD, layer.directory().resolve(path).toString(), name);
    }

    private static String text(Layer layer, String path) throws IOException {
        return Files.readString(layer.directory().resolve(path));
    }

    @Test
    void keepsWhatTheArchiveSaysOfEachFile() throws IOException {
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        TarEntry suid =
                TarEntry.file("d/suid", 06755, 0)
                        .withOwner(1000, 2000)
                        .withTime(1_000_000_000, 123_456_789)
                        .withXattrs(Map.of("security.capability", capability));
        Layer layer =
                layer(
                        new Archive()
                                .entry(
                                        TarEntry.directory("d", 01777)
                                                .withOwner(5, 6)
                                                .withTime(7, 8))
                                .entry(suid)
                                .file("d/text", "hello")
                                .entry(
                                        TarEntry.symlink("d/link", "/nowhere")
                                                .withOwner(3, 4)
                                                .withTime(9, 10))
                                .hardLink("same", "d/text")
                                .entry(
                                        TarEntry.device(
                                                "null", TarEntry.Type.CHARACTER_DEVICE, 1, 3))
                                .entry(TarEntry.device("pipe", TarEntry.Type.FIFO, 0, 0))
                                .bytes());
        Stat file = stat(layer, "d/suid");
        assertThat(file.permissions()).isEqualTo(06755);
        assertThat(List.of(file.uid(), file.gid())).containsExactly(1000, 2000);
        assertThat(file.mtimeSec()).isEqualTo(1_000_000_000);
        assertThat(file.mtimeNsec()).isEqualTo(123_456_789);
        assertThat(xattr(layer, "d/suid", "security.capability")).contains(capability);
        Stat dir = stat(layer, "d");
        assertThat(dir.permissions()).isEqualTo(01777);
        assertThat(List.of(dir.uid(), dir.gid())).containsExactly(5, 6);
        assertThat(List.of(dir.mtimeSec(), (long) dir.mtimeNsec())).containsExactly(7L, 8L);
        Stat link = stat(layer, "d/link");
        assertThat(link.isSymlink()).isTrue();
        assertThat(List.of(link.uid(), link.gid())).containsExactly(3, 4);
        assertThat(link.mtimeSec()).isEqualTo(9);
        assertThat(stat(layer, "same").sameFile(stat(layer, "d/text"))).isTrue();
        assertThat(stat(layer, "null").rdev()).isEqualTo(Device.of(1, 3));
        assertThat(stat(layer, "pipe").type()).isEqualTo(FileType.FIFO);
        assertThat(text(layer, "same")).isEqualTo("hello");
        assertThat(layer.size()).isEqualTo("hello".length() + "/nowhere".length());
        assertThat(layer.entries()).isEqualTo(7);
    }

    @Test
    void turnsWhiteoutsIntoOverlayfsOnes() {
        Layer layer =
                layer(
                        new Archive()
                                .file("a/.wh.gone", "")
                                .file("b/.wh..wh..opq", "")
                                .file("b/new", "x")
                                .file("c/.wh..wh.plnk", "")
                                .directory("kept")
                                .file(".wh.kept", "")
                                .file(".wh.later", "")
                                .directory("later")
                                .file("same", "x")
                                .file(".wh.same", "")
                                .bytes());
        assertThat(stat(layer, "a/gone").type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(stat(layer, "a/gone").rdev()).isZero();
        assertThat(xattr(layer, "b", "trusted.overlay.opaque")).contains(new byte[] {'y'});
        assertThat(layer.directory().resolve("c")).doesNotExist();
        assertThat(xattr(layer, "kept", "trusted.overlay.opaque")).isPresent();
        assertThat(xattr(layer, "later", "trusted.overlay.opaque")).isPresent();
        assertThat(stat(layer, "same").isRegular()).isTrue();
    }

    @Test
    void letsTheLastEntryWinWhateverItsType() throws IOException {
        Layer layer =
                layer(
                        new Archive()
                                .file("a", "first")
                                .file("a", "second")
                                .directory("b")
                                .file("b/x", "gone")
                                .file("b", "now a file")
                                .file("c", "file")
                                .directory("c")
                                .file("c/y", "y")
                                .directory("d")
                                .file("d/kept", "kept")
                                .entry(TarEntry.directory("d", 0700))
                                .link("e", "a")
                                .file("e", "no link")
                                .directory("f")
                                .file("f/z", "z")
                                .link("f", "c")
                                .file("f/through", "t")
                                .bytes());
        assertThat(text(layer, "a")).isEqualTo("second");
        assertThat(text(layer, "b")).isEqualTo("now a file");
        assertThat(text(layer, "c/y")).isEqualTo("y");
        assertThat(text(layer, "d/kept")).isEqualTo("kept");
        assertThat(stat(layer, "d").permissions()).isEqualTo(0700);
        assertThat(text(layer, "e")).isEqualTo("no link");
        assertThat(stat(layer, "f").isSymlink()).isTrue();
        assertThat(text(layer, "c/through")).isEqualTo("t");
    }

    @Test
    void dropsWhatIsNotCommitted() {
        try (Unpacking unpacking = snapshots.unpack()) {
            unpacking.apply(
                    new StreamChannel(
                            new ByteArrayInputStream(new Archive().file("a", "x").bytes())));
        }
        snapshots.close();
        assertThat(directory.resolve("s/new")).isEmptyDirectory();
        assertThat(directory.resolve("s/l")).isEmptyDirectory();
        assertThat(directory.resolve("s/trash")).isEmptyDirectory();
    }

    @Test
    void keepsEachLayerOnceAndFindsItAgain() throws IOException {
        byte[] archive = new Archive().file("a", "x").bytes();
        Layer first = layer(archive);
        assertThat(layer(archive)).isEqualTo(first);
        snapshots.prepare("c1", new Base.Layers(new Chain(List.of(first.diffId()))));
        snapshots.close();
        Files.createDirectories(directory.resolve("s/new/99/fs"));
        Files.createDirectories(directory.resolve("s/l/100/fs/half"));
        snapshots = new OverlaySnapshotter(directory.resolve("s"), List.of(directory));
        assertThat(snapshots.layers()).containsExactly(first);
        assertThat(snapshots.keys()).containsExactly("c1");
        assertThat(directory.resolve("s/new")).isEmptyDirectory();
        snapshots.close();
        assertThat(directory.resolve("s/l/100")).doesNotExist();
    }

    @Test
    void mountsTheTopmostLayerFirstAndEachOnce() throws IOException {
        Layer lower = layer(new Archive().file("f", "lower").file("g", "g").bytes());
        Layer upper = layer(new Archive().file("f", "upper").file(".wh.g", "").bytes());
        Digest low = lower.diffId();
        Digest up = upper.diffId();
        snapshots.prepare("c", new Base.Layers(new Chain(List.of(low, up, low, up))));
        RootMount mount = snapshots.rootMount("c");
        assertThat(mount.lowers())
                .containsExactly(upper.directory().toString(), lower.directory().toString());
        try (Fd root = Overlay.detached(mount.lowers(), mount.upper(), mount.work())) {
            assertThat(read(root, "f")).isEqualTo("upper");
            assertThat(FileOps.statIfExists(root, "g")).isEmpty();
        }
        snapshots.remove("c");
        assertThatThrownBy(() -> snapshots.rootMount("c"))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private static String read(Fd root, String path) {
        try (Fd file = FileOps.openInRoot(root, path, Open.RDONLY, 0)) {
            return new String(
                    sampan.linux.files.FileIo.readFully(file, 1000), StandardCharsets.UTF_8);
        }
    }

    @Test
    void givesTheUpperDirectoryTheImagesRoot() {
        Layer layer =
                layer(
                        new Archive()
                                .entry(TarEntry.directory("./", 0751).withOwner(7, 8))
                                .file("f", "f")
                                .bytes());
        snapshots.prepare("c", new Base.Layers(new Chain(List.of(layer.diffId()))));
        Stat root = FileOps.statAt(Fd.CWD, snapshots.rootMount("c").upper().orElseThrow());
        assertThat(root.permissions()).isEqualTo(0751);
        assertThat(List.of(root.uid(), root.gid())).containsExactly(7, 8);
    }

    @Test
    void refusesASecondSnapshotAndMissingLayers() {
        snapshots.prepare("c", new Base.Layers(Chain.EMPTY));
        assertThatThrownBy(() -> snapshots.prepare("c", new Base.Layers(Chain.EMPTY)))
                .hasMessageContaining("is there already");
        Digest none = Digest.of(new byte[0]);
        assertThatThrownBy(() -> snapshots.prepare("d", new Base.Layers(new Chain(List.of(none)))))
                .hasMessageContaining("is not here");
        assertThat(snapshots.keys()).containsExactly("c");
        assertThat(snapshots.rootMount("c").lowers()).hasSize(1);
    }

    @Test
    void keepsALayerThatAContainerStandsOn() {
        Layer layer = layer(new Archive().file("f", "f").bytes());
        snapshots.prepare("c", new Base.Layers(new Chain(List.of(layer.diffId()))));
        snapshots.removeLayer(layer.diffId());
        assertThat(snapshots.layer(layer.diffId())).contains(layer);
        snapshots.remove("c");
        snapshots.removeLayer(layer.diffId());
        assertThat(snapshots.layer(layer.diffId())).isEmpty();
        assertThat(layer.directory()).doesNotExist();
    }

    @Test
    void showsTheMachineWithoutTheEnginesDirectories() throws IOException {
        snapshots.prepare("h", new Base.Host());
        RootMount mount = snapshots.rootMount("h");
        Files.writeString(directory.resolve("secret"), "x");
        try (Fd root = Overlay.detached(mount.lowers(), mount.upper(), mount.work())) {
            assertThat(FileOps.statAt(root, "etc").isDirectory()).isTrue();
            assertThat(FileOps.statIfExists(root, directory.toString().substring(1))).isEmpty();
            String parent =
                    java.util.Objects.requireNonNull(directory.getParent()).toString().substring(1);
            Stat shown = FileOps.statAt(root, parent);
            Stat real = FileOps.statAt(Fd.CWD, "/" + parent);
            assertThat(shown.mode()).isEqualTo(real.mode());
            assertThat(shown.uid()).isEqualTo(real.uid());
            try (Fd made = FileOps.openInRoot(root, "made", Open.WRONLY | Open.CREAT, 0644)) {
                assertThat(made.isOpen()).isTrue();
            }
        }
        assertThat(Path.of(mount.upper().orElseThrow()).resolve("made")).exists();
        assertThat(Files.exists(Path.of("/made"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void measuresWhatWasWritten() throws IOException {
        snapshots.prepare("c", new Base.Layers(Chain.EMPTY));
        Path upper = Path.of(snapshots.rootMount("c").upper().orElseThrow());
        Files.write(upper.resolve("a"), new byte[10_000]);
        Files.createLink(upper.resolve("b"), upper.resolve("a"));
        Files.createDirectory(upper.resolve("d"));
        var usage = snapshots.usage("c");
        assertThat(usage.bytes()).isEqualTo(10_000);
        assertThat(usage.files()).isEqualTo(3);
        assertThat(usage.allocated()).isGreaterThanOrEqualTo(4096);
    }
}
