package sampan.engine.images.transfer;

import java.util.Optional;
import sampan.engine.images.transfer.Puller.Chosen;
import sampan.engine.images.transfer.Puller.Wish;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Repository;
import sampan.errors.SampanException;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Finds the manifest of one platform behind a name.
final class ManifestChoice {
    private static final int DEPTH_MAX = 4;

    private final Repository repository;

    ManifestChoice(Repository repository) {
        this.repository = repository;
    }

    Chosen choose(Wish wish) {
        String target =
                wish.reference()
                        .digest()
                        .map(Object::toString)
                        .orElseGet(() -> wish.reference().tag().orElse("latest"));
        ManifestContent top = repository.manifest(target);
        ManifestContent at = top;
        int depth = 0;
        for (; MediaType.isIndex(at.mediaType()); depth++) {
            if (depth == DEPTH_MAX) {
                throw SampanException.invalid("image index nested too deep");
            }
            at = entry(at, wish.machine());
        }
        // An index of indexes is only looked through.
        return new Chosen(at, top.digest(), depth == 1 ? Optional.of(top) : Optional.empty());
    }

    private ManifestContent entry(ManifestContent index, Platform machine) {
        Descriptor entry =
                Json.read(index.bytes(), Index.class)
                        .select(machine)
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "no matching manifest for "
                                                + machine
                                                + " in the manifest list entries"));
        ManifestContent manifest = repository.manifest(entry.digest().toString());
        if (manifest.bytes().length != entry.size()) {
            throw SampanException.invalid(
                    "manifest "
                            + entry.digest()
                            + " has "
                            + manifest.bytes().length
                            + " bytes where its index says "
                            + entry.size());
        }
        if (!manifest.mediaType().equals(entry.mediaType())) {
            throw SampanException.invalid(
                    "manifest "
                            + entry.digest()
                            + " is of type "
                            + manifest.mediaType()
                            + " where its index says "
                            + entry.mediaType());
        }
        return manifest;
    }
}
