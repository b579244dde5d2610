package sampan.engine.services;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.filters.Filters;
import sampan.engine.images.Collector;
import sampan.engine.images.HostImage;
import sampan.engine.images.Image;
import sampan.engine.images.ImagePlatforms;
import sampan.engine.images.ImagePlatforms.PlatformManifest;
import sampan.engine.images.ImageRemoval;
import sampan.engine.images.ImageRemoval.Step;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ImageUsers;
import sampan.engine.images.ImageViews;
import sampan.engine.images.Nameless;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.ResolvedImage;
import sampan.engine.images.layers.LayerChanges;
import sampan.engine.images.layers.LayerReading;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.Snapshotter;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Platform;

/// Images, with Docker's filters and events. The built-in image `host` is among them.
public final class EngineImages implements ImageService {
    private static final Set<String> LIST_FILTERS =
            Set.of("reference", "dangling", "label", "label!", "before", "since", "until");
    private static final Set<String> PRUNE_FILTERS = Set.of("dangling", "until", "label", "label!");
    private static final String MISSING = "<missing>";

    private final ImageStore images;
    private final Snapshotter snapshots;
    private final EventLog events;
    private final ImageRemoval removal;

    public EngineImages(
            ImageStore images,
            Snapshotter snapshots,
            Collector collector,
            ImageUsers users,
            EventLog events) {
        this.images = images;
        this.snapshots = snapshots;
        this.events = events;
        this.removal =
                new ImageRemoval(
                        images,
                        collector,
                        users,
                        (action, id) -> publish(action, id, id.toString()));
    }

    private void publish(String action, Digest id, String name) {
        events.publish(
                new Event("image", action, id.toString(), Map.of("name", name), Instant.now()));
    }

    @Override
    public Image inspect(String reference) {
        return images.resolve(reference).image();
    }

    @Override
    public Image inspect(String reference, Platform platform) {
        Image image =
                images.find(reference, platform)
                        .map(ResolvedImage::image)
                        .orElseGet(() -> inspect(reference));
        Platform own = Platform.of(image.os(), image.architecture(), image.variant());
        if (!own.runsOn(platform)) {
            throw SampanException.notFound(
                    "image with reference "
                            + reference
                            + " was found but its platform ("
                            + own
                            + ") does not match the specified platform ("
                            + platform
                            + ")");
        }
        return image;
    }

    @Override
    public List<PlatformManifest> platforms(String reference) {
        return new ImagePlatforms(images).of(reference);
    }

    @Override
    public Optional<Image> find(String reference) {
        return images.find(reference).map(ResolvedImage::image);
    }

    @Override
    public List<Image> list(boolean all, Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, LIST_FILTERS);
        Optional<Boolean> dangling = wanted.truth("dangling");
        Optional<Instant> before = creation(wanted, "before");
        Optional<Instant> since = creation(wanted, "since");
        Optional<Instant> until = wanted.until(Instant.now());
        List<Image> known = images.images();
        return Stream.concat(known.stream(), Stream.of(HostImage.image()))
                .filter(i -> all || !i.references().isEmpty() || isLeaf(i, known))
                .filter(i -> all || isUsual(i))
                .filter(i -> dangling.isEmpty() || dangling.get() == i.references().isEmpty())
                .filter(i -> wanted.labelsForPrune(i.config().labels()))
                .filter(i -> before.isEmpty() || created(i).isBefore(before.get()))
                .filter(i -> until.isEmpty() || created(i).isBefore(until.get()))
                .filter(i -> since.isEmpty() || created(i).isAfter(since.get()))
                .flatMap(i -> named(i, wanted.values("reference")))
                .toList();
    }

    private static boolean isLeaf(Image image, List<Image> known) {
        return known.stream().noneMatch(other -> other.parent().equals(image.id()));
    }

    // Those of other platforms stand behind the name of the usual one.
    private boolean isUsual(Image image) {
        if (image.virtual()) {
            return true;
        }
        List<ReferenceRecord> names = images.names(Digest.parse(image.id()));
        return names.isEmpty()
                || names.stream()
                        .map(name -> images.name(name.reference().toString()))
                        .anyMatch(name ->
                                name.isEmpty() || name.get().image().toString().equals(image.id()));
    }

    private static Instant created(Image image) {
        return image.created().orElse(Instant.EPOCH);
    }

    private Optional<Instant> creation(Filters wanted, String name) {
        return wanted.values(name).stream().findFirst().map(r -> created(inspect(r)));
    }

    /// The image with those references alone that a pattern fits.
    private static Stream<Image> named(Image image, List<String> patterns) {
        if (patterns.isEmpty()) {
            return Stream.of(image);
        }
        List<String> fitting =
                image.references().stream()
                        .filter(r -> patterns.stream().anyMatch(p -> fits(p, r)))
                        .toList();
        return fitting.isEmpty() ? Stream.empty() : Stream.of(withReferences(image, fitting));
    }

    // Docker matches the whole familiar reference, and the familiar name without its tag.
    private static boolean fits(String pattern, String reference) {
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            Reference parsed = Reference.parse(reference);
            return matcher.matches(Path.of(reference))
                    || matcher.matches(Path.of(parsed.familiarName()));
        } catch (PatternSyntaxException e) {
            throw new SampanException(
                    ErrorCode.INVALID, "invalid filter 'reference=" + pattern + "'", e);
        }
    }

    private static Image withReferences(Image image, List<String> references) {
        return new Image(
                image.id(),
                references,
                image.digests(),
                image.parent(),
                image.comment(),
                image.created(),
                image.author(),
                image.architecture(),
                image.variant(),
                image.os(),
                image.config(),
                image.layers(),
                image.size(),
                image.tagged(),
                image.manifestDigest(),
                image.virtual());
    }

    @Override
    public void tag(String reference, String repository, String tag) {
        Image image = inspect(reference);
        if (image.virtual()) {
            throw SampanException.conflict(
                    "image host is built in, it cannot be tagged: use it by its name");
        }
        Reference bare = Reference.parseBare(repository);
        if (bare.digest().isPresent()) {
            throw SampanException.invalid("refusing to create a tag with a digest reference");
        }
        Reference name = tag.isEmpty() ? Reference.parse(repository) : bare.withTag(tag);
        Digest id = Digest.parse(image.id());
        Optional<ReferenceRecord> whole =
                images.name(reference)
                        .or(() -> Nameless.whole(images, id))
                        .filter(from -> from.index().isPresent());
        if (whole.isPresent()) {
            images.tag(whole.get(), name);
        } else {
            images.tag(id, name);
        }
        publish("tag", id, name.familiar());
    }

    @Override
    public List<Removal> remove(String reference, boolean force, boolean noPrune) {
        return removals(removal.remove(reference, force, !noPrune).steps());
    }

    @Override
    public List<Removal> remove(String reference, Platform platform, boolean force) {
        return removals(removal.remove(reference, platform, force).steps());
    }

    private static List<Removal> removals(List<Step> steps) {
        return steps.stream()
                .map(s -> new Removal(s.deleted() ? "Deleted" : "Untagged", s.subject()))
                .toList();
    }

    @Override
    public List<HistoryEntry> history(String reference) {
        Image image = inspect(reference);
        if (image.virtual()) {
            return List.of(
                    new HistoryEntry(
                            image.id(),
                            created(image),
                            "",
                            image.references(),
                            0,
                            image.comment()));
        }
        ImageDocument document = images.document(Digest.parse(image.id()));
        List<Digest> layers = document.rootfs().diffIds();
        List<HistoryEntry> found = new ArrayList<>();
        int layer = 0;
        for (ImageDocument.Step step : document.history()) {
            long size = 0;
            if (!step.emptyLayer() && layer < layers.size()) {
                size = snapshots.layer(layers.get(layer++)).map(Layer::size).orElse(0L);
            }
            found.add(
                    new HistoryEntry(
                            MISSING,
                            ImageViews.instant(step.created()).orElse(Instant.EPOCH),
                            step.createdBy(),
                            List.of(),
                            size,
                            step.comment()));
        }
        name(found, image);
        return found.reversed();
    }

    /// Names the last step of the image and of each image that it was committed on.
    private void name(List<HistoryEntry> steps, Image image) {
        int last = steps.size() - 1;
        Optional<Image> named = Optional.of(image);
        while (named.isPresent() && last >= 0) {
            HistoryEntry top = steps.get(last);
            steps.set(
                    last,
                    new HistoryEntry(
                            named.get().id(),
                            top.created(),
                            top.createdBy(),
                            named.get().references(),
                            top.size(),
                            top.comment()));
            named = Optional.of(named.get().parent()).filter(p -> !p.isEmpty()).flatMap(this::find);
            last =
                    named.map(p -> images.document(Digest.parse(p.id())).history().size() - 1)
                            .filter(p -> p < steps.size())
                            .orElse(-1);
        }
    }

    @Override
    public LayerChanges layers(String reference) {
        Image image = inspect(reference);
        if (image.virtual()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "image host is built in: it has no layers");
        }
        ImageDocument document = images.document(Digest.parse(image.id()));
        List<String> steps =
                document.history().stream()
                        .filter(step -> !step.emptyLayer())
                        .map(ImageDocument.Step::createdBy)
                        .toList();
        LayerReading reading = new LayerReading();
        int number = 0;
        for (Digest diffId : document.rootfs().diffIds()) {
            Layer layer =
                    snapshots
                            .layer(diffId)
                            .orElseThrow(() ->
                                    SampanException.notFound("layer " + diffId + " is not here"));
            String step = number < steps.size() ? steps.get(number) : "";
            reading.add(diffId.toString(), step, layer.directory());
            number++;
        }
        return reading.finished();
    }

    @Override
    public Pruned prune(Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, PRUNE_FILTERS);
        boolean danglingOnly = wanted.truth("dangling").orElse(true);
        Optional<Instant> until = wanted.until(Instant.now());
        List<Image> chosen =
                images.images().stream()
                        .filter(i -> !danglingOnly || i.references().isEmpty())
                        .filter(i -> until.isEmpty() || created(i).isBefore(until.get()))
                        .filter(i -> wanted.labelsForPrune(i.config().labels()))
                        .toList();
        ImageRemoval.Removed removed = removal.prune(chosen);
        long bytes = removed.freed().getAsLong();
        events.publish(
                new Event(
                        "image",
                        "prune",
                        "",
                        Map.of("reclaimed", Long.toString(bytes)),
                        Instant.now()));
        return new Pruned(removals(removed.steps()), bytes);
    }
}
