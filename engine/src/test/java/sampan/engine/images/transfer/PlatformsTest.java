package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.images.ImagePlatforms;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRemoval;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// Several platforms of one name: the index is kept as it came, whichever of its images are here.
@Tag("privileged")
class PlatformsTest {
    private static final byte[] OWN = new Archive().file("own", "own").bytes();
    private static final byte[] OTHER = new Archive().file("other", "other").bytes();
    private static final Platform FOREIGN = Platform.of("linux", "s390x", "");

    @TempDir Path directory;
    private RegistryServer server;
    private RegistryServer elsewhere;
    private Publishing publishing;
    private TestStores here;
    private Reference name;
    private ManifestContent own;
    private ManifestContent other;
    private ManifestContent index;

    @BeforeEach
    void open() {
        server = RegistryServer.plain(directory.resolve("registry"));
        elsewhere = RegistryServer.plain(directory.resolve("elsewhere"));
        publishing = new Publishing(directory);
        here = new TestStores(directory.resolve("one"));
        name = Reference.parse(server.host() + "/many:1");
        own = publishing.image(name, LayerContent.gzip(OWN));
        other = publishing.image(name, FOREIGN, LayerContent.gzip(OTHER));
        Map<Platform, ManifestContent> all = new LinkedHashMap<>();
        all.put(FOREIGN, other);
        all.put(Platform.host(), own);
        index = publishing.index(name, all);
    }

    @AfterEach
    void close() {
        here.close();
        publishing.close();
        elsewhere.close();
        server.close();
    }

    private Puller.Pulled pull(TestStores to, Reference from, Platform... platform) {
        return new Puller(to.stores, publishing.registries(), RegistryLimits.DEFAULT, 3)
                .pull(
                        new Puller.Wish(
                                from, List.of(platform).stream().findFirst(), Credential.NONE),
                        new Told());
    }

    private Pusher.Pushed push(Reference to, Platform... platform) {
        return new Pusher(here.stores, publishing.registries(), 5)
                .push(to, List.of(platform).stream().findFirst(), Credential.NONE, new Told());
    }

    private static ReferenceRecord known(TestStores in, Reference name) {
        return in.stores.images().name(name.toString()).orElseThrow();
    }

    private Reference tagged(String to) {
        Reference reference = Reference.parse(to);
        here.stores.images().tag(known(here, name), reference);
        return reference;
    }

    @Test
    void anIndexIsPushedAsItCame() {
        Puller.Pulled usual = pull(here, name);
        Puller.Pulled foreign = pull(here, name, FOREIGN);
        assertThat(foreign.newer()).isTrue();
        assertThat(List.of(usual.digest(), foreign.digest())).containsOnly(index.digest());
        assertThat(known(here, name).image()).as("this machine's").isEqualTo(usual.id());
        assertThat(known(here, name).images()).containsExactly(usual.id(), foreign.id());
        here.stores.collector().collect();
        Reference target = tagged(elsewhere.host() + "/moved:x");
        Pusher.Pushed pushed = push(target);
        assertThat(pushed.digest()).isEqualTo(index.digest());
        assertThat(pushed.index()).isEmpty();
        try (TestStores there = new TestStores(directory.resolve("two"))) {
            assertThat(pull(there, target, FOREIGN).id()).isEqualTo(foreign.id());
            assertThat(pull(there, target).digest()).isEqualTo(index.digest());
            assertThat(pull(there, target).newer()).isFalse();
            assertThat(pull(there, target, FOREIGN).newer()).isFalse();
        }
    }

    @Test
    void anIndexWithoutAllItsImagesIsPushedWhereTheRegistryHasThem() {
        pull(here, name);
        Reference again = tagged(server.host() + "/many:2");
        assertThat(push(again).digest()).isEqualTo(index.digest());
        Pusher.Pushed single = push(tagged(elsewhere.host() + "/moved:1"));
        assertThat(single.digest()).isEqualTo(own.digest());
        assertThat(single.index().orElseThrow().digest()).isEqualTo(index.digest());
        Pusher.Pushed asked = push(again, Platform.host());
        assertThat(asked.digest()).isEqualTo(own.digest());
        assertThatThrownBy(() -> push(again, FOREIGN))
                .hasMessageContaining("does not match the specified platform (linux/s390x)");
    }

    private byte[] saved(Platform... platform) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ArchiveSaver(here.stores)
                .save(List.of(name.toString()), List.of(platform).stream().findFirst(), out);
        return out.toByteArray();
    }

    @Test
    void allPlatformsAreSavedAndLoaded() {
        Puller.Pulled usual = pull(here, name);
        Puller.Pulled foreign = pull(here, name, FOREIGN);
        byte[] archive = saved();
        try (TestStores there = new TestStores(directory.resolve("two"))) {
            there.load(archive);
            assertThat(known(there, name).index()).contains(index.digest());
            assertThat(known(there, name).images()).containsExactly(usual.id(), foreign.id());
        }
        try (TestStores there = new TestStores(directory.resolve("three"))) {
            new ArchiveLoader(there.stores)
                    .load(
                            new ByteArrayInputStream(archive),
                            Optional.of(FOREIGN),
                            TransferProgress.SILENT);
            assertThat(known(there, name).images()).containsExactly(foreign.id());
        }
        try (TestStores there = new TestStores(directory.resolve("four"))) {
            there.load(saved(FOREIGN));
            assertThat(known(there, name).images()).containsExactly(foreign.id());
            assertThat(known(there, name).index()).isEmpty();
            assertThat(there.stores.images().record(foreign.id()).manifest())
                    .isEqualTo(other.digest());
        }
    }

    private ImageRemoval removal() {
        return new ImageRemoval(
                here.stores.images(), here.stores.collector(), List::of, (_, _) -> {});
    }

    @Test
    void aPlatformGoesAloneAndANameWithAll() {
        Puller.Pulled usual = pull(here, name);
        Puller.Pulled foreign = pull(here, name, FOREIGN);
        removal().remove(name.toString(), Platform.host(), false);
        assertThat(here.stores.images().records())
                .extracting(ImageRecord::id)
                .containsExactly(foreign.id());
        assertThat(known(here, name).image()).isEqualTo(foreign.id());
        assertThat(pull(here, name).id()).isEqualTo(usual.id());
        removal().remove(name.toString(), false, true);
        assertThat(here.stores.images().records()).isEmpty();
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.stores.snapshots().layers()).isEmpty();
    }

    @Test
    void aPruneOfOnePlatformLeavesTheOther() {
        Puller.Pulled usual = pull(here, name);
        Puller.Pulled foreign = pull(here, name, FOREIGN);
        var image = here.stores.images().resolve(usual.id().toString()).image();
        removal().prune(List.of(image));
        assertThat(known(here, name).images()).containsExactly(foreign.id());
        assertThat(here.stores.content().has(index.digest())).isTrue();
    }

    @Test
    void aNewerIndexTakesThePlaceOfTheOld() {
        pull(here, name, FOREIGN);
        ManifestContent next = publishing.index(name, Map.of(Platform.host(), own));
        Puller.Pulled pulled = pull(here, name);
        assertThat(pulled.digest()).isEqualTo(next.digest());
        assertThat(known(here, name).images()).containsExactly(pulled.id());
    }

    @Test
    void whatIsBehindANameIsToldWhetherItIsHereOrNot() {
        pull(here, name);
        List<ImagePlatforms.PlatformManifest> behind =
                new ImagePlatforms(here.stores.images()).of(name.toString());
        assertThat(behind)
                .extracting(one -> one.manifest().digest(), one -> one.image().isPresent())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(other.digest(), false),
                        org.assertj.core.groups.Tuple.tuple(own.digest(), true));
    }

    @Test
    void aRestartKnowsAllPlatforms() {
        pull(here, name);
        pull(here, name, FOREIGN);
        List<Digest> before = known(here, name).images();
        here.close();
        here = new TestStores(directory.resolve("one"));
        assertThat(known(here, name).images()).isEqualTo(before);
        assertThat(push(tagged(elsewhere.host() + "/moved:1")).digest()).isEqualTo(index.digest());
    }

    private List<DistantImage> distant(Reference of) {
        return new Puller(here.stores, publishing.registries(), RegistryLimits.DEFAULT, 3)
                .distant(of, Credential.NONE);
    }

    @Test
    void imagesAreLookedAtWhereTheyAre() {
        assertThat(distant(name))
                .extracting(image -> image.document().platform())
                .containsExactly(FOREIGN, Platform.host());
        assertThat(distant(name.atDigest(own.digest()))).hasSize(1);
        assertThat(here.stores.content().digests()).isEmpty();
        try (BuiltImages build = new BuiltImages(here.stores)) {
            DistantImage foreign = distant(name).getFirst();
            assertThat(foreign.layer(0, build).diffId()).isEqualTo(Digest.of(OTHER));
            assertThat(here.stores.content().digests()).hasSize(1);
        }
        assertThat(here.stores.content().digests()).isEmpty();
    }

    @Test
    void anIndexOfTooManyImagesIsNotLookedAt() {
        Map<Platform, ManifestContent> many = new LinkedHashMap<>();
        for (int i = 0; i <= DistantImage.IMAGES_MAX; i++) {
            many.put(Platform.of("linux", "made" + i, ""), own);
        }
        Reference large = Reference.parse(server.host() + "/many:large");
        publishing.index(large, many);
        assertThatThrownBy(() -> distant(large)).hasMessageContaining("at most 100");
    }
}
