package sampan.engine.disk;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import sampan.engine.disk.Candidate.Kind;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.ImageRemoval;
import sampan.engine.images.ImageUsers;
import sampan.engine.images.LastUse;
import sampan.engine.images.transfer.Stores;
import sampan.engine.store.OnDisk;
import sampan.oci.Digest;

/// Images that no container has, and what abandoned pulls left.
public final class ImageSource implements Source {
    /// An image without a name stays as long at least: who built it may be about to run it.
    public static final Duration DANGLING_AGE = Duration.ofMinutes(10);

    private final Stores stores;
    private final ImageRemoval removal;
    private final ImageUsers users;
    private final DiskSettings settings;

    public ImageSource(
            Stores stores, ImageRemoval removal, ImageUsers users, DiskSettings settings) {
        this.stores = stores;
        this.removal = removal;
        this.users = users;
        this.settings = settings;
    }

    private record Unused(ImageRecord image, Kind kind, Instant since) {}

    @Override
    public List<Candidate> candidates(Instant now) {
        Set<String> used = new HashSet<>();
        users.uses().forEach(use -> used.add(use.imageId()));
        List<Candidate> found = new ArrayList<>(pulls());
        stores.images().records().stream()
                .filter(image -> !used.contains(image.id().toString()))
                .filter(image -> !stores.leases().isHeld(image.id()))
                .flatMap(image -> unused(image, now).stream())
                .sorted(Comparator.comparing(Unused::since))
                .forEach(unused -> found.add(candidate(unused)));
        return found;
    }

    private Optional<Unused> unused(ImageRecord image, Instant now) {
        List<String> tags =
                stores.images().names(image.id()).stream()
                        .filter(name -> name.reference().tag().isPresent())
                        .map(name -> name.reference().familiar())
                        .toList();
        if (tags.stream().anyMatch(settings::keeps)) {
            return Optional.empty();
        }
        Kind kind = tags.isEmpty() ? Kind.DANGLING : Kind.IMAGE;
        Duration age = settings.age();
        if (kind == Kind.DANGLING && age.compareTo(DANGLING_AGE) > 0) {
            age = DANGLING_AGE;
        }
        Instant since = LastUse.of(stores.images(), image);
        return since.plus(age).isAfter(now)
                ? Optional.empty()
                : Optional.of(new Unused(image, kind, since));
    }

    private Candidate candidate(Unused unused) {
        ImageRecord image = unused.image();
        String name =
                stores.images().names(image.id()).stream()
                        .filter(n -> n.reference().tag().isPresent())
                        .map(n -> n.reference().familiar())
                        .findFirst()
                        .orElse(image.id().brief());
        return new Candidate(
                unused.kind(),
                name,
                "no container has it, last used " + unused.since(),
                bytes(image),
                () -> remove(unused));
    }

    private long remove(Unused unused) {
        boolean same =
                stores.images().records().contains(unused.image())
                        && !stores.leases().isHeld(unused.image().id())
                        && LastUse.of(stores.images(), unused.image()).equals(unused.since());
        if (!same) {
            return 0;
        }
        var image = stores.images().resolve(unused.image().id().toString()).image();
        return removal.prune(List.of(image)).freed().getAsLong();
    }

    // What others have too is counted: an upper bound.
    private long bytes(ImageRecord image) {
        Set<Digest> blobs = new HashSet<>(Set.of(image.id()));
        for (Form form : image.forms()) {
            blobs.add(form.manifest());
            blobs.addAll(form.layerBlobs());
        }
        return Stream.concat(
                        blobs.stream()
                                .map(blob -> OnDisk.file(stores.content().place(blob, false))),
                        Set.copyOf(image.diffIds()).stream()
                                .map(layer -> stores.snapshots().allocated(layer)))
                .mapToLong(Long::longValue)
                .sum();
    }

    private List<Candidate> pulls() {
        Set<Digest> held = stores.leases().abandoned();
        Set<Digest> kept = stores.images().reachable();
        long bytes = 0;
        for (Digest digest : held) {
            bytes += OnDisk.file(stores.content().place(digest, true));
            if (!kept.contains(digest)) {
                bytes += OnDisk.file(stores.content().place(digest, false));
                bytes += stores.snapshots().allocated(digest);
            }
        }
        return held.isEmpty()
                ? List.of()
                : List.of(
                        new Candidate(
                                Kind.PULL,
                                "abandoned pulls",
                                "nobody goes on with them",
                                bytes,
                                () -> stores.collector().afterAll(() -> {}).bytes()));
    }
}
