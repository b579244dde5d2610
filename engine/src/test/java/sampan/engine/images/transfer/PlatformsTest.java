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
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Transfers;
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
    private Transfers transfers;
    private TestStores here;
    private Reference name;
    private ManifestContent own;
    private ManifestContent other;
    private ManifestContent index;

    @BeforeEach
    void open() {
        transfers = new Transfers(directory);
        here = transfers.here();
        name = transfers.name("many:1");
        own = transfers.publishing.image(name, LayerContent.gzip(OWN));
        other = transfers.publishing.image(name, FOREIGN, LayerContent.gzip(OTHER));
        Map<Platform, ManifestContent> all = new LinkedHashMap<>();
        all.put(FOREIGN, other);
        all.put(Platform.host(), own);
        index = transfers.publishing.index(name, all);
    }

    @AfterEach
    void close() {
        transfers.close();
    }

    private Reference tagged(Reference to) {
        return here.tag(name, to);
    }

    @Test
    void anIndexIsPushedAsItCame() {
        Puller.Pulled usual = transfers.pull(name);
        Puller.Pulled foreign = transfers.pull(name, FOREIGN);
        assertThat(foreign.newer()).isTrue();
        assertThat(List.of(usual.digest(), foreign.digest())).containsOnly(index.digest());
        assertThat(here.known(name).image()).as("this machine's").isEqualTo(usual.id());
        assertThat(here.known(name).images()).containsExactly(usual.id(), foreign.id());
        here.stores.collector().collect();
        Reference target = tagged(transfers.elsewhere("moved:x"));
        Pusher.Pushed pushed = transfers.push(target);
        assertThat(pushed.digest()).isEqualTo(index.digest());
        assertThat(pushed.index()).isEmpty();
        try (TestStores there = transfers.stores("two")) {
            assertThat(transfers.pull(there, target, FOREIGN).id()).isEqualTo(foreign.id());
            assertThat(transfers.pull(there, target).digest()).isEqualTo(index.digest());
            assertThat(transfers.pull(there, target).newer()).isFalse();
            assertThat(transfers.pull(there, target, FOREIGN).newer()).isFalse();
        }
    }

    @Test
    void anIndexWithoutAllItsImagesIsPushedWhereTheRegistryHasThem() {
        transfers.pull(name);
        Reference again = tagged(transfers.name("many:2"));
        assertThat(transfers.push(again).digest()).isEqualTo(index.digest());
        Pusher.Pushed single = transfers.push(tagged(transfers.elsewhere("moved:1")));
        assertThat(single.digest()).isEqualTo(own.digest());
        assertThat(single.index().orElseThrow().digest()).isEqualTo(index.digest());
        Pusher.Pushed asked = transfers.push(again, Platform.host());
        assertThat(asked.digest()).isEqualTo(own.digest());
        assertThatThrownBy(() -> transfers.push(again, FOREIGN))
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
        Puller.Pulled usual = transfers.pull(name);
        Puller.Pulled foreign = transfers.pull(name, FOREIGN);
        byte[] archive = saved();
        try (TestStores there = transfers.stores("two")) {
            there.load(archive);
            assertThat(there.known(name).index()).contains(index.digest());
            assertThat(there.known(name).images()).containsExactly(usual.id(), foreign.id());
        }
        try (TestStores there = transfers.stores("three")) {
            new ArchiveLoader(there.stores)
                    .load(
                            new ByteArrayInputStream(archive),
                            Optional.of(FOREIGN),
                            TransferProgress.SILENT);
            assertThat(there.known(name).images()).containsExactly(foreign.id());
        }
        try (TestStores there = transfers.stores("four")) {
            there.load(saved(FOREIGN));
            assertThat(there.known(name).images()).containsExactly(foreign.id());
            assertThat(there.known(name).index()).isEmpty();
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
        Puller.Pulled usual = transfers.pull(name);
        Puller.Pulled foreign = transfers.pull(name, FOREIGN);
        removal().remove(name.toString(), Platform.host(), false);
        assertThat(here.stores.images().records())
                .extracting(ImageRecord::id)
                .containsExactly(foreign.id());
        assertThat(here.known(name).image()).isEqualTo(foreign.id());
        assertThat(transfers.pull(name).id()).isEqualTo(usual.id());
        removal().remove(name.toString(), false, true);
        assertThat(here.stores.images().records()).isEmpty();
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.stores.snapshots().layers()).isEmpty();
    }

    @Test
    void aPruneOfOnePlatformLeavesTheOther() {
        Puller.Pulled usual = transfers.pull(name);
        Puller.Pulled foreign = transfers.pull(name, FOREIGN);
        var image = here.stores.images().resolve(usual.id().toString()).image();
        removal().prune(List.of(image));
        assertThat(here.known(name).images()).containsExactly(foreign.id());
        assertThat(here.stores.content().has(index.digest())).isTrue();
    }

    @Test
    void aNewerIndexTakesThePlaceOfTheOld() {
        transfers.pull(name, FOREIGN);
        ManifestContent next = transfers.publishing.index(name, Map.of(Platform.host(), own));
        Puller.Pulled pulled = transfers.pull(name);
        assertThat(pulled.digest()).isEqualTo(next.digest());
        assertThat(here.known(name).images()).containsExactly(pulled.id());
    }

    @Test
    void whatIsBehindANameIsToldWhetherItIsHereOrNot() {
        transfers.pull(name);
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
        transfers.pull(name);
        transfers.pull(name, FOREIGN);
        List<Digest> before = here.known(name).images();
        here = transfers.restart();
        assertThat(here.known(name).images()).isEqualTo(before);
        assertThat(transfers.push(tagged(transfers.elsewhere("moved:1"))).digest())
                .isEqualTo(index.digest());
    }

    private List<DistantImage> distant(Reference of) {
        return here.puller(transfers.publishing.registries()).distant(of, Credential.NONE);
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
        Reference large = transfers.name("many:large");
        transfers.publishing.index(large, many);
        assertThatThrownBy(() -> distant(large)).hasMessageContaining("at most 100");
    }
}
