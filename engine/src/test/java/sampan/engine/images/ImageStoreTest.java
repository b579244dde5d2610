package sampan.engine.images;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.content.ContentStore;
import sampan.oci.Digest;
import sampan.oci.Reference;

class ImageStoreTest {
    private static final Digest ID = new Digest(Digest.SHA256, "ab".repeat(32));

    @TempDir Path directory;

    private ImageStore open() {
        return new ImageStore(
                directory.resolve("images"), new ContentStore(directory.resolve("content")));
    }

    private static ImageRecord record() {
        return new ImageRecord(
                ID,
                ID,
                List.of(),
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                Instant.EPOCH);
    }

    private Path adding() throws Exception {
        Path file = directory.resolve("images/adding/" + ID.hex() + ".json");
        return Files.writeString(
                file, "{\"image\":\"" + ID + "\",\"names\":[\"docker.io/library/half:1\"]}");
    }

    @Test
    void anImageWhoseDaemonWasKilledBeforeItsNameWasWrittenGetsIt() throws Exception {
        open().add(record(), List.of());
        Path adding = adding();
        ImageStore next = open();
        assertThat(next.names(ID))
                .extracting(ReferenceRecord::reference)
                .containsExactly(Reference.parse("half:1"));
        assertThat(adding).doesNotExist();
    }

    @Test
    void aNameWithoutItsImageIsForgotten() throws Exception {
        open();
        Path adding = adding();
        assertThat(open().records()).isEmpty();
        assertThat(adding).doesNotExist();
    }

    @Test
    void nothingIsLeftOfAnAddition() {
        ImageStore store = open();
        store.add(record(), List.of(Reference.parse("whole:1")));
        assertThat(directory.resolve("images/adding")).isEmptyDirectory();
        assertThat(open().names(ID)).hasSize(1);
    }

    @Test
    void anImageThatWasLookedAtShowsTheNamesItGetsAndLosesLater() {
        ContentStore content = new ContentStore(directory.resolve("content"));
        byte[] config = "{\"architecture\":\"amd64\",\"os\":\"linux\"}".getBytes(UTF_8);
        content.put(config);
        Digest id = Digest.of(config);
        ImageStore store = new ImageStore(directory.resolve("images"), content);
        ImageRecord record =
                new ImageRecord(
                        id,
                        id,
                        List.of(),
                        List.of(),
                        0,
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Instant.EPOCH);
        store.add(record, List.of(Reference.parse("first:1")));
        assertThat(store.resolve("first:1").image().references()).containsExactly("first:1");
        store.add(record, List.of(Reference.parse("second:1")));
        assertThat(store.resolve("first:1").image().references())
                .containsExactly("first:1", "second:1");
        store.untag(Reference.parse("first:1"));
        assertThat(store.resolve("second:1").image().references()).containsExactly("second:1");
        store.remove(id);
        assertThat(store.find("second:1")).isEmpty();
    }
}
