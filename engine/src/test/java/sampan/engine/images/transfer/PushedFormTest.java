package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.images.ImageRecord;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Repository;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Transfers;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

@Tag("privileged")
@Timeout(60)
class PushedFormTest {
    private static final byte[] BELOW = new Archive().file("a", "a").bytes();
    private static final byte[] ABOVE = new Archive().file("b", "b").bytes();

    @TempDir Path directory;

    private static Reference name(Transfers transfers) {
        return transfers.name("a:1");
    }

    private static ImageRecord loaded(Transfers transfers) {
        TestStores here = transfers.here();
        here.load(Archive.image(name(transfers).toString(), BELOW, ABOVE));
        return here.stores.images().records().getFirst();
    }

    private static PushedForm forms(Transfers transfers, Lease lease, ImageRecord plain) {
        Reference name = name(transfers);
        Repository repository = transfers.publishing.repository(name);
        return new PushedForm(
                transfers.here().stores, lease, repository, plain, name, Optional.empty());
    }

    @Test
    void anImageWaitedForItsRegistryBeforeItsNewFormWentToTheDisk() throws InterruptedException {
        try (Transfers transfers = new Transfers(directory)) {
            TestStores here = transfers.here();
            ImageRecord plain = loaded(transfers);
            try (Lease lease = here.stores.leases().open();
                    PushedForm forms = forms(transfers, lease, plain)) {
                List<Descriptor> compressed =
                        forms.layers().stream()
                                .map(layer -> forms.pushed(layer, () -> {}).layer())
                                .toList();
                // The registry has no manifest yet.
                PushedForm.Written written = forms.kept();
                assertThat(Json.read(written.manifest(), Manifest.class).layers())
                        .isEqualTo(compressed)
                        .allMatch(layer -> layer.mediaType().equals(MediaType.OCI_LAYER_GZIP));
                ImageRecord kept = here.stores.images().record(plain.id());
                assertThat(kept.manifest()).isEqualTo(written.form().manifest());
                assertThat(here.stores.content().has(kept.manifest())).isTrue();
            }
            ImageRecord again = transfers.restart().stores.images().record(plain.id());
            assertThat(again.manifest()).isNotEqualTo(plain.manifest());
        }
    }

    @Test
    void anImageKeepsItsFormWhileOneOfItsLayersIsNotKnown() {
        try (Transfers transfers = new Transfers(directory)) {
            TestStores here = transfers.here();
            ImageRecord plain = loaded(transfers);
            try (Lease lease = here.stores.leases().open();
                    PushedForm forms = forms(transfers, lease, plain)) {
                forms.pushed(forms.layers().getFirst(), () -> {});
            }
            assertThat(here.stores.images().record(plain.id())).isEqualTo(plain);
        }
    }
}
