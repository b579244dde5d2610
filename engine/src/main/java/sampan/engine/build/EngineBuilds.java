package sampan.engine.build;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.build.execute.BuildParts;
import sampan.engine.build.execute.Builder;
import sampan.engine.build.execute.CacheMounts.Mount;
import sampan.engine.disk.Candidate;
import sampan.engine.disk.DiskState;
import sampan.engine.disk.Source;
import sampan.engine.images.Collector.Collected;
import sampan.engine.images.ImageRecord;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService;
import sampan.engine.services.CacheBounds;
import sampan.engine.services.CacheFilter;
import sampan.engine.store.OnDisk;
import sampan.oci.Digest;

/// The builds of an engine.
public final class EngineBuilds implements BuildService, Source {
    private final BuildParts parts;
    private final Builder builder;

    /// Removes what builds of a killed daemon left.
    public EngineBuilds(BuildParts parts) {
        this.parts = parts;
        this.builder = new Builder(parts);
        parts.containers().sweep();
        builder.sweep();
    }

    @Override
    public Built build(BuildRequest request, BuildListener listener) {
        return builder.build(request, listener, _ -> {});
    }

    @Override
    public Built build(BuildRequest request, BuildListener listener, Use use) {
        return builder.build(request, listener, use);
    }

    @Override
    public List<CacheEntry> cache() {
        Set<Digest> used = imageLayers();
        Stream<CacheEntry> steps =
                parts.cache().records().stream()
                        .filter(r -> r.layer().isPresent())
                        .map(r -> entry(r, isUsed(r, used)));
        return Stream.concat(steps, parts.mounts().mounts().stream().map(this::entry))
                .sorted(Comparator.comparing(CacheEntry::used).reversed())
                .toList();
    }

    private CacheEntry entry(StepRecord step, boolean used) {
        return new CacheEntry(
                step.key(),
                CacheKind.STEP,
                step.input().text(),
                bytes(step),
                step.created(),
                step.used(),
                step.uses(),
                used,
                used);
    }

    private CacheEntry entry(Mount mount) {
        return new CacheEntry(
                mount.name(),
                CacheKind.MOUNT,
                mount.description(),
                parts.mounts().bytes(mount),
                mount.created(),
                mount.used(),
                mount.uses(),
                false,
                parts.mounts().isUsed(mount));
    }

    private Set<Digest> imageLayers() {
        Set<Digest> layers = new HashSet<>();
        for (ImageRecord image : parts.stores().images().records()) {
            layers.addAll(image.diffIds());
        }
        return layers;
    }

    private static boolean isUsed(StepRecord step, Set<Digest> layers) {
        return step.layer().filter(l -> layers.contains(l.diffId())).isPresent();
    }

    /// What lies in the builds' directories and is of no build and no cache mount.
    public List<Path> strangers() {
        List<Path> found = new ArrayList<>(builder.strangers());
        found.addAll(parts.mounts().strangers());
        return found;
    }

    @Override
    public PrunedCache prune(boolean all, Map<String, List<String>> filters, CacheBounds bounds) {
        CacheFilter filter = CacheFilter.of(filters);
        Set<Digest> used = imageLayers();
        Predicate<StepRecord> steps =
                r -> (all || !isUsed(r, used)) && filter.takes(CacheKind.STEP, r.key(), r.used());
        Predicate<Mount> mounts =
                m -> !parts.mounts().isUsed(m) && filter.takes(CacheKind.MOUNT, m.name(), m.used());
        if (bounds.isNone()) {
            return pruned(steps, mounts);
        }
        // A layer that an image has would not go with its step.
        Excess excess =
                new Excess(parts.cache().records().stream().filter(r -> !isUsed(r, used)).toList());
        long free = DiskState.of(parts.directory()).free();
        Set<Kept> going = excess.longestUnused(steps, mounts, bounds.kept(excess.bytes, free));
        return pruned(
                r -> going.contains(new Kept.Step(r)), m -> going.contains(new Kept.Directory(m)));
    }

    /// What takes room in the cache.
    private sealed interface Kept {
        Instant used();

        record Step(StepRecord record) implements Kept {
            @Override
            public Instant used() {
                return record.used();
            }
        }

        record Directory(Mount mount) implements Kept {
            @Override
            public Instant used() {
                return mount.used();
            }
        }
    }

    /// What the cache has beside images' layers: a layer of several steps counts once.
    private final class Excess {
        private final List<Kept> oldestFirst = new ArrayList<>();
        private final Map<Digest, Integer> users = new HashMap<>();
        private final Map<Mount, Long> mounts = new HashMap<>();
        private long bytes;

        Excess(List<StepRecord> steps) {
            for (StepRecord step : steps) {
                if (step.layer().isPresent()) {
                    oldestFirst.add(new Kept.Step(step));
                    if (users.merge(diffId(step), 1, Integer::sum) == 1) {
                        bytes += EngineBuilds.this.bytes(step);
                    }
                }
            }
            for (Mount mount : parts.mounts().mounts()) {
                oldestFirst.add(new Kept.Directory(mount));
                mounts.put(mount, parts.mounts().bytes(mount));
                bytes += mounts.get(mount);
            }
            oldestFirst.sort(Comparator.comparing(Kept::used));
        }

        private static Digest diffId(StepRecord step) {
            return step.layer().orElseThrow().diffId();
        }

        Set<Kept> longestUnused(
                Predicate<StepRecord> chosenSteps, Predicate<Mount> chosenMounts, long kept) {
            Set<Kept> going = new HashSet<>();
            for (Kept each : oldestFirst) {
                if (bytes <= kept) {
                    break;
                }
                switch (each) {
                    case Kept.Step(StepRecord step) -> {
                        if (chosenSteps.test(step)) {
                            going.add(each);
                            if (users.merge(diffId(step), -1, Integer::sum) == 0) {
                                bytes -= EngineBuilds.this.bytes(step);
                            }
                        }
                    }
                    case Kept.Directory(Mount mount) -> {
                        if (chosenMounts.test(mount)) {
                            going.add(each);
                            bytes -= mounts.getOrDefault(mount, 0L);
                        }
                    }
                }
            }
            return going;
        }
    }

    /// Steps whose layer no container and no image with a name has, and cache mounts that nothing
    /// uses, the longest unused first.
    @Override
    public List<Candidate> candidates(Instant now) {
        Set<Digest> used = new HashSet<>(parts.stores().snapshots().referenced());
        for (ImageRecord image : parts.stores().images().records()) {
            if (!parts.stores().images().names(image.id()).isEmpty()) {
                used.addAll(image.diffIds());
            }
        }
        Stream<Kept> steps =
                parts.cache().records().stream()
                        .filter(step -> step.layer().isPresent() && !isUsed(step, used))
                        .map(Kept.Step::new);
        Stream<Kept> mounts =
                parts.mounts().mounts().stream()
                        .filter(mount -> !parts.mounts().isUsed(mount))
                        .map(Kept.Directory::new);
        return Stream.concat(steps, mounts)
                .sorted(Comparator.comparing(Kept::used))
                .map(this::candidate)
                .toList();
    }

    private Candidate candidate(Kept kept) {
        return switch (kept) {
            case Kept.Step(StepRecord step) ->
                    new Candidate(
                            Candidate.Kind.CACHE,
                            step.input().text(),
                            "no image with a name has its layer, last used " + step.used(),
                            bytes(step),
                            () -> remove(step));
            case Kept.Directory(Mount mount) ->
                    new Candidate(
                            Candidate.Kind.CACHE,
                            mount.description(),
                            "no step uses it now, last used " + mount.used(),
                            parts.mounts().bytes(mount),
                            () -> parts.mounts().remove(mount));
        };
    }

    private long bytes(StepRecord step) {
        return step.layer()
                .map(layer ->
                        parts.stores().snapshots().allocated(layer.diffId())
                                + OnDisk.file(
                                        parts.stores()
                                                .content()
                                                .place(layer.blob().digest(), false)))
                .orElse(0L);
    }

    // Used again meanwhile, or an image has its layer still: it stays, and so does the layer.
    private long remove(StepRecord step) {
        return isUsed(step, imageLayers()) ? 0 : pruned(step::equals, _ -> false).bytes();
    }

    private PrunedCache pruned(Predicate<StepRecord> steps, Predicate<Mount> mounts) {
        List<String> ids = new ArrayList<>();
        long[] records = {0};
        Collected collected =
                parts.stores()
                        .collector()
                        .after(() -> {
                            for (StepRecord step : parts.cache().records()) {
                                if (steps.test(step)) {
                                    records[0] += parts.cache().forget(step);
                                    ids.add(step.key());
                                }
                            }
                        });
        long bytes = records[0] + collected.bytes();
        for (Mount mount : parts.mounts().mounts()) {
            long freed = mounts.test(mount) ? parts.mounts().remove(mount) : 0;
            if (freed > 0) {
                ids.add(mount.name());
                bytes += freed;
            }
        }
        return new PrunedCache(ids, bytes);
    }
}
