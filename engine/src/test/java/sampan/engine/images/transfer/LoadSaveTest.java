package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.images.Image;
import sampan.engine.images.transfer.ArchiveLoader.LoadedImage;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;
import sampan.oci.tar.StreamChannel;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;

/// Image archives in and out.
@Tag("privileged")
class LoadSaveTest {
    private static final byte[] LOWER = new Archive().directory("d").file("d/a", "a").bytes();
    private static final byte[] UPPER = new Archive().file("d/b", "bb").bytes();

    @TempDir Path directory;
    private TestStores here;

    @BeforeEach
    void open() {
        here = new TestStores(directory.resolve("one"));
    }

    @AfterEach
    void close() {
        here.close();
    }

    private byte[] save(String... names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ArchiveSaver(here.stores).save(List.of(names), Optional.empty(), out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> files(byte[] tar) {
        Map<String, byte[]> files = new java.util.TreeMap<>();
        TarReader reader =
                new TarReader(new StreamChannel(new ByteArrayInputStream(tar)), TarLimits.DEFAULT);
        for (Optional<TarEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
            if (e.get().type() == TarEntry.Type.FILE) {
                files.put(e.get().name(), reader.readAll(1 << 20));
            }
        }
        return files;
    }

    @Test
    void loadsAnArchiveOfTheOldForm() {
        List<LoadedImage> loaded = here.load(Archive.image("test/two:1", LOWER, UPPER));
        assertThat(loaded).hasSize(1);
        assertThat(loaded.getFirst().references()).containsExactly(Reference.parse("test/two:1"));
        Image image = here.stores.images().resolve("test/two:1").image();
        assertThat(image.id())
                .isEqualTo(Digest.of(Archive.config(List.of(LOWER, UPPER))).toString());
        assertThat(image.layers())
                .containsExactly(Digest.of(LOWER).toString(), Digest.of(UPPER).toString());
        assertThat(image.size()).isEqualTo(3);
        assertThat(image.config().command()).containsExactly("sh");
        assertThat(here.stores.images().resolve(image.id().substring(7, 15)).image())
                .isEqualTo(image);
    }

    @Test
    void savesWhatLoadsWithEqualDigests() {
        here.load(Archive.image("a:1", LOWER, UPPER));
        here.load(Archive.image("b:2", LOWER));
        here.stores
                .images()
                .tag(
                        Digest.parse(here.stores.images().resolve("a:1").image().id()),
                        Reference.parse("a:again"));
        byte[] saved = save("a", "b:2");
        assertThat(save("a", "b:2")).as("the same bytes each time").isEqualTo(saved);
        List<Image> before = here.stores.images().images();
        try (TestStores other = new TestStores(directory.resolve("two"))) {
            other.load(saved);
            assertThat(other.stores.images().images())
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("tagged")
                    .isEqualTo(before);
        }
        assertThat(before.stream().flatMap(i -> i.references().stream()))
                .containsExactlyInAnyOrder("a:1", "a:again", "b:2");
        assertThat(files(saved)).containsKeys("manifest.json", "index.json", "oci-layout");
    }

    @Test
    void savesAnIdWithoutNames() {
        here.load(Archive.image("a:1", LOWER));
        String id = here.stores.images().resolve("a:1").image().id();
        byte[] saved = save(id);
        try (TestStores other = new TestStores(directory.resolve("two"))) {
            assertThat(other.load(saved))
                    .containsExactly(new LoadedImage(Digest.parse(id), List.of()));
        }
    }

    @Test
    void loadsAnOciLayoutWithGzipLayers() {
        byte[] layer = Archive.gzip(LOWER);
        byte[] config = Archive.config(List.of(LOWER));
        byte[] manifest =
                Json.write(
                        Manifest.of(
                                Descriptor.of(
                                        MediaType.OCI_CONFIG, Digest.of(config), config.length),
                                List.of(
                                        Descriptor.of(
                                                MediaType.OCI_LAYER_GZIP,
                                                Digest.of(layer),
                                                layer.length))));
        byte[] index =
                Json.write(
                        Index.of(
                                List.of(
                                        Descriptor.of(
                                                        MediaType.OCI_MANIFEST,
                                                        Digest.of(manifest),
                                                        manifest.length)
                                                .withAnnotations(
                                                        Map.of(
                                                                Descriptor.IMAGE_NAME,
                                                                "quay.io/x/y:z")))));
        String blobs = "blobs/sha256/";
        byte[] archive =
                new Archive()
                        .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
                        .file("index.json", index)
                        .file(blobs + Digest.of(manifest).hex(), manifest)
                        .file(blobs + Digest.of(config).hex(), config)
                        .file(blobs + Digest.of(layer).hex(), layer)
                        .bytes();
        here.load(Archive.gzip(archive));
        Image image = here.stores.images().resolve("quay.io/x/y:z").image();
        assertThat(image.manifestDigest()).isEqualTo(Digest.of(manifest).toString());
        assertThat(image.layers()).containsExactly(Digest.of(LOWER).toString());
        assertThat(files(save("quay.io/x/y:z")))
                .containsEntry(blobs + Digest.of(layer).hex(), layer);
    }

    @Test
    void findsLayersThroughLinksOfTheArchive() {
        byte[] config = Archive.config(List.of(LOWER, LOWER));
        byte[] archive =
                new Archive()
                        .file("one/layer.tar", LOWER)
                        .link("two/layer.tar", "../one/layer.tar")
                        .file("c.json", config)
                        .file(
                                "manifest.json",
                                "[{\"Config\":\"c.json\",\"RepoTags\":null,"
                                        + "\"Layers\":[\"one/layer.tar\",\"two/layer.tar\"]}]")
                        .bytes();
        assertThat(here.load(archive)).hasSize(1);
    }

    @Test
    void loadsAgainWhatIsThere() {
        byte[] archive = Archive.image("a:1", LOWER, UPPER);
        List<LoadedImage> first = here.load(archive);
        assertThat(here.load(archive)).isEqualTo(first);
        assertThat(here.load(save("a:1"))).isEqualTo(first);
        assertThat(here.stores.images().records()).hasSize(1);
        assertThat(here.snapshots.layers()).hasSize(2);
    }

    @Test
    void movesANameToTheNewImage() {
        here.load(Archive.image("a:1", LOWER));
        here.load(Archive.image("a:1", UPPER));
        assertThat(here.stores.images().images()).hasSize(2);
        assertThat(here.stores.images().resolve("a:1").image().layers())
                .containsExactly(Digest.of(UPPER).toString());
    }

    @Test
    void leavesNothingOfAnImageThatFails() throws Exception {
        byte[] wrong = Archive.config(List.of(LOWER, LOWER));
        assertThatThrownBy(() -> here.load(Archive.image("a:1", wrong, List.of(LOWER, UPPER))))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("where the image's config says");
        assertThat(here.stores.images().images()).isEmpty();
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.snapshots.layers()).isEmpty();
        here.close();
        try (var left = Files.walk(directory.resolve("one/snapshots/trash"))) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void keepsNothingThatNoImageNames() {
        here.load(Archive.image("a:1", LOWER));
        assertThat(here.stores.content().digests()).as("layer, config and manifest").hasSize(3);
    }

    @Test
    void importsARootFilesystem() {
        Digest id =
                new RootfsImport(here.stores)
                        .importTar(
                                new ByteArrayInputStream(Archive.gzip(LOWER)),
                                Optional.of(Reference.parse("imported")),
                                "Imported from -",
                                List.of("CMD [\"x\"]", "ENV A=b"));
        Image image = here.stores.images().resolve("imported:latest").image();
        assertThat(image.id()).isEqualTo(id.toString());
        assertThat(image.layers()).containsExactly(Digest.of(LOWER).toString());
        assertThat(image.config().command()).containsExactly("x");
        assertThat(image.comment()).isEqualTo("Imported from -");
    }

    @Test
    void refusesToImportWhatIsNoArchive() {
        for (byte[] content :
                List.of(
                        new byte[0],
                        "hello".repeat(500).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        new byte[10])) {
            assertThatThrownBy(() ->
                            new RootfsImport(here.stores)
                                    .importTar(
                                            new ByteArrayInputStream(content),
                                            Optional.empty(),
                                            "",
                                            List.of()))
                    .hasMessageContaining("not a tar archive");
        }
        assertThat(here.stores.content().digests()).isEmpty();
    }

    @Test
    void savesManyImagesInOneArchive() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            names.add("many:" + i);
            here.load(Archive.image("many:" + i, LOWER, new Archive().file("n", "" + i).bytes()));
        }
        byte[] saved = save(names.toArray(String[]::new));
        try (TestStores other = new TestStores(directory.resolve("two"))) {
            assertThat(other.load(saved)).hasSize(20);
            assertThat(other.snapshots.layers()).hasSize(21);
        }
    }
}
