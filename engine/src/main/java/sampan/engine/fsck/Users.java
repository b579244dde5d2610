package sampan.engine.fsck;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.transfer.Stores;
import sampan.oci.Digest;

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

    static String names(Stores stores, List<ImageRecord> images) {
        Set<String> names = new LinkedHashSet<>();
        images.forEach(image -> names.add(name(stores, image)));
        return String.join(", ", names);
    }

    /// How the images come to be whole again.
    static String remedy(Stores stores, List<ImageRecord> images) {
        List<String> words = new ArrayList<>();
        for (ImageRecord image : images) {
            boolean pulled =
                    stores.images().names(image.id()).stream()
                            .anyMatch(name -> name.reference().digest().isPresent());
            String name = name(stores, image);
            words.add(
                    pulled
                            ? "sampan image fsck --repair && sampan pull " + name
                            : "sampan pull " + name + ", or load or build it again");
        }
        return String.join("; ", words);
    }
}
