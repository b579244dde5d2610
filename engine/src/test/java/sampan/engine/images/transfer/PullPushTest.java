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
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
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
    private RegistryServer server;
    private Publishing publishing;
    private TestStores here;
    private final Told told = new Told();

    @BeforeEach
    void open() {
        server = RegistryServer.plain(directory.resolve("registry"));
        publishing = new Publishing(directory);
        here = new TestStores(directory.resolve("one"));
    }

    @AfterEach
    void close() {
        here.close();
        publishing.close();
        server.close();
    }

    private Reference name(String rest) {
        return Reference.parse(server.host() + "/" + rest);
    }

    private Puller.Pulled pull(TestStores to, Reference name, Optional<Platform> platform) {
        return new Puller(to.stores, publishing.registries(), RegistryLimits.DEFAULT, 3)
                .pull(new Puller.Wish(name, platform, Credential.NONE), told);
    }

    private Puller.Pulled pull(Reference name) {
        return pull(here, name, Optional.empty());
    }

    private Pusher.Pushed push(TestStores from, Reference name) {
        return new Pusher(from.stores, publishing.registries(), 5)
                .push(name, Credential.NONE, told);
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
        Puller.Pulled pulled = pull(name("a/b:1"));
        assertThat(pulled.digest()).isEqualTo(pushed.digest());
        assertThat(pulled.newer()).isTrue();
        assertThat(content(here, LOWER, "d/a")).isEqualTo("a");
        assertThat(content(here, UPPER, "d/b")).isEqualTo("bb");
        assertThat(content(here, plain, "z")).isEqualTo("zstd");
        assertThat(told.lines().getFirst()).isEqualTo("1: Pulling from a/b");
        assertThat(told.count("Pull complete")).isEqualTo(3);
        Image image = here.stores.images().resolve(server.host() + "/a/b:1").image();
        assertThat(image.digests()).containsExactly(server.host() + "/a/b@" + pushed.digest());
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
        Puller.Pulled first = pull(name("a:1"));
        Puller.Pulled second = pull(name("a:1"));
        assertThat(second).isEqualTo(new Puller.Pulled(first.id(), first.digest(), false));
        assertThat(told.count("Pulling fs layer")).isEqualTo(1);
    }

    @Test
    void aLayerThatIsHereIsNotFetchedAgain() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        publishing.image(name("a:2"), LayerContent.gzip(LOWER), LayerContent.gzip(UPPER));
        pull(name("a:1"));
        pull(name("a:2"));
        assertThat(told.count("Already exists")).isEqualTo(1);
        assertThat(told.count("Download complete")).isEqualTo(2);
    }

    @Test
    void aNameThatMovedLeavesTheOldImageWithoutOne() {
        publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Puller.Pulled old = pull(name("a:1"));
        publishing.image(name("a:1"), LayerContent.gzip(UPPER));
        Puller.Pulled current = pull(name("a:1"));
        assertThat(current.newer()).isTrue();
        assertThat(current.id()).isNotEqualTo(old.id());
        assertThat(here.stores.images().resolve(old.id().toString()).image().references())
                .isEmpty();
    }

    @Test
    void digestsSurvivePullAndPush() {
        ManifestContent pushed =
                publishing.image(name("a:1"), LayerContent.gzip(LOWER), LayerContent.plain(UPPER));
        Puller.Pulled pulled = pull(name("a:1"));
        here.stores.images().tag(pulled.id(), name("team/other:x"));
        Pusher.Pushed again = push(here, name("team/other:x"));
        assertThat(again.digest()).isEqualTo(pushed.digest());
        assertThat(told.count("Mounted from a")).isEqualTo(2);
        assertThat(told.count("Pushed")).isZero();
        try (TestStores there = new TestStores(directory.resolve("two"))) {
            assertThat(pull(there, name("team/other:x"), Optional.empty()).digest())
                    .isEqualTo(pushed.digest());
        }
    }

    @Test
    void onlyWhatIsMissingIsPushed() {
        here.load(Archive.image(name("new:1").toString(), LOWER));
        here.load(Archive.image(name("new:2").toString(), LOWER, UPPER));
        push(here, name("new:1"));
        push(here, name("new:2"));
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
        Pusher.Pushed first = push(here, name("own:1"));
        assertThat(manifestOf(name("own:1")).layers())
                .extracting(Descriptor::mediaType)
                .containsOnly(MediaType.OCI_LAYER_GZIP);
        assertThat(here.stores.content().has(Digest.of(LOWER))).as("the plain blob").isFalse();
        assertThat(push(here, name("own:1")).digest()).isEqualTo(first.digest());
        assertThat(told.count("Pushed")).isEqualTo(2);
        assertThat(told.count("Layer already exists")).isEqualTo(2);
        here.load(Archive.image(name("own:1").toString(), LOWER, UPPER));
        assertThat(push(here, name("own:1")).digest()).isEqualTo(first.digest());
        try (TestStores there = new TestStores(directory.resolve("two"))) {
            assertThat(pull(there, name("own:1"), Optional.empty()).id()).isEqualTo(first.image());
            assertThat(content(there, UPPER, "d/b")).isEqualTo("bb");
        }
    }

    @Test
    void aLayerThatIsCompressedAlreadyIsTakenForOtherImages() {
        publishing.image(name("base:1"), LayerContent.gzip(LOWER));
        pull(name("base:1"));
        here.load(Archive.image(name("own:1").toString(), LOWER, UPPER));
        push(here, name("own:1"));
        assertThat(manifestOf(name("own:1")).layers().getFirst())
                .isEqualTo(manifestOf(name("base:1")).layers().getFirst());
    }

    @Test
    void oneImageInTwoFormsIsPushedInTheOneThatIsThere() {
        ManifestContent packed = publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        ManifestContent plain = publishing.image(name("b:1"), LayerContent.plain(LOWER));
        Puller.Pulled one = pull(name("a:1"));
        Puller.Pulled two = pull(name("b:1"));
        assertThat(one.id()).isEqualTo(two.id());
        here.stores.collector().collect();
        assertThat(push(here, name("a:1")).digest()).isEqualTo(packed.digest());
        assertThat(push(here, name("b:1")).digest()).isEqualTo(plain.digest());
        assertThat(pull(name("a:1")).newer()).isFalse();
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
        Puller.Pulled pulled = pull(name);
        assertThat(pulled.digest()).isEqualTo(index.digest());
        assertThat(here.stores.images().record(pulled.id()).manifest()).isEqualTo(own.digest());
        assertThatThrownBy(() -> pull(here, name, Optional.of(Platform.of("linux", "riscv64", ""))))
                .isInstanceOf(SampanException.class)
                .hasMessage("no matching manifest for linux/riscv64 in the manifest list entries");
    }

    @Test
    void aDigestPinsTheImage() {
        ManifestContent pushed = publishing.image(name("a:1"), LayerContent.gzip(LOWER));
        Reference pinned = name("a").atDigest(pushed.digest());
        pull(pinned);
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
        assertThatThrownBy(() -> pull(name("a:2")))
                .hasMessage(
                        "manifest for "
                                + server.host()
                                + "/a:2 not found: manifest unknown: manifest unknown");
        assertThatThrownBy(() -> push(here, name("none:1")))
                .hasMessage("tag does not exist: " + server.host() + "/none:1");
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
        Puller.Pulled pulled = pull(name("a:chart"));
        assertThat(pulled.id()).isEqualTo(pushed.digest());
        assertThat(here.stores.images().images())
                .extracting(Image::references)
                .containsExactly(List.of(name("a:chart").familiar()));
        here.stores.collector().collect();
        assertThat(here.stores.content().has(chart.digest())).isTrue();
        assertThat(here.stores.snapshots().layers()).isEmpty();
        here.stores.images().tag(pulled.id(), name("b:chart"));
        assertThat(push(here, name("b:chart")).digest()).isEqualTo(pushed.digest());
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
        pull(name("a:odd"));
        pull(name("a:1"));
        assertThat(here.stores.images().images()).hasSize(2);
    }
}
