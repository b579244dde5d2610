package sampan.engine.fsck;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.Nameless;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.transfer.Stores;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// Who needs a blob or a layer, in words.
final class Users {
    private Users() {}

    /// Images that name the digest as config, manifest or blob.
    static List<ImageRecord> images(Stores stores, Digest digest) {
        return stores.images().records().stream()
                .filter(image ->
                        image.id().equals(digest)
                                || image.forms().stream()
                                        .anyMatch(form ->
                                                form.manifest().equals(digest)
                                                        || form.layerBlobs().contains(digest)))
                .toList();
    }

    /// Names with a tag that stand for this index.
    static List<ReferenceRecord> ofIndex(Stores stores, Digest digest) {
        return stores.images().names().stream()
                .filter(name -> name.reference().tag().isPresent())
                .filter(name -> name.index().equals(Optional.of(digest)))
                .toList();
    }

    /// A name of the image, as people know it.
    static String name(Stores stores, ImageRecord image) {
        return stores.images().names(image.id()).stream()
                .filter(name -> name.reference().tag().isPresent())
                .map(name -> name.reference().familiar())
                .findFirst()
                .orElse(image.id().brief());
    }

    /// The name by which a registry gave the image; empty where none did.
    static Optional<String> pulled(Stores stores, ImageRecord image) {
        List<Reference> names =
                stores.images().names(image.id()).stream()
                        .map(ReferenceRecord::reference)
                        .filter(name -> !Nameless.is(name))
                        .toList();
        Optional<Reference> known = names.stream().filter(n -> n.digest().isPresent()).findFirst();
        return known.map(digest ->
                names.stream()
                        .filter(name -> name.tag().isPresent() && name.sameRepository(digest))
                        .findFirst()
                        .orElse(digest)
                        .familiar());
    }

    static String names(Stores stores, List<ImageRecord> images) {
        Set<String> names = new LinkedHashSet<>();
        images.forEach(image -> names.add(name(stores, image)));
        return String.join(", ", names);
    }

    /// How the images come to be whole again.
    static String remedy(Stores stores, List<ImageRecord> images) {
        List<String> words = new ArrayList<>();
        for (ImageRecord image : images) {
            words.add(
                    pulled(stores, image)
                            .map(name -> "sampan image fsck --repair && sampan pull " + name)
                            .orElseGet(() ->
                                    "sampan pull "
                                            + name(stores, image)
                                            + ", or load or build it again"));
        }
        return String.join("; ", words);
    }
}
