package sampan.engine.images;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import sampan.engine.images.ImageUsers.ContainerUse;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// The rules of `rmi`, as Docker has them: what may go, with what words it is refused, and what
/// goes with it.
public final class ImageRemoval {
    private static final int BRIEF = 12;

    private final ImageStore images;
    private final Collector collector;
    private final ImageUsers users;
    private final BiConsumer<String, Digest> events;

    /// @param events told `untag` and `delete` with the image's id
    public ImageRemoval(
            ImageStore images,
            Collector collector,
            ImageUsers users,
            BiConsumer<String, Digest> events) {
        this.images = images;
        this.collector = collector;
        this.users = users;
        this.events = events;
    }

    /// What was removed.
    ///
    /// @param freed bytes on disk of layers and blobs, waited for
    public record Removed(List<Step> steps, LongSupplier freed) {}

    /// One line of the answer.
    ///
    /// @param bytes on disk of the records that went
    public record Step(boolean deleted, String subject, long bytes) {
        Step(boolean deleted, String subject) {
            this(deleted, subject, 0);
        }
    }

    /// @param force goes on where only a stopped container or another name is in the way
    /// @param prune untagged parents go too
    public Removed remove(String text, boolean force, boolean prune) {
        Image image = images.resolve(text).image();
        HostImage.refuse(image, "removed");
        List<Step> steps = new ArrayList<>();
        return collecting(
                steps,
                () ->
                        images.exclusively(() ->
                                remove(
                                        text,
                                        Digest.parse(image.id()),
                                        new Wish(force, prune),
                                        steps)));
    }

    private record Wish(boolean force, boolean prune) {}

    /// Removes an image that no container and no name uses; false where one does.
    private boolean removeUnused(Digest id, List<Step> steps) {
        return images.exclusively(() -> {
            boolean used =
                    !isHere(id)
                            || !images.children(id).isEmpty()
                            || users.uses().stream()
                                    .anyMatch(u -> u.imageId().equals(id.toString()));
            if (!used) {
                delete(id, steps);
            }
            return !used;
        });
    }

    // Collects what the removed images had alone, and names the layers.
    private Removed collecting(List<Step> steps, Runnable removal) {
        return removed(steps, collector.after(removal));
    }

    private static Removed removed(List<Step> steps, Collector.Collected gone) {
        List<Step> all = new ArrayList<>(steps);
        if (steps.stream().anyMatch(Step::deleted)) {
            gone.layers().forEach(layer -> all.add(new Step(true, layer.toString())));
        }
        long records = steps.stream().mapToLong(Step::bytes).sum();
        return new Removed(all, () -> records + gone.bytes());
    }

    /// Removes those of the images that neither a container nor another image uses, and what
    /// abandoned pulls left.
    public Removed prune(List<Image> chosen) {
        List<Step> steps = new ArrayList<>();
        return removed(steps, collector.afterAll(() -> chosen.forEach(i -> prune(i, steps))));
    }

    private void prune(Image image, List<Step> steps) {
        List<Step> names = new ArrayList<>();
        image.references().forEach(name -> names.add(new Step(false, name)));
        List<Step> gone = new ArrayList<>();
        if (removeUnused(Digest.parse(image.id()), gone)) {
            steps.addAll(names);
            steps.addAll(gone);
        }
    }

    private boolean remove(String text, Digest id, Wish wish, List<Step> steps) {
        List<ReferenceRecord> names = images.names(id);
        boolean byId = ImageText.isIdPrefix(text, id.toString());
        List<ReferenceRecord> listing =
                ImageText.digest(text).stream().flatMap(images::listing).toList();
        if (!listing.isEmpty() || (byId && Nameless.are(names))) {
            removeWhole(id, byId ? names : listing, wish, steps);
            return true;
        }
        if (byId) {
            removeById(id, names, wish, steps);
            return true;
        }
        if (!wish.force() && isSingle(names)) {
            Optional<ContainerUse> user = firstUse(id, false);
            if (user.isPresent()) {
                throw SampanException.conflict(
                        "conflict: unable to remove repository reference \""
                                + text
                                + "\" (must force) - container "
                                + brief(user.get().id())
                                + " is using its referenced image "
                                + id.brief());
            }
        }
        Reference reference = Reference.parse(text);
        List<Digest> all = images.name(text).map(ReferenceRecord::images).orElse(List.of(id));
        untagWhole(reference, id, steps);
        untagDigests(reference, id, steps);
        for (Digest each : all) {
            if (isHere(each) && images.names(each).isEmpty()) {
                deleteChecked(each, wish, true, steps);
            }
        }
        return true;
    }

    private void removeById(Digest id, List<ReferenceRecord> names, Wish wish, List<Step> steps) {
        if (isSingle(names)) {
            checkHard(id);
            if (!wish.force()) {
                checkStopped(id);
            }
            names.forEach(name -> untag(name.reference(), id, steps));
        }
        deleteChecked(id, wish, false, steps);
    }

    /// Removes what is called by its index: the names that stand for it, and all images of it.
    private void removeWhole(Digest id, List<ReferenceRecord> names, Wish wish, List<Step> steps) {
        checkHard(id);
        if (!wish.force()) {
            checkStopped(id);
            if (!Nameless.are(names) && !isSingle(names)) {
                throw conflict(id, false, "image is referenced in multiple repositories");
            }
        }
        Set<Digest> all = new LinkedHashSet<>(List.of(id));
        for (ReferenceRecord name : names) {
            images.name(name.reference().toString()).ifPresent(n -> all.addAll(n.images()));
            untagWhole(name.reference(), id, steps);
        }
        for (Digest each : all) {
            if (isHere(each) && images.names(each).isEmpty()) {
                deleteChecked(each, wish, !each.equals(id), steps);
            }
        }
    }

    /// At most one tag, and all names in one repository.
    private static boolean isSingle(List<ReferenceRecord> names) {
        long tags = names.stream().filter(n -> n.reference().tag().isPresent()).count();
        return names.size() <= 1
                || (tags <= 1
                        && names.stream()
                                .allMatch(n ->
                                        n.reference()
                                                .sameRepository(names.getFirst().reference())));
    }

    // Images of other platforms lose the name too.
    private void untagWhole(Reference reference, Digest id, List<Step> steps) {
        long bytes = images.nameBytes(reference);
        if (images.untag(reference) && !Nameless.is(reference)) {
            steps.add(new Step(false, reference.familiar(), bytes));
            events.accept("untag", id);
        }
    }

    private void untag(Reference reference, Digest id, List<Step> steps) {
        long bytes = images.nameBytes(reference);
        if (images.untag(reference, id) && !Nameless.is(reference)) {
            steps.add(new Step(false, reference.familiar(), bytes));
            events.accept("untag", id);
        }
    }

    // The last tag of a repository takes the digests along that the image has there.
    private void untagDigests(Reference gone, Digest id, List<Step> steps) {
        List<ReferenceRecord> left = images.names(id);
        boolean tagged =
                left.stream()
                        .anyMatch(n ->
                                n.reference().sameRepository(gone)
                                        && n.reference().tag().isPresent());
        if (gone.tag().isPresent() && !tagged) {
            left.stream()
                    .filter(n -> n.reference().sameRepository(gone))
                    .forEach(n -> untagWhole(n.reference(), id, steps));
        }
    }

    /// Removes the image of one platform from a name that has several.
    ///
    /// @param platform absent from the name is NOT_FOUND
    public Removed remove(String text, Platform platform, boolean force) {
        ReferenceRecord name =
                images.name(text)
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "removing a platform needs the name of an image that is"
                                                + " here, not "
                                                + text));
        Digest id =
                name.images().stream()
                        .filter(each -> images.document(each).platform().runsOn(platform))
                        .findFirst()
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "image " + text + " has no platform " + platform));
        if (name.others().isEmpty()) {
            return remove(text, force, true);
        }
        List<Step> steps = new ArrayList<>();
        return collecting(
                steps,
                () ->
                        images.exclusively(() -> {
                            checkHard(id);
                            if (!force) {
                                checkStopped(id);
                            }
                            images.names(id).stream()
                                    .map(ReferenceRecord::reference)
                                    .filter(name.reference()::sameRepository)
                                    .filter(r ->
                                            r.digest().isPresent() || r.equals(name.reference()))
                                    .forEach(r -> untag(r, id, steps));
                            if (images.names(id).isEmpty()) {
                                deleteChecked(id, new Wish(force, true), true, steps);
                            }
                            return id;
                        }));
    }

    /// @param quiet the name went already: an image in use then stays without a word
    private void deleteChecked(Digest id, Wish wish, boolean quiet, List<Step> steps) {
        boolean used = firstUse(id, false).isPresent();
        try {
            checkHard(id);
            if (!wish.force()) {
                checkNames(id);
                checkStopped(id);
            }
        } catch (SampanException e) {
            boolean dangling = images.names(id).isEmpty() && images.children(id).isEmpty();
            if (quiet && (!dangling || used)) {
                return;
            }
            throw e;
        }
        Optional<Digest> parent = images.record(id).parent();
        images.names(id).forEach(name -> untag(name.reference(), id, steps));
        delete(id, steps);
        if (wish.prune() && parent.isPresent() && isHere(parent.get())) {
            boolean named = !images.names(parent.get()).isEmpty();
            if (!named) {
                deleteChecked(parent.get(), new Wish(false, true), true, steps);
            }
        }
    }

    private boolean isHere(Digest id) {
        return images.records().stream().anyMatch(r -> r.id().equals(id));
    }

    private void delete(Digest id, List<Step> steps) {
        long bytes = images.recordBytes(id);
        images.remove(id);
        steps.add(new Step(true, id.toString(), bytes));
        events.accept("delete", id);
    }

    private void checkHard(Digest id) {
        if (!images.children(id).isEmpty()) {
            throw conflict(id, true, "image has dependent child images");
        }
        Optional<ContainerUse> running = firstUse(id, true);
        if (running.isPresent()) {
            throw conflict(
                    id,
                    true,
                    "image is being used by running container " + brief(running.get().id()));
        }
    }

    private void checkNames(Digest id) {
        if (images.names(id).size() > 1) {
            throw conflict(id, false, "image is referenced in multiple repositories");
        }
    }

    private void checkStopped(Digest id) {
        Optional<ContainerUse> stopped = firstUse(id, false);
        if (stopped.isPresent()) {
            throw conflict(
                    id,
                    false,
                    "image is being used by stopped container " + brief(stopped.get().id()));
        }
    }

    private Optional<ContainerUse> firstUse(Digest id, boolean running) {
        return users.uses().stream()
                .filter(u -> u.imageId().equals(id.toString()))
                .filter(u -> !running || u.running())
                .findFirst();
    }

    private static SampanException conflict(Digest id, boolean hard, String why) {
        return SampanException.conflict(
                "conflict: unable to delete "
                        + id.brief()
                        + (hard ? " (cannot be forced) - " : " (must be forced) - ")
                        + why);
    }

    private static String brief(String containerId) {
        return containerId.substring(0, Math.min(BRIEF, containerId.length()));
    }
}
