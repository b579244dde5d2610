package sampan.engine.build.execute;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import sampan.engine.build.execute.StageState.Start;
import sampan.engine.images.Image;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageViews;
import sampan.engine.images.ResolvedImage;
import sampan.engine.images.transfer.BuiltImages;
import sampan.engine.images.transfer.Stores;
import sampan.engine.snapshots.Chain;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Platform;

/// Images that stages stand on or copy from. Thread-safe.
final class BaseImages {
    private final Stores stores;
    private final BuiltImages held;
    private final BiConsumer<String, String> fetch;
    private final boolean anew;
    private final Map<String, String> aliases;

    /// @param fetch gets an image of that name for a platform, as text; empty: this machine's
    /// @param anew images are fetched even where one of the name is here
    /// @param aliases references that names of the request stand for
    BaseImages(
            Stores stores,
            BuiltImages held,
            BiConsumer<String, String> fetch,
            boolean anew,
            Map<String, String> aliases) {
        this.aliases = Map.copyOf(aliases);
        this.stores = stores;
        this.held = held;
        this.fetch = fetch;
        this.anew = anew;
    }

    /// @param asked a platform was asked for, so that another is refused
    Start start(String reference, Platform platform, boolean asked) {
        Image image = resolve(reference, platform, asked);
        Platform own = platformOf(image);
        if (asked && !own.runsOn(platform)) {
            throw SampanException.notFound(
                    "image with reference "
                            + reference
                            + " was found but its platform ("
                            + own
                            + ") does not match the specified platform ("
                            + platform
                            + ")");
        }
        Digest id = Digest.parse(image.id());
        ImageDocument document = stores.images().document(id);
        return new Start(
                own,
                document.config().map(ImageViews::config).orElse(ImageConfig.NONE),
                Map.of(),
                held.layersOf(stores.images().record(id)),
                document.history(),
                Optional.of(id),
                document.author(),
                image.id(),
                image.created().orElse(Instant.EPOCH));
    }

    private static Platform platformOf(Image image) {
        return Platform.of(image.os(), image.architecture(), image.variant());
    }

    /// The layers of an image; of another platform's where there is no better one.
    ///
    /// @param asked as with [#start]
    Chain chain(String reference, Platform platform, boolean asked) {
        Digest id = Digest.parse(resolve(reference, platform, asked).id());
        held.layersOf(stores.images().record(id));
        return new Chain(stores.images().record(id).diffIds());
    }

    private Image resolve(String name, Platform platform, boolean asked) {
        String reference = aliases.getOrDefault(name, name);
        Optional<ResolvedImage> found = stores.images().find(reference, platform);
        boolean other =
                asked && found.filter(f -> !platformOf(f.image()).runsOn(platform)).isPresent();
        if (found.isEmpty() || ((anew || other) && !found.get().image().virtual())) {
            try {
                fetch.accept(reference, asked ? platform.toString() : "");
            } catch (SampanException e) {
                if (!other) {
                    throw e;
                }
                // it is nowhere else: what is here is judged
            }
            found = stores.images().find(reference, platform);
        }
        Image image =
                found.orElseThrow(
                                () -> SampanException.notFound("No such image: " + reference + ""))
                        .image();
        if (image.virtual()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "image host is built in and cannot be built on: it has no layers");
        }
        return image;
    }
}
