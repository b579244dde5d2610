package sampan.engine.images.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sampan.engine.images.Attestation;
import sampan.engine.images.ImageStore;
import sampan.engine.images.PlatformIndex;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// Indexes with what attests their images. A large one, or one that cannot be had, stays where it
/// is: the images are as good without.
final class Indexes {
    private static final int ATTESTATIONS_MAX = 64;
    private static final int BLOBS_MAX = 64;
    private static final long BLOB_BYTES_MAX = 32 << 20;

    /// Of all that attests one image.
    private static final long BYTES_MAX = 64 << 20;

    private final Stores stores;
    private final Transfer transfer;

    Indexes(Stores stores, Transfer transfer) {
        this.stores = stores;
        this.transfer = transfer;
    }

    /// Gets a document or a blob that is not here.
    interface Source {
        /// @param manifest it is one, and no blob
        void get(Descriptor content, boolean manifest) throws IOException;
    }

    /// Gets what attests an image, as far as it can be had.
    void fetch(byte[] index, Digest subject, Source source) {
        long[] left = {BYTES_MAX};
        attesting(index)
                .filter(entry -> Attestation.subject(entry).equals(Optional.of(subject)))
                .forEach(entry -> {
                    try {
                        source.get(entry, true);
                        List<Descriptor> blobs = blobs(entry);
                        left[0] -= blobs.stream().mapToLong(Descriptor::size).sum();
                        for (Descriptor blob : left[0] < 0 ? List.<Descriptor>of() : blobs) {
                            source.get(blob, false);
                        }
                    } catch (IOException | SampanException e) {
                        // it stays with the registry
                    }
                });
    }

    private static Stream<Descriptor> attesting(byte[] index) {
        return Json.read(index, Index.class).manifests().stream()
                .filter(entry -> Attestation.subject(entry).isPresent())
                .filter(entry -> MediaType.isManifest(entry.mediaType()))
                .filter(Indexes::isSmall)
                .limit(ATTESTATIONS_MAX);
    }

    private static boolean isSmall(Descriptor blob) {
        return blob.size() <= BLOB_BYTES_MAX && blob.digest().isSha256();
    }

    private List<Descriptor> blobs(Descriptor entry) {
        Manifest manifest =
                Json.read(
                        stores.content().read(entry.digest(), ImageStore.CONFIG_BYTES_MAX),
                        Manifest.class);
        List<Descriptor> blobs = new ArrayList<>(List.of(manifest.config()));
        blobs.addAll(manifest.layers());
        if (blobs.size() > BLOBS_MAX || !blobs.stream().allMatch(Indexes::isSmall)) {
            throw SampanException.invalid("attestation " + entry.digest() + " is too large");
        }
        return blobs;
    }

    /// An index whose content is here, with all that attests its images and is here; kept for as
    /// long as the transfer lasts.
    PlatformIndex of(Digest digest, byte[] content) {
        List<Attestation> here = new ArrayList<>();
        attesting(content).flatMap(entry -> here(entry).stream()).forEach(here::add);
        return PlatformIndex.of(digest, content, here);
    }

    private Optional<Attestation> here(Descriptor entry) {
        if (transfer.have(entry.digest()).isEmpty()) {
            return Optional.empty();
        }
        try {
            List<Digest> blobs = blobs(entry).stream().map(Descriptor::digest).toList();
            return blobs.stream().allMatch(blob -> transfer.have(blob).isPresent())
                    ? Attestation.subject(entry)
                            .map(subject -> new Attestation(subject, entry.digest(), blobs))
                    : Optional.empty();
        } catch (SampanException e) {
            return Optional.empty();
        }
    }
}
