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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.engine.content.ContentStore;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

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

    /// Two names of one image of an index that attests it, as they are once all was written.
    private final class Attested {
        private static final List<Reference> NAMES =
                List.of(Reference.parse("attested:1"), Reference.parse("attested:2"));

        private final ContentStore content = new ContentStore(directory.resolve("content"));
        private final Digest id = put("{\"architecture\":\"amd64\",\"os\":\"linux\"}");
        private final Digest manifest = put("{\"config\":\"" + id + "\"}");
        private final Digest statement = put("{\"what\":\"a statement\"}");
        private final Digest attesting = put("{\"layers\":\"" + statement + "\"}");
        private final PlatformIndex index = index();

        private Digest put(String text) {
            content.put(text.getBytes(UTF_8));
            return Digest.of(text.getBytes(UTF_8));
        }

        private PlatformIndex index() {
            List<Descriptor> listed =
                    List.of(
                            Descriptor.of(MediaType.OCI_MANIFEST, manifest, 1),
                            Descriptor.of(MediaType.OCI_MANIFEST, attesting, 1));
            byte[] bytes = Json.write(Index.of(listed));
            content.put(bytes);
            Attestation attestation = new Attestation(manifest, attesting, List.of(statement));
            return PlatformIndex.of(Digest.of(bytes), bytes, List.of(attestation));
        }

        private ImageRecord record(Digest form) {
            return new ImageRecord(
                    id,
                    form,
                    List.of(),
                    List.of(),
                    0,
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Instant.EPOCH);
        }

        /// What a daemon has written that was killed after so many of the names.
        private void begun(int names) {
            open().add(record(manifest), NAMES.subList(0, names), Optional.of(index));
            new ImageFiles(directory.resolve("images"))
                    .begin(ImageFiles.Adding.of(record(manifest), NAMES, Optional.of(index)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void namesThatADaemonWasKilledBeforeHaveWhatAttestsTheImageToo(int written) {
        Attested attested = new Attested();
        attested.begun(written);
        List<ReferenceRecord> finished = open().names(attested.id);
        assertThat(finished)
                .extracting(ReferenceRecord::reference)
                .containsExactlyElementsOf(Attested.NAMES);
        assertThat(finished)
                .allSatisfy(name -> {
                    assertThat(name.attestations()).isEqualTo(attested.index.attestations());
                    assertThat(name.index()).contains(attested.index.digest());
                    assertThat(name.manifest()).contains(attested.manifest);
                });
        assertThat(directory.resolve("images/adding")).isEmptyDirectory();
        assertThat(open().names(attested.id)).isEqualTo(finished);
    }

    @Test
    void whatAttestsButIsGoneIsNoLongerNamed() {
        Attested attested = new Attested();
        attested.begun(0);
        attested.content.remove(attested.statement);
        assertThat(open().names(attested.id))
                .hasSize(2)
                .allSatisfy(name -> assertThat(name.attestations()).isEmpty());
    }

    @Test
    void namesAreNotGivenToAFormThatWasNotWritten() {
        Attested attested = new Attested();
        open().add(attested.record(attested.id), List.of(Reference.parse("before:1")));
        new ImageFiles(directory.resolve("images"))
                .begin(
                        ImageFiles.Adding.of(
                                attested.record(attested.manifest),
                                Attested.NAMES,
                                Optional.of(attested.index)));
        assertThat(open().names(attested.id))
                .extracting(ReferenceRecord::reference)
                .containsExactly(Reference.parse("before:1"));
        assertThat(directory.resolve("images/adding")).isEmptyDirectory();
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
