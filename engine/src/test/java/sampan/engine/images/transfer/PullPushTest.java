package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.images.Image;
import sampan.engine.registry.ManifestContent;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.engine.testing.Transfers;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Pulls from a real registry and pushes to it.
@Tag("privileged")
class PullPushTest {
    private static final byte[] LOWER = new Archive().directory("d").file("d/a", "a").bytes();
    private static final byte[] UPPER = new Archive().file("d/b", "bb").bytes();

    @TempDir Path directory;
    private Transfers transfers;
    private Publishing publishing;
    private TestStores here;
    private Told told;

    @BeforeEach
    void open() {
        transfers = new Transfers(directory);
        publishing = transfers.publishing;
        here = transfers.here();
        told = transfers.told;
    }

    @AfterEach
    void close() {
        transfers.close();
    }

    private Reference name(String rest) {
        return transfers.name(rest);
    }

    private String content(TestStores in, byte[] layer, String file) throws IOException {
        Path root = in.snapshots.layer(Digest.of(layer)).orElseThrow().directory();
        return Files.readString(root.resolve(file));
    }

    @Test
    void pullsLayersOfEveryCompression() throws IOException {
        byte[] plain = new Archive().file("z", "zstd").bytes();
        byte[] zstd = Zstd.frame(plain);
        ManifestContent pushed =
                publishing.image(
                        name("a/b:1"),
                        LayerContent.plain(LOWER),
                        LayerContent.gzip(UPPER),
                        new LayerContent(MediaType.OCI_LAYER_ZSTD, zstd, plain));
        Puller.Pulled pulled = transfers.pull(name("a/b:1"));
        assertThat(pulled.digest()).isEqualTo(pushed.digest());
        assertThat(pulled.newer()).isTrue();
        assertThat(content(here, LOWER, "d/a")).isEqualTo("a");
        assertThat(content(here, UPPER, "d/b")).isEqualTo("bb");
        assertThat(content(here, plain, "z")).isEqualTo("zstd");
        assertThat(told.lines().getFirst()).isEqualTo("1: Pulling from a/b");
        assertThat(told.count("Pull complete")).isEqualTo(3);
        Image image = here.stores.images().resolve(transfers.server.host() + "/a/b:1").image();
        assertThat(image.digests())
                .containsExactly(transfers.server.host() + "/a/b@" + pushed.digest());
        assertThat(here.stores.content().partials()).isEmpty();
    }

    /// One raw block: a valid frame of RFC 8878 that needs no compressor.
    private static final class Zstd {
        static byte[] frame(byte[] content) {
            java.nio.ByteBuffer out =
                    java.nio.ByteBuffer.allocate(content.length + 12)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
            out.putInt(0xFD2FB528).put((byte) 0xA0).putInt(content.length);
            int block = content.length << 3 | 1;
            out.put((byte) block).put((byte) (block >> 8)).put((byte) (block >> 16)).put(content);
            return out.array();
        }
    }

    @Test
    void anImageThatIsHereIsAskedForOnce() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Puller.Pulled first = transfers.pull(name("a:1"));
        Puller.Pulled second = transfers.pull(name("a:1"));
        assertThat(second).isEqualTo(new Puller.Pulled(first.id(), first.digest(), false));
        assertThat(told.count("Pulling fs layer")).isEqualTo(1);
    }

    @Test
    void aLayerThatIsHereIsNotFetchedAgain() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        publishing.image(name("a:2"), LayerContent.gzip(LOWER), LayerContent.gzip(UPPER));
        transfers.pull(name("a:1"));
        transfers.pull(name("a:2"));
        assertThat(told.count("Already exists")).isEqualTo(1);
        assertThat(told.count("Download complete")).isEqualTo(2);
    }

    @Test
    void aNameThatMovedLeavesTheOldImageWithoutOne() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Puller.Pulled old = transfers.pull(name("a:1"));
        publishing.image(name("a:1"), LayerContent.gzip(UPPER));
        Puller.Pulled current = transfers.pull(name("a:1"));
        assertThat(current.newer()).isTrue();
        assertThat(current.id()).isNotEqualTo(old.id());
        assertThat(here.stores.images().resolve(old.id().toString()).image().references())
                .isEmpty();
    }

    @Test
    void digestsSurvivePullAndPush() {
        ManifestContent pushed =
                publishing.image(name("a:1"), LayerContent.gzip(LOWER), LayerContent.plain(UPPER));
        Puller.Pulled pulled = transfers.pull(name("a:1"));
        here.stores.images().tag(pulled.id(), name("team/other:x"));
        Pusher.Pushed again = transfers.push(name("team/other:x"));
        assertThat(again.digest()).isEqualTo(pushed.digest());
        assertThat(told.count("Mounted from a")).isEqualTo(2);
        assertThat(told.count("Pushed")).isZero();
        try (TestStores there = transfers.stores("two")) {
            assertThat(transfers.pull(there, name("team/other:x")).digest())
                    .isEqualTo(pushed.digest());
        }
    }

    @Test
    void onlyWhatIsMissingIsPushed() {
        here.load(Archive.image(name("new:1").toString(), LOWER));
        here.load(Archive.image(name("new:2").toString(), LOWER, UPPER));
        transfers.push(name("new:1"));
        transfers.push(name("new:2"));
        assertThat(told.count("Pushed")).isEqualTo(2);
        assertThat(told.count("Layer already exists")).isEqualTo(1);
        assertThat(publishing.repository(name("new")).tags()).containsExactlyInAnyOrder("1", "2");
    }

    private Manifest manifestOf(Reference name) {
        ManifestContent content = publishing.repository(name).manifest(name.tag().orElse("latest"));
        return Json.read(content.bytes(), Manifest.class);
    }

    @Test
    void layersOfOurOwnArePushedCompressedOnce() throws IOException {
        here.load(Archive.image(name("own:1").toString(), LOWER, UPPER));
        Pusher.Pushed first = transfers.push(name("own:1"));
        assertThat(manifestOf(name("own:1")).layers())
                .extracting(Descriptor::mediaType)
                .containsOnly(MediaType.OCI_LAYER_GZIP);
        assertThat(here.stores.content().has(Digest.of(LOWER))).as("the plain blob").isFalse();
        assertThat(transfers.push(name("own:1")).digest()).isEqualTo(first.digest());
        assertThat(told.count("Pushed")).isEqualTo(2);
        assertThat(told.count("Layer already exists")).isEqualTo(2);
        here.load(Archive.image(name("own:1").toString(), LOWER, UPPER));
        assertThat(transfers.push(name("own:1")).digest()).isEqualTo(first.digest());
        try (TestStores there = transfers.stores("two")) {
            assertThat(transfers.pull(there, name("own:1")).id()).isEqualTo(first.image());
            assertThat(content(there, UPPER, "d/b")).isEqualTo("bb");
        }
    }

    @Test
    void aLayerThatIsCompressedAlreadyIsTakenForOtherImages() {
        publishing.image(name("base:1"), LayerContent.gzip(LOWER));
        transfers.pull(name("base:1"));
        here.load(Archive.image(name("own:1").toString(), LOWER, UPPER));
        transfers.push(name("own:1"));
        assertThat(manifestOf(name("own:1")).layers().getFirst())
                .isEqualTo(manifestOf(name("base:1")).layers().getFirst());
    }

    @Test
    void oneImageInTwoFormsIsPushedInTheOneThatIsThere() {
        ManifestContent packed = publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        ManifestContent plain = publishing.image(name("b:1"), LayerContent.plain(LOWER));
        Puller.Pulled one = transfers.pull(name("a:1"));
        Puller.Pulled two = transfers.pull(name("b:1"));
        assertThat(one.id()).isEqualTo(two.id());
        here.stores.collector().collect();
        assertThat(transfers.push(name("a:1")).digest()).isEqualTo(packed.digest());
        assertThat(transfers.push(name("b:1")).digest()).isEqualTo(plain.digest());
        assertThat(transfers.pull(name("a:1")).newer()).isFalse();
    }

    @Test
    void anIndexGivesThePlatformThatWasAskedFor() {
        Reference name = name("many:1");
        ManifestContent own = publishing.image(name("many:own"), LayerContent.gzip(LOWER));
        ManifestContent other = publishing.image(name("many:other"), LayerContent.gzip(UPPER));
        ManifestContent index =
                publishing.index(
                        name,
                        Map.of(
                                Platform.host(), own,
                                Platform.of("linux", "s390x", ""), other));
        Puller.Pulled pulled = transfers.pull(name);
        assertThat(pulled.digest()).isEqualTo(index.digest());
        assertThat(here.stores.images().record(pulled.id()).manifest()).isEqualTo(own.digest());
        assertThatThrownBy(() -> transfers.pull(name, Platform.of("linux", "riscv64", "")))
                .isInstanceOf(SampanException.class)
                .hasMessage("no matching manifest for linux/riscv64 in the manifest list entries");
    }

    @Test
    void aDigestPinsTheImage() {
        ManifestContent pushed = publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Reference pinned = name("a").atDigest(pushed.digest());
        transfers.pull(pinned);
        Image image = here.stores.images().resolve(pinned.familiar()).image();
        assertThat(image.references()).isEmpty();
        assertThat(image.digests()).containsExactly(pinned.familiar());
    }

    @Test
    void whatRefersToAnImageIsListed() {
        ManifestContent image = publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Descriptor nothing =
                publishing.blob(name("a"), "application/vnd.oci.empty.v1+json", "{}".getBytes());
        Manifest signature =
                new Manifest(
                        2,
                        MediaType.OCI_MANIFEST,
                        nothing,
                        List.of(),
                        Map.of(),
                        Optional.of(image.descriptor()),
                        "application/x.signature");
        ManifestContent pushed =
                publishing.manifest(name("a").atDigest(image.digest()), Json.write(signature));
        // docker-registry 2.8 has no referrers API: clients keep the list under a tag.
        publishing.index(name("a:sha256-" + image.digest().hex()), Map.of(Platform.host(), pushed));
        assertThat(publishing.repository(name("a")).referrers(image.digest(), ""))
                .extracting(Descriptor::digest)
                .containsExactly(pushed.digest());
    }

    @Test
    void unknownNamesAreSaidInDockersWords() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        assertThatThrownBy(() -> transfers.pull(name("a:2")))
                .hasMessage(
                        "manifest for "
                                + transfers.server.host()
                                + "/a:2 not found: manifest unknown: manifest unknown");
        assertThatThrownBy(() -> transfers.push(name("none:1")))
                .hasMessage("tag does not exist: " + transfers.server.host() + "/none:1");
    }

    @Test
    void anArtifactIsStoredListedAndPushedOn() {
        Descriptor nothing =
                publishing.blob(
                        name("a"),
                        "application/vnd.cncf.helm.config.v1+json",
                        Base64.getDecoder().decode("e30="));
        Descriptor chart = publishing.blob(name("a"), "application/x.chart", LOWER);
        ManifestContent pushed =
                publishing.manifest(
                        name("a:chart"), Json.write(Manifest.of(nothing, List.of(chart))));
        Puller.Pulled pulled = transfers.pull(name("a:chart"));
        assertThat(pulled.id()).isEqualTo(pushed.digest());
        assertThat(here.stores.images().images())
                .extracting(Image::references)
                .containsExactly(List.of(name("a:chart").familiar()));
        here.stores.collector().collect();
        assertThat(here.stores.content().has(chart.digest())).isTrue();
        assertThat(here.stores.snapshots().layers()).isEmpty();
        here.stores.images().tag(pulled.id(), name("b:chart"));
        assertThat(transfers.push(name("b:chart")).digest()).isEqualTo(pushed.digest());
    }

    @Test
    void anArtifactThatLooksLikeABrokenImageDoesNotHideTheOthers() {
        Descriptor config =
                publishing.blob(name("a"), "application/x.config", "no document".getBytes());
        String manifest =
                """
                {"schemaVersion":2,"mediaType":"%s","created":{"x":1},"rootfs":5,"history":"no",
                 "config":{"mediaType":"%s","digest":"%s","size":%d,"Env":7},"layers":[]}\
                """
                        .formatted(
                                MediaType.OCI_MANIFEST,
                                config.mediaType(),
                                config.digest(),
                                config.size());
        publishing.manifest(name("a:odd"), manifest.getBytes());
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        transfers.pull(name("a:odd"));
        transfers.pull(name("a:1"));
        assertThat(here.stores.images().images()).hasSize(2);
    }
}
