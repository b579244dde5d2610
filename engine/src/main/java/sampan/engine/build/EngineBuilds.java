package sampan.engine.build;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.build.execute.BuildParts;
import sampan.engine.build.execute.Builder;
import sampan.engine.filters.Filters;
import sampan.engine.images.Collector.Collected;
import sampan.engine.images.ImageRecord;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService;
import sampan.engine.store.Directories;
import sampan.oci.Digest;

/// The builds of an engine.
public final class EngineBuilds implements BuildService {
    private final BuildParts parts;
    private final Builder builder;

    /// Removes what builds of a killed daemon left.
    public EngineBuilds(BuildParts parts) {
        this.parts = parts;
        this.builder = new Builder(parts);
        parts.containers().sweep();
        Directories.removeTree(parts.directory());
        Directories.removeTree(parts.secrets());
        Directories.make(parts.directory());
        Directories.make(parts.secrets());
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
                                r.layer().get().size(),
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
    public PrunedCache prune(boolean all, Map<String, List<String>> filters) {
        Optional<Instant> until = Filters.of(filters, Set.of("until")).until(Instant.now());
        Set<Digest> used = imageLayers();
        Predicate<StepRecord> chosen =
                r ->
                        (all || !isUsed(r, used))
                                && (until.isEmpty() || r.used().isBefore(until.get()));
        return pruned(chosen, all && until.isEmpty());
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
