package sampan.engine.build.execute;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import sampan.engine.build.execute.StageState.Start;
import sampan.engine.images.Image;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageText;
import sampan.engine.images.ImageViews;
import sampan.engine.images.ResolvedImage;
import sampan.engine.images.transfer.BuiltImages;
import sampan.engine.images.transfer.Stores;
import sampan.engine.services.BuildResult;
import sampan.engine.snapshots.Chain;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Platform;

/// Images that stages stand on or copy from. Thread-safe.
final class BaseImages {
    private final Stores stores;
    private final BuiltImages held;
    private final BiConsumer<String, String> fetch;
    private final boolean anew;
    private final Map<String, String> aliases;
    private final Set<BuildResult.Base> used = Collections.synchronizedSet(new LinkedHashSet<>());

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
        used(reference, image, own);
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
        Image image = resolve(reference, platform, asked);
        used(reference, image, platformOf(image));
        Digest id = Digest.parse(image.id());
        held.layersOf(stores.images().record(id));
        return new Chain(stores.images().record(id).diffIds());
    }

    // By the digest that a registry calls it by, where it came from one.
    private void used(String name, Image image, Platform platform) {
        String reference = aliases.getOrDefault(name, name);
        if (ImageText.isIdPrefix(reference, image.id())) {
            return; // it has no name
        }
        Reference known = Reference.parse(reference);
        Digest digest =
                image.digests().stream()
                        .map(Reference::parseBare)
                        .filter(each -> each.sameRepository(known))
                        .flatMap(each -> each.digest().stream())
                        .findFirst()
                        .orElseGet(() -> Digest.parse(image.manifestDigest()));
        used.add(new BuildResult.Base(known, platform, digest));
    }

    /// All that were stood on or copied from.
    List<BuildResult.Base> used() {
        synchronized (used) {
            return List.copyOf(used);
        }
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
