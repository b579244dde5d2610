package sampan.engine.images.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.images.Attestation;
import sampan.engine.images.ImageBlobs;
import sampan.engine.images.ImagePlatforms;
import sampan.engine.images.ImageRemoval;
import sampan.engine.registry.ManifestContent;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Transfers;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// An index that says how its image was built stays whole wherever it goes.
@Tag("privileged")
class AttestationsTest {
    private static final byte[] STATEMENT = "{\"_type\":\"of a test\"}".getBytes(UTF_8);

    @TempDir Path directory;
    private Transfers transfers;
    private TestStores here;
    private Reference name;
    private ManifestContent image;
    private ManifestContent attestation;

    @BeforeEach
    void open() {
        transfers = new Transfers(directory);
        here = transfers.here();
        Publishing publishing = transfers.publishing;
        name = transfers.name("attested:1");
        Reference untagged = Reference.parseBare(transfers.server.host() + "/attested");
        image = publishing.image(untagged, LayerContent.gzip(new Archive().file("a", "b").bytes()));
        Descriptor config = publishing.blob(name, MediaType.OCI_CONFIG, "{}".getBytes(UTF_8));
        Descriptor said = publishing.blob(name, "application/vnd.in-toto+json", STATEMENT);
        attestation = publishing.manifest(untagged, Json.write(Manifest.of(config, List.of(said))));
    }

    @AfterEach
    void close() {
        transfers.close();
    }

    private static Descriptor entry(
            ManifestContent manifest, Platform platform, Map<String, String> annotations) {
        return new Descriptor(
                manifest.mediaType(),
                manifest.digest(),
                manifest.bytes().length,
                List.of(),
                annotations,
                Optional.of(platform),
                "");
    }

    private ManifestContent publish(ManifestContent... attesting) {
        List<Descriptor> entries = new ArrayList<>();
        entries.add(entry(image, Platform.host(), Map.of()));
        for (ManifestContent each : attesting) {
            entries.add(
                    entry(
                            each,
                            Platform.of("unknown", "unknown", ""),
                            Map.of(
                                    Attestation.KIND,
                                    Attestation.ATTESTATION,
                                    Attestation.SUBJECT,
                                    image.digest().toString())));
        }
        byte[] bytes = Json.write(Index.of(entries));
        ManifestContent index = new ManifestContent(MediaType.OCI_INDEX, Digest.of(bytes), bytes);
        transfers.publishing.repository(name).putManifest("1", index);
        return index;
    }

    private Reference moved(TestStores from) {
        return from.tag(name, transfers.elsewhere("moved:1"));
    }

    @Test
    void itIsPulledAndPushedOnAsItCame() {
        ManifestContent index = publish(attestation);
        transfers.pull(name);
        here.stores.collector().collect();
        Reference target = moved(here);
        assertThat(transfers.push(target).digest()).isEqualTo(index.digest());
        try (TestStores there = transfers.stores("two")) {
            assertThat(transfers.pull(there, target).digest()).isEqualTo(index.digest());
            assertThat(there.known(target).attestations())
                    .extracting(Attestation::manifest)
                    .containsExactly(attestation.digest());
        }
    }

    @Test
    void itIsSavedAndLoadedAndKnownAfterARestart() {
        ManifestContent index = publish(attestation);
        transfers.pull(name);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        new ArchiveSaver(here.stores).save(List.of(name.toString()), Optional.empty(), archive);
        try (TestStores there = transfers.stores("two")) {
            there.load(archive.toByteArray());
            there.stores.collector().collect();
            assertThat(transfers.push(there, moved(there)).digest()).isEqualTo(index.digest());
        }
        here = transfers.restart();
        here.stores.collector().collect();
        assertThat(transfers.push(moved(here)).digest()).isEqualTo(index.digest());
    }

    @Test
    void itIsCountedAndGoesWithItsImage() {
        publish(attestation);
        Puller.Pulled pulled = transfers.pull(name);
        assertThat(ImageBlobs.onDisk(here.stores.images(), pulled.id()))
                .containsKeys(attestation.digest(), Digest.of(STATEMENT));
        assertThat(new ImagePlatforms(here.stores.images()).of(name.toString()))
                .extracting(ImagePlatforms.PlatformManifest::here)
                .containsExactly(true, true);
        new ImageRemoval(here.stores.images(), here.stores.collector(), List::of, (_, _) -> {})
                .remove(name.toString(), false, true);
        assertThat(here.stores.content().digests()).isEmpty();
    }

    @Test
    void anImageIsPulledThoughItsAttestationIsGone() throws IOException {
        ManifestContent index = publish(attestation);
        try (Stream<Path> files = Files.walk(directory.resolve("registry"))) {
            Path lost =
                    files.filter(file -> file.endsWith(Digest.of(STATEMENT).hex() + "/data"))
                            .findFirst()
                            .orElseThrow();
            Files.delete(lost);
        }
        assertThat(transfers.pull(name).digest()).isEqualTo(index.digest());
        assertThat(here.known(name).attestations()).isEmpty();
        Pusher.Pushed alone = transfers.push(moved(here));
        assertThat(alone.digest()).isEqualTo(image.digest());
        assertThat(alone.index()).isPresent();
    }
}
