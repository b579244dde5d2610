package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.store.Entries;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.oci.Digest;

/// What a killed daemon or a power cut leaves.
@Tag("privileged")
class StoreRecoveryTest {
    private static final byte[] LAYER = new Archive().file("a", "content").bytes();
    private static final Digest DIFF = Digest.of(LAYER);
    private static final Duration SYNC_LIMIT = Duration.ofMinutes(1);

    @TempDir Path directory;
    private TestStores here;

    @BeforeEach
    void open() {
        here = new TestStores(directory);
        here.load(Archive.image("a:1", LAYER));
        assertThat(recover()).isEmpty();
    }

    @AfterEach
    void close() {
        here.close();
    }

    private List<String> recover() {
        return new StoreRecovery(here.stores, directory).recover();
    }

    private void restart() {
        here.close();
        here = new TestStores(directory);
    }

    // The sync in the background takes the mark of its layer away when it is done, closed or not.
    private void awaitSync() throws IOException {
        long end = System.nanoTime() + SYNC_LIMIT.toNanos();
        while (!Entries.of(directory.resolve("snapshots/unsynced")).isEmpty()) {
            assertThat(System.nanoTime()).as("the disk takes too long").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /// As if the machine had lost power before the layer was synced.
    private void losePower() throws IOException {
        here.close();
        awaitSync();
        Path layer = here.snapshots.layer(DIFF).orElseThrow().directory();
        String number =
                java.util.Objects.requireNonNull(layer.getParent()).getFileName().toString();
        Files.writeString(directory.resolve("snapshots/unsynced").resolve(number), "another run");
        Files.writeString(layer.resolve("a"), "");
        Files.writeString(directory.resolve("boot"), "another run");
        here = new TestStores(directory);
    }

    private Path blob(Digest digest) {
        return directory.resolve("content/blobs/sha256").resolve(digest.hex());
    }

    @Test
    void findsNothingToDoAfterAKill() {
        restart();
        assertThat(recover()).isEmpty();
        assertThat(here.snapshots.layer(DIFF)).isPresent();
        assertThat(directory.resolve("snapshots/unsynced")).isEmptyDirectory();
    }

    @Test
    void collectsWhatNothingRefersTo() throws IOException {
        Digest orphan = here.stores.content().put(new byte[] {1});
        Files.writeString(directory.resolve("content/ingest/7"), "half");
        restart();
        assertThat(recover()).isEmpty();
        assertThat(here.stores.content().has(orphan)).isFalse();
        assertThat(directory.resolve("content/ingest")).isEmptyDirectory();
    }

    @Test
    void unpacksAgainWhatAPowerCutMayHaveTaken() throws IOException {
        here.snapshots.prepare("c", new Base.Layers(new Chain(List.of(DIFF))));
        losePower();
        assertThat(here.snapshots.layer(DIFF)).isEmpty();
        assertThat(recover()).singleElement().asString().contains("unpacked again");
        Path layer = here.snapshots.layer(DIFF).orElseThrow().directory();
        assertThat(layer.resolve("a")).hasContent("content");
        assertThat(here.snapshots.rootMount("c").lowers()).containsExactly(layer.toString());
        assertThat(recover()).isEmpty();
    }

    @Test
    void removesAnImageWhoseLayerIsLost() throws IOException {
        Files.write(blob(DIFF), new byte[LAYER.length]);
        losePower();
        assertThat(recover()).singleElement().asString().contains("was removed");
        assertThat(here.stores.images().records()).isEmpty();
        assertThat(here.stores.content().digests()).isEmpty();
        here.load(Archive.image("a:1", LAYER));
        assertThat(here.stores.images().resolve("a:1").image().size()).isEqualTo(7);
    }

    @Test
    void removesAnImageWhoseConfigIsLost() throws IOException {
        Digest id = Digest.parse(here.stores.images().resolve("a:1").image().id());
        Files.write(blob(id), new byte[0]);
        losePower();
        assertThat(recover()).singleElement().asString().contains("is damaged");
        assertThat(here.stores.images().records()).isEmpty();
    }
}
