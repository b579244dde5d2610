package sampan.engine.build.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ResolvedImage;
import sampan.engine.images.transfer.BuiltImages;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.images.transfer.Stores;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument.Step;

/// Steps of images that were built elsewhere (`--cache-from`): where a stage's history and layers
/// are the beginning of an image's, the image's next layer is what the next step would make. What a
/// step copied is told by the digest in its history. Thread-safe.
final class KnownImages {
    private final List<Known> known = new ArrayList<>();

    private record Known(List<Step> history, List<BuiltLayer> layers) {}

    /// @param references those that are not here are fetched; what cannot be had is none
    KnownImages(Stores stores, BuiltImages held, List<String> references, Consumer<String> fetch) {
        ImageStore images = stores.images();
        for (String reference : references) {
            Optional<ResolvedImage> image = images.find(reference);
            if (image.isEmpty()) {
                try {
                    fetch.accept(reference);
                    image = images.find(reference);
                } catch (SampanException e) {
                    continue; // a cache that is not there is no failure
                }
            }
            image.filter(i -> !i.image().virtual())
                    .map(i -> images.record(Digest.parse(i.image().id())))
                    .ifPresent(record -> known.add(known(images, held, record)));
        }
    }

    private static Known known(ImageStore images, BuiltImages held, ImageRecord record) {
        return new Known(images.document(record.id()).history(), held.layersOf(record));
    }

    /// The layer of the next step.
    ///
    /// @param layers so far
    /// @param createdBy of the next step
    Optional<BuiltLayer> next(List<Step> history, List<BuiltLayer> layers, String createdBy) {
        for (Known image : known) {
            if (begins(image, history, layers)
                    && image.history().size() > history.size()
                    && image.layers().size() > layers.size()) {
                Step next = image.history().get(history.size());
                if (next.createdBy().equals(createdBy) && !next.emptyLayer()) {
                    return Optional.of(image.layers().get(layers.size()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean begins(Known image, List<Step> history, List<BuiltLayer> layers) {
        if (image.history().size() < history.size() || image.layers().size() < layers.size()) {
            return false;
        }
        for (int i = 0; i < history.size(); i++) {
            if (!image.history().get(i).createdBy().equals(history.get(i).createdBy())) {
                return false;
            }
        }
        for (int i = 0; i < layers.size(); i++) {
            if (!image.layers().get(i).diffId().equals(layers.get(i).diffId())) {
                return false;
            }
        }
        return true;
    }
}
