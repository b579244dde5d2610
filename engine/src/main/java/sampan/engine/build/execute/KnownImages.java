package sampan.engine.build.execute;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ResolvedImage;
import sampan.engine.images.transfer.BuiltImages;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.images.transfer.Stores;
import sampan.engine.services.BuildRequest.CacheFrom;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.Step;

/// Steps of images that were built elsewhere (`--cache-from`): where a stage's history and layers
/// are the beginning of an image's, the image's next layer is what the next step would make. What a
/// step copied is told by the digest in its history. Of an image in a registry a layer comes when
/// its step does. Thread-safe once all were added.
final class KnownImages {
    private final Stores stores;
    private final BuiltImages held;
    private final Function<String, List<DistantImage>> registry;
    private final List<Known> known = new ArrayList<>();

    private record Known(ImageDocument document, IntFunction<BuiltLayer> layers) {}

    /// What a step came to elsewhere.
    ///
    /// @param layer absent where it made none
    record Found(Optional<BuiltLayer> layer, Instant created) {}

    /// @param registry the images behind a name
    KnownImages(Stores stores, BuiltImages held, Function<String, List<DistantImage>> registry) {
        this.stores = stores;
        this.held = held;
        this.registry = registry;
    }

    /// What cannot be had is none.
    void add(CacheFrom from) {
        switch (from) {
            case CacheFrom.Distant(List<DistantImage> images) -> images.forEach(this::add);
            case CacheFrom.Image(String reference) -> {
                Optional<ResolvedImage> here = stores.images().find(reference);
                if (here.isEmpty()) {
                    distant(reference);
                } else if (!here.get().image().virtual()) {
                    add(stores.images(), Digest.parse(here.get().image().id()));
                }
            }
        }
    }

    private void distant(String reference) {
        try {
            registry.apply(reference).forEach(this::add);
        } catch (SampanException e) {
            // a cache that is not there is no failure
        }
    }

    private void add(DistantImage image) {
        known.add(new Known(image.document(), index -> image.layer(index, held)));
    }

    private void add(ImageStore images, Digest id) {
        ImageRecord record = images.record(id);
        List<BuiltLayer> layers = held.layersOf(record);
        known.add(new Known(images.document(id), layers::get));
    }

    /// What the next step of a stage came to.
    ///
    /// @param createdBy of the next step
    Optional<Found> next(StageState stage, String createdBy) {
        if (known.isEmpty()) {
            return Optional.empty();
        }
        List<Step> history = stage.history();
        List<Digest> layers = stage.chain().layers();
        for (Known image : known) {
            if (begins(image.document(), history, layers)
                    && image.document().platform().equals(stage.platform)) {
                Optional<Found> found = found(image, history.size(), layers.size(), createdBy);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    // One that has lost the layer since does not have the step.
    private static Optional<Found> found(Known image, int step, int layer, String createdBy) {
        List<Step> history = image.document().history();
        if (history.size() <= step || !history.get(step).createdBy().equals(createdBy)) {
            return Optional.empty();
        }
        Instant created = time(history.get(step).created());
        if (history.get(step).emptyLayer()) {
            return Optional.of(new Found(Optional.empty(), created));
        }
        if (image.document().rootfs().diffIds().size() <= layer) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Found(Optional.of(image.layers().apply(layer)), created));
        } catch (SampanException e) {
            return Optional.empty();
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    private static boolean begins(ImageDocument image, List<Step> history, List<Digest> layers) {
        List<Digest> own = image.rootfs().diffIds();
        if (image.history().size() < history.size() || own.size() < layers.size()) {
            return false;
        }
        for (int i = 0; i < history.size(); i++) {
            if (!image.history().get(i).createdBy().equals(history.get(i).createdBy())) {
                return false;
            }
        }
        return own.subList(0, layers.size()).equals(layers);
    }
}
