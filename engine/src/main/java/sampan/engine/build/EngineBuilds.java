package sampan.engine.build;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.build.execute.BuildParts;
import sampan.engine.build.execute.Builder;
import sampan.engine.disk.Candidate;
import sampan.engine.disk.DiskState;
import sampan.engine.disk.Source;
import sampan.engine.filters.Filters;
import sampan.engine.images.Collector.Collected;
import sampan.engine.images.ImageRecord;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService;
import sampan.engine.services.CacheBounds;
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
        return parts.cache().records().stream()
                .filter(r -> r.layer().isPresent())
                .map(r ->
                        new CacheEntry(
                                r.key(),
                                r.input().text(),
                                bytes(r),
                                r.created(),
                                r.used(),
                                r.uses(),
                                isUsed(r, used)))
                .toList();
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
        Optional<Instant> until = Filters.of(filters, Set.of("until")).until(Instant.now());
        Set<Digest> used = imageLayers();
        Predicate<StepRecord> chosen =
                r ->
                        (all || !isUsed(r, used))
                                && (until.isEmpty() || r.used().isBefore(until.get()));
        boolean mounts = all && until.isEmpty();
        if (bounds.isNone()) {
            return pruned(chosen, mounts);
        }
        // A layer that an image has would not go with its step.
        Excess excess =
                new Excess(parts.cache().records().stream().filter(r -> !isUsed(r, used)).toList());
        long free = DiskState.of(parts.directory()).free();
        long kept = bounds.kept(excess.bytes, free);
        Set<StepRecord> going = excess.longestUnused(chosen, kept);
        return pruned(going::contains, mounts && excess.bytes > kept);
    }

    /// What the cache has beside images' layers: a layer of several steps counts once.
    private final class Excess {
        private final List<StepRecord> steps;
        private final Map<Digest, Integer> users = new HashMap<>();
        private long bytes = parts.mounts().bytes();

        Excess(List<StepRecord> steps) {
            this.steps = steps.stream().filter(step -> step.layer().isPresent()).toList();
            for (StepRecord step : this.steps) {
                if (users.merge(diffId(step), 1, Integer::sum) == 1) {
                    bytes += EngineBuilds.this.bytes(step);
                }
            }
        }

        private static Digest diffId(StepRecord step) {
            return step.layer().orElseThrow().diffId();
        }

        Set<StepRecord> longestUnused(Predicate<StepRecord> chosen, long kept) {
            Set<StepRecord> going = new HashSet<>();
            for (StepRecord step : steps.reversed()) {
                if (bytes > kept && chosen.test(step)) {
                    going.add(step);
                    if (users.merge(diffId(step), -1, Integer::sum) == 0) {
                        bytes -= EngineBuilds.this.bytes(step);
                    }
                }
            }
            return going;
        }
    }

    /// Steps whose layer no container and no image with a name has, the longest unused first; then
    /// cache mounts that nothing uses.
    @Override
    public List<Candidate> candidates(Instant now) {
        Set<Digest> used = new HashSet<>(parts.stores().snapshots().referenced());
        for (ImageRecord image : parts.stores().images().records()) {
            if (!parts.stores().images().names(image.id()).isEmpty()) {
                used.addAll(image.diffIds());
            }
        }
        List<Candidate> found = new ArrayList<>();
        for (StepRecord step : parts.cache().records().reversed()) {
            if (step.layer().isPresent() && !isUsed(step, used)) {
                found.add(
                        new Candidate(
                                Candidate.Kind.CACHE,
                                step.input().text(),
                                "no image with a name has its layer, last used " + step.used(),
                                bytes(step),
                                () -> remove(step)));
            }
        }
        long mounts = parts.mounts().bytes();
        if (mounts > 0) {
            found.add(
                    new Candidate(
                            Candidate.Kind.CACHE,
                            "cache mounts",
                            "no step uses them now",
                            mounts,
                            parts.mounts()::prune));
        }
        return found;
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
        return isUsed(step, imageLayers()) ? 0 : pruned(step::equals, false).bytes();
    }

    private PrunedCache pruned(Predicate<StepRecord> chosen, boolean mounts) {
        List<String> ids = new ArrayList<>();
        long[] records = {0};
        Collected collected =
                parts.stores()
                        .collector()
                        .after(() -> {
                            for (StepRecord step : parts.cache().records()) {
                                if (chosen.test(step)) {
                                    records[0] += parts.cache().forget(step);
                                    ids.add(step.key());
                                }
                            }
                        });
        long bytes = records[0] + collected.bytes() + (mounts ? parts.mounts().prune() : 0);
        return new PrunedCache(ids, bytes);
    }
}
