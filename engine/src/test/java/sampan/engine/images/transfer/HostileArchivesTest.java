package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.engine.store.Directories;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.tar.TarEntry;

/// Archives made to break out, to break the store, or to exhaust it. Each gives one clear error and
/// leaves nothing, or a result that is confined to the layer; a tree outside that every one of them
/// aims at stays as it was.
@Tag("privileged")
class HostileArchivesTest {
    private static final byte[] GOOD = new Archive().file("good", "good").bytes();

    @TempDir static Path shared;

    @TempDir Path directory;
    private TestStores here;
    private Path outside;
    private Map<String, String> before;

    @BeforeEach
    void open() throws IOException {
        outside = directory.resolve("outside");
        Files.createDirectories(outside.resolve("dir"));
        Files.writeString(outside.resolve("file"), "untouched");
        Files.writeString(outside.resolve("dir/inner"), "untouched");
        here = new TestStores(directory.resolve("store"));
        before = picture(outside);
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        assertThat(picture(outside)).isEqualTo(before);
        try (Stream<Path> names = Files.list(directory)) {
            assertThat(names.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("outside", "store");
        }
        assertThat(directory.resolve("store/snapshots/new")).isEmptyDirectory();
        assertThat(directory.resolve("store/snapshots/unpack")).isEmptyDirectory();
        assertThat(directory.resolve("store/content/ingest")).isEmptyDirectory();
        // The test's own removal takes minutes for the deepest of these trees.
        Directories.removeTree(directory.resolve("store"));
    }

    private static Map<String, String> picture(Path tree) throws IOException {
        Map<String, String> picture = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(tree)) {
            for (Path path : walk.toList()) {
                picture.put(
                        tree.relativize(path).toString(),
                        Files.readAttributes(
                                        path,
                                        "unix:mode,uid,gid,size,nlink,ctime",
                                        LinkOption.NOFOLLOW_LINKS)
                                .toString());
            }
        }
        return picture;
    }

    private void refusedWithoutATrace(InputStream archive, String words) {
        assertThatThrownBy(
                        () -> new ArchiveLoader(here.stores).load(archive, TransferProgress.SILENT))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
        assertThat(here.stores.images().images()).isEmpty();
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.snapshots.layers()).isEmpty();
    }

    /// A layer that cannot be unpacked.
    record Refused(String what, byte[] layer, String words) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Refused> refusedLayers() {
        byte[] good = GOOD;
        byte[] cut = Arrays.copyOf(good, 700);
        byte[] zipped = Archive.gzip(good);
        String deep = "d/".repeat(3000);
        String out = shared.resolve("x").toString();
        return List.of(
                new Refused(
                        "a name that leads out",
                        archive().file("../../x", "x").bytes(),
                        "leads out of"),
                new Refused(
                        "a name that leads out later",
                        archive().file("a/../../x", "x").bytes(),
                        "leads out of"),
                new Refused(
                        "a directory that leads out",
                        archive().directory("..").bytes(),
                        "leads out of"),
                new Refused(
                        "a link out of the way",
                        archive().link("../l", "/").bytes(),
                        "leads out of"),
                new Refused(
                        "a hard link from outside",
                        archive().hardLink("h", "../../file").bytes(),
                        "leads out of"),
                new Refused(
                        "a hard link to an absolute path",
                        archive().hardLink("h", out).bytes(),
                        "not in the archive"),
                new Refused(
                        "a hard link to the password file",
                        archive().hardLink("h", "/etc/passwd").bytes(),
                        "not in the archive"),
                new Refused(
                        "a hard link through a link out",
                        archive().link("l", "/etc").hardLink("h", "l/passwd").bytes(),
                        "not in the archive"),
                new Refused(
                        "a hard link to a directory",
                        archive().directory("d").hardLink("h", "d").bytes(),
                        "link to a directory"),
                new Refused(
                        "a hard link to the root",
                        archive().hardLink("h", "./").bytes(),
                        "link to a directory"),
                new Refused(
                        "a hard link to itself",
                        archive().file("f", "x").hardLink("f", "f").bytes(),
                        "link to itself"),
                new Refused(
                        "a file below a file",
                        archive().file("f", "x").file("f/g", "x").bytes(),
                        "is no directory"),
                new Refused(
                        "a file below a dangling link",
                        archive().link("l", "nowhere").file("l/f", "x").bytes(),
                        "link to nowhere"),
                new Refused(
                        "a file below a loop of links",
                        archive().link("a", "b").link("b", "a").file("a/f", "x").bytes(),
                        "loop of links"),
                new Refused(
                        "a whiteout of the parent",
                        archive().file("a/.wh...", "").bytes(),
                        "whiteout of nothing"),
                new Refused(
                        "a whiteout of nothing",
                        archive().file(".wh.", "").bytes(),
                        "whiteout of nothing"),
                new Refused(
                        "a part of 300 bytes",
                        archive().file("n".repeat(300), "").bytes(),
                        "name too long"),
                new Refused(
                        "a path of 6000 bytes",
                        archive().file(deep + "f", "").bytes(),
                        "name of more than"),
                new Refused(
                        "a link to 5000 bytes",
                        archive().link("l", "t".repeat(5000)).bytes(),
                        "name of more than"),
                new Refused("an empty link", archive().link("l", "").bytes(), "without a target"),
                new Refused("a cut tar", cut, "ends in the middle"),
                new Refused(
                        "a cut gzip", Arrays.copyOf(zipped, zipped.length - 20), "ends too early"),
                new Refused(
                        "a gzip with garbage",
                        joined(zipped, "garbage".getBytes(StandardCharsets.US_ASCII)),
                        "garbage"),
                new Refused("a broken gzip", flipped(zipped, zipped.length - 6), "checksum"),
                new Refused(
                        "zstd",
                        joined(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD}, good),
                        "zstd"),
                new Refused(
                        "xz", joined(new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0}, good), "xz"),
                new Refused(
                        "a wrong sum in the second header",
                        flipped(archive().file("a", "").file("b", "").bytes(), 520),
                        "checksum"),
                new Refused(
                        "a file of 8 EiB",
                        header(
                                "big",
                                "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                                '0'),
                        "bytes of content"),
                new Refused(
                        "a file of 192 MiB that is not there",
                        header("big", "001400000000", '0'),
                        "ends in the middle"),
                new Refused(
                        "a sparse file of 1 TiB", header("s", "00000000000\0", 'S'), "is sparse"),
                new Refused("PAX records of 2 MiB", paxBomb(), "PAX header of"),
                new Refused(
                        "a PAX record with a length of its own",
                        pax("9999 path=x\n"),
                        "malformed PAX"),
                new Refused("a PAX name with a NUL", pax("11 path=\0x\n"), "NUL"),
                new Refused(
                        "an entry of a strange type",
                        header("v", "00000000000\0", 'V'),
                        "unsupported type"));
    }

    @ParameterizedTest
    @MethodSource("refusedLayers")
    void refusesTheLayer(Refused hostile) {
        // Its digest is right; what it says is not.
        byte[] image =
                Archive.image(
                        "evil:1",
                        Archive.config(List.of(hostile.layer())),
                        List.of(hostile.layer()));
        refusedWithoutATrace(new ByteArrayInputStream(image), hostile.words());
    }

    /// A layer that can be unpacked, inside of its directory.
    record Confined(String what, byte[] layer, List<String> files) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Confined> confinedLayers() {
        String out = java.util.Objects.requireNonNull(shared.getParent()).toString();
        return List.of(
                new Confined(
                        "absolute names", archive().file("/etc/x", "x").bytes(), List.of("etc/x")),
                new Confined(
                        "an absolute link as a parent",
                        archive().directory("etc").link("l", "/etc").file("l/x", "x").bytes(),
                        List.of("etc/x", "l")),
                new Confined(
                        "a link far up as a parent",
                        archive()
                                .directory("etc")
                                .link("l", "../../../../etc")
                                .file("l/x", "x")
                                .bytes(),
                        List.of("etc/x", "l")),
                new Confined(
                        "a link to the root as a parent",
                        archive().link("l", "/").file("l/x", "x").bytes(),
                        List.of("x", "l")),
                new Confined(
                        "a link over a directory, and back",
                        archive()
                                .file("d/x", "x")
                                .link("d", out)
                                .file("e", "x")
                                .directory("d")
                                .file("d/y", "y")
                                .bytes(),
                        List.of("d/y", "e")),
                new Confined(
                        "a file over a link out",
                        archive().link("l", out + "/file").file("l", "mine").bytes(),
                        List.of("l")),
                new Confined(
                        "dangling links",
                        archive().link("a", "/no/such").link("b", "../../../b").bytes(),
                        List.of("a", "b")),
                new Confined(
                        "device nodes",
                        archive()
                                .entry(TarEntry.device("sda", TarEntry.Type.BLOCK_DEVICE, 8, 0))
                                .bytes(),
                        List.of("sda")),
                new Confined("the same name 2000 times", same(2000), List.of("f")),
                new Confined(
                        "a path of 4000 bytes",
                        archive().file("d/".repeat(1990) + "f", "x").bytes(),
                        List.of("d")),
                new Confined(
                        "overlayfs's own attributes",
                        archive()
                                .entry(
                                        TarEntry.file("f", 0644, 0)
                                                .withXattrs(
                                                        Map.of(
                                                                "trusted.overlay.redirect",
                                                                "/etc"
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .US_ASCII))))
                                .bytes(),
                        List.of("f")),
                new Confined(
                        "names that are no text",
                        archive().file("a\uDC80\uDCFF", "x").bytes(),
                        List.of()),
                new Confined("an empty archive", new byte[1024], List.of()));
    }

    @ParameterizedTest
    @MethodSource("confinedLayers")
    void keepsTheLayerInItsDirectory(Confined hostile) {
        here.load(Archive.image("odd:1", hostile.layer()));
        Path root = here.snapshots.layer(Digest.of(hostile.layer())).orElseThrow().directory();
        for (String file : hostile.files()) {
            assertThat(Files.exists(root.resolve(file), LinkOption.NOFOLLOW_LINKS))
                    .as(file)
                    .isTrue();
        }
    }

    static List<Refused> refusedArchives() {
        byte[] config = Archive.config(List.of(GOOD));
        return List.of(
                new Refused("nothing", new byte[0], "without an image"),
                new Refused(
                        "no tar",
                        "x".repeat(2000).getBytes(StandardCharsets.US_ASCII),
                        "not octal"),
                new Refused("no manifest", archive().file("a", "b").bytes(), "without an image"),
                new Refused(
                        "a manifest that is no JSON",
                        archive().file("manifest.json", "{").bytes(),
                        "invalid JSON"),
                new Refused(
                        "a manifest of nulls",
                        archive().file("manifest.json", "[{}]").bytes(),
                        "lacks"),
                new Refused(
                        "a config that is not there",
                        archive().file("manifest.json", "[{\"Config\":\"x\"}]").bytes(),
                        "lacks x"),
                new Refused(
                        "a config outside",
                        archive()
                                .file("manifest.json", "[{\"Config\":\"../../etc/passwd\"}]")
                                .bytes(),
                        "leads out of"),
                new Refused(
                        "a layer by a link outside",
                        archive()
                                .file("c", config)
                                .link("l", "/etc/passwd")
                                .file("manifest.json", "[{\"Config\":\"c\",\"Layers\":[\"l\"]}]")
                                .bytes(),
                        "lacks l"),
                new Refused(
                        "a loop of links",
                        archive()
                                .file("c", config)
                                .link("l", "l")
                                .file("manifest.json", "[{\"Config\":\"c\",\"Layers\":[\"l\"]}]")
                                .bytes(),
                        "loop of links"),
                new Refused(
                        "fewer layers than promised",
                        Archive.image("a:1", config, List.of()),
                        "its config names 1"),
                new Refused(
                        "another layer than promised",
                        Archive.image("a:1", config, List.of(same(1))),
                        "where the image's config says"),
                new Refused(
                        "a blob under a wrong digest",
                        archive().file("blobs/sha256/" + "0".repeat(64), "x").bytes(),
                        "has digest"),
                new Refused(
                        "a blob under no digest",
                        archive()
                                .file("blobs/sha256/../../x/y", "x")
                                .file("blobs/sha256/zz", "x")
                                .bytes(),
                        "invalid digest"),
                new Refused(
                        "a name that is none", Archive.image("../../x", GOOD), "invalid reference"),
                new Refused(
                        "the built-in image's name",
                        Archive.image("host:latest", GOOD),
                        "is built in"),
                new Refused(
                        "a device",
                        archive()
                                .entry(TarEntry.device("d", TarEntry.Type.BLOCK_DEVICE, 8, 0))
                                .bytes(),
                        "device"),
                new Refused(
                        "a config of 20 MiB",
                        Archive.image(
                                "a:1",
                                " ".repeat(20 << 20).getBytes(StandardCharsets.US_ASCII),
                                List.of(GOOD)),
                        "at most"),
                new Refused("an index within itself", selfIndex(), "without an image"));
    }

    @ParameterizedTest
    @MethodSource("refusedArchives")
    void refusesTheArchive(Refused hostile) {
        refusedWithoutATrace(new ByteArrayInputStream(hostile.layer()), hostile.words());
    }

    @Test
    void stopsReadingAMillionEntries() {
        byte[] entry = archive().directory("d").unfinished();
        InputStream endless =
                new SequenceInputStream(
                        Collections.enumeration(
                                Collections.nCopies(1_000_000, (InputStream) new Repeated(entry))));
        refusedWithoutATrace(endless, "more than 20000 entries");
    }

    /// The same bytes for every copy of it in a sequence.
    private static final class Repeated extends InputStream {
        private final byte[] bytes;
        private int at;

        Repeated(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return at == bytes.length ? end() : bytes[at++] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int size = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, target, offset, size);
            at += size;
            return size == 0 ? end() : size;
        }

        private int end() {
            at = 0;
            return -1;
        }
    }

    @Test
    void reportsAClientThatBreaksOff() {
        byte[] image = Archive.image("a:1", GOOD);
        InputStream broken =
                new SequenceInputStream(
                        new ByteArrayInputStream(image, 0, 1500),
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("connection reset");
                            }
                        });
        refusedWithoutATrace(broken, "connection reset");
    }

    private static Archive archive() {
        return new Archive();
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= 1;
        return copy;
    }

    private static byte[] same(int times) {
        Archive archive = archive();
        for (int i = 0; i < times; i++) {
            archive.file("f", "x");
        }
        return archive.bytes();
    }

    private static byte[] selfIndex() {
        return archive().file("oci-layout", "{}").file("index.json", "{\"manifests\":[]}").bytes();
    }

    /// A header alone.
    ///
    /// @param size its size field, a character per byte
    private static byte[] header(String name, String size, char type) {
        byte[] block = Arrays.copyOf(archive().file(name, "").unfinished(), 512);
        byte[] field = size.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(field, 0, block, 124, Math.min(12, field.length));
        block[156] = (byte) type;
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, block, 148, 8);
        return block;
    }

    private static byte[] pax(String records) {
        byte[] block = header("pax", String.format("%011o\0", records.length()), 'x');
        byte[] content = Arrays.copyOf(records.getBytes(StandardCharsets.US_ASCII), 512);
        return joined(joined(block, content), archive().file("f", "").bytes());
    }

    private static byte[] paxBomb() {
        return joined(header("pax", String.format("%011o\0", 2 << 20), 'x'), new byte[2 << 20]);
    }
}
