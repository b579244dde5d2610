package sampan.engine.build;

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
        return builder.build(request, listener);
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

    @Override
    public PrunedCache prune(boolean all, Map<String, List<String>> filters) {
        Optional<Instant> until = Filters.of(filters, Set.of("until")).until(Instant.now());
        Set<Digest> used = imageLayers();
        Predicate<StepRecord> chosen =
                r ->
                        (all || !isUsed(r, used))
                                && (until.isEmpty() || r.used().isBefore(until.get()));
        List<String> ids = new ArrayList<>();
        parts.cache().forgetAll(chosen).forEach(r -> ids.add(r.key()));
        Collected collected = parts.stores().collector().collect();
        long bytes = collected.layerBytes() + collected.blobBytes();
        return new PrunedCache(ids, bytes + (all && until.isEmpty() ? parts.mounts().prune() : 0));
    }
}
