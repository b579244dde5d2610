package sampan.engine.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.ImageUsers.ContainerUse;
import sampan.engine.services.EngineImages;
import sampan.engine.services.ImageService.Removal;
import sampan.engine.snapshots.Base;
import sampan.engine.store.OnDisk;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Images through the service: listed, tagged, removed and pruned.
@Tag("privileged")
class ImageRemovalTest {
    private static final byte[] LOWER = new Archive().file("a", "a").bytes();
    private static final byte[] UPPER = new Archive().file("b", "bb").bytes();
    private static final String CONTAINER = "0123456789ab" + "c".repeat(52);

    @TempDir Path directory;
    private TestStores here;
    private EngineImages images;
    private final List<ContainerUse> uses = new ArrayList<>();
    private final EventLog events = new EventLog();

    @BeforeEach
    void open() {
        here = new TestStores(directory);
        images =
                new EngineImages(
                        here.stores.images(),
                        here.snapshots,
                        here.stores.collector(),
                        () -> List.copyOf(uses),
                        events);
    }

    @AfterEach
    void close() {
        here.close();
        events.close();
    }

    private String load(String name, byte[]... layers) {
        here.load(Archive.image(name, layers));
        return images.list(true, Map.of()).stream()
                .filter(i ->
                        name.isEmpty() ? i.references().isEmpty() : i.references().contains(name))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private void use(String imageId, boolean running) {
        uses.add(new ContainerUse(CONTAINER, imageId, running, "user"));
    }

    private static Removal untagged(String name) {
        return new Removal("Untagged", name);
    }

    private static Removal deleted(Object subject) {
        return new Removal("Deleted", subject.toString());
    }

    private void refused(String words, String reference, boolean force) {
        assertThatThrownBy(() -> images.remove(reference, force, false))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessage(words);
    }

    @Test
    void removesAnImageWithItsLastName() {
        String id = load("a:1", LOWER);
        images.tag("a:1", "other/name", "x");
        assertThat(images.remove("a:1", false, false)).containsExactly(untagged("a:1"));
        assertThat(images.remove("other/name:x", false, false))
                .containsExactly(untagged("other/name:x"), deleted(id), deleted(Digest.of(LOWER)));
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.snapshots.layers()).isEmpty();
        assertThat(events.kept().stream().map(Event::action))
                .containsExactly("tag", "untag", "untag", "delete");
    }

    @Test
    void keepsLayersThatAnotherImageHas() {
        load("a:1", LOWER);
        load("b:1", LOWER, UPPER);
        images.remove("b:1", false, false);
        assertThat(here.snapshots.layer(Digest.of(LOWER))).isPresent();
        assertThat(here.snapshots.layer(Digest.of(UPPER))).isEmpty();
    }

    @Test
    void refusesTheNameOfAnImageInUse() {
        String id = load("a:1", LOWER);
        use(id, false);
        String brief = Digest.parse(id).brief();
        refused(
                "conflict: unable to remove repository reference \"a:1\" (must force) - container"
                        + " 0123456789ab is using its referenced image "
                        + brief,
                "a:1",
                false);
        refused(
                "conflict: unable to delete "
                        + brief
                        + " (must be forced) - image is being used by stopped container"
                        + " 0123456789ab",
                id,
                false);
        assertThat(images.remove("a:1", true, false))
                .as("a stopped container's image may be forced")
                .contains(untagged("a:1"), deleted(id));
    }

    @Test
    void neverRemovesTheImageOfARunningContainer() {
        String id = load("a:1", LOWER);
        here.snapshots.prepare(CONTAINER, here.stores.images().resolve("a:1").base());
        use(id, true);
        refused(
                "conflict: unable to delete "
                        + Digest.parse(id).brief()
                        + " (cannot be forced) - image is being used by running container"
                        + " 0123456789ab",
                id,
                true);
        assertThat(images.remove("a:1", true, false)).containsExactly(untagged("a:1"));
        assertThat(images.inspect(id).references()).isEmpty();
    }

    @Test
    void keepsLayersOfAForcedImageForItsContainer() {
        String id = load("a:1", LOWER);
        here.snapshots.prepare(CONTAINER, here.stores.images().resolve("a:1").base());
        use(id, false);
        images.remove("a:1", true, false);
        assertThat(here.snapshots.layer(Digest.of(LOWER))).isPresent();
        here.snapshots.remove(CONTAINER);
        here.stores.collector().collect();
        assertThat(here.snapshots.layer(Digest.of(LOWER))).isEmpty();
    }

    @Test
    void refusesAnIdWithSeveralNames() {
        String id = load("a:1", LOWER);
        images.tag("a:1", "b", "");
        refused(
                "conflict: unable to delete "
                        + Digest.parse(id).brief()
                        + " (must be forced) - image is referenced in multiple repositories",
                id.substring(7, 19),
                false);
        assertThat(images.remove(id, true, false))
                .contains(untagged("a:1"), untagged("b:latest"), deleted(id));
    }

    @Test
    void saysWhatIsNotThere() {
        assertThatThrownBy(() -> images.inspect("nothing"))
                .hasMessage("No such image: nothing:latest");
        assertThatThrownBy(() -> images.inspect("sha256:" + "0".repeat(64)))
                .hasMessage("No such image: sha256:" + "0".repeat(64));
        assertThatThrownBy(() -> images.remove("x/y:z", false, false))
                .hasMessage("No such image: x/y:z");
    }

    @Test
    void keepsTheBuiltInImageAsItIs() {
        Image host = images.inspect("host");
        assertThat(host.virtual()).isTrue();
        assertThat(here.stores.images().resolve("host").base()).isInstanceOf(Base.Host.class);
        assertThat(images.list(false, Map.of())).contains(host);
        assertThatThrownBy(() -> images.remove("host", true, false))
                .hasMessageContaining("built in");
        assertThatThrownBy(() -> images.tag("host", "mine", "")).hasMessageContaining("built in");
        load("a:1", LOWER);
        assertThatThrownBy(() -> images.tag("a:1", "host", ""))
                .hasMessageContaining("name host is built in");
        assertThat(images.history("host")).hasSize(1);
    }

    @Test
    void filtersLists() {
        load("a/x:1", LOWER);
        String dangling = load("", UPPER);
        assertThat(names(Map.of("reference", List.of("a/*")))).containsExactly("a/x:1");
        assertThat(names(Map.of("reference", List.of("a/*:2")))).isEmpty();
        assertThat(names(Map.of("label", List.of("kind=test")))).containsExactly("a/x:1");
        assertThat(names(Map.of("label", List.of("kind=other")))).isEmpty();
        assertThat(images.list(false, Map.of("dangling", List.of("true"))))
                .extracting(Image::id)
                .containsExactly(dangling);
        assertThat(names(Map.of("since", List.of("a/x:1")))).isEmpty();
        assertThatThrownBy(() -> names(Map.of("nonsense", List.of("x"))))
                .hasMessage("invalid filter 'nonsense'");
    }

    private List<String> names(Map<String, List<String>> filters) {
        return images.list(false, filters).stream()
                .filter(i -> !i.virtual())
                .flatMap(i -> i.references().stream())
                .toList();
    }

    @Test
    void prunesWhatHasNoNameOrNoUser() {
        load("a:1", LOWER);
        String dangling = load("", UPPER);
        assertThat(images.prune(Map.of()).removals())
                .containsExactly(deleted(dangling), deleted(Digest.of(UPPER)));
        use(images.inspect("a:1").id(), false);
        assertThat(images.prune(Map.of("dangling", List.of("false"))).removals()).isEmpty();
        uses.clear();
        assertThat(
                        images.prune(
                                        Map.of(
                                                "dangling",
                                                List.of("false"),
                                                "until",
                                                List.of("2000-01-01")))
                                .removals())
                .isEmpty();
        long before = onDisk();
        long pruned = images.prune(Map.of("dangling", List.of("false"))).bytes();
        assertThat(pruned).isPositive().isEqualTo(before - onDisk());
        assertThat(here.stores.images().records()).isEmpty();
    }

    private long onDisk() {
        return OnDisk.tree(directory.resolve("content"))
                + OnDisk.tree(directory.resolve("images"))
                + OnDisk.tree(directory.resolve("snapshots/l"));
    }

    @Test
    void survivesARestart() {
        String id = load("a:1", LOWER);
        here.close();
        here = new TestStores(directory);
        assertThat(here.stores.images().resolve("a:1").image().id()).isEqualTo(id);
        assertThat(here.snapshots.layer(Digest.of(LOWER))).isPresent();
    }
}
