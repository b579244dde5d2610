package sampan.engine.services;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.engine.disk.Candidate;
import sampan.engine.disk.Decision;
import sampan.engine.disk.DiskPolicy;
import sampan.engine.disk.DiskSettings;
import sampan.engine.disk.DiskState;
import sampan.engine.fsck.Fsck;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;

/// The store of an engine.
public final class EngineStore implements StoreService {
    private static final Map<String, List<String>> PLACES = places();

    private final Path root;
    private final Fsck fsck;
    private final DiskPolicy policy;

    /// @param root the daemon's data
    public EngineStore(Path root, Fsck fsck, DiskPolicy policy) {
        this.root = root;
        this.fsck = fsck;
        this.policy = policy;
    }

    private static Map<String, List<String>> places() {
        Map<String, List<String>> places = new LinkedHashMap<>();
        places.put("Images and build layers", List.of("content/blobs", "snapshots/l", "images"));
        places.put("Pulls that go on or were cut off", List.of("content/ingest", "leases"));
        places.put("Containers' files", List.of("snapshots/a"));
        places.put("Containers' records and logs", List.of("containers"));
        places.put("Volumes", List.of("volumes"));
        places.put("Build records and cache mounts", List.of("build"));
        return places;
    }

    @Override
    public Fsck.Report fsck(boolean repair) {
        return fsck.run(repair);
    }

    @Override
    public Disk disk() {
        DiskState disk = policy.state();
        DiskSettings settings = policy.settings();
        Map<String, String> words = new LinkedHashMap<>();
        words.put("high", settings.high().map(Object::toString).orElse("off"));
        words.put("low", settings.low().toString());
        words.put("age", settings.age().toString());
        words.put("keep", String.join(",", settings.keep()));
        words.put("stopped", settings.stopped().map(Object::toString).orElse("never"));
        return new Disk(
                disk.usable(),
                disk.used(),
                settings.high().map(mark -> mark.of(disk)).orElse(-1L),
                settings.low().of(disk),
                words,
                policy.decisions());
    }

    @Override
    public Map<String, Long> bytes() {
        Map<String, Long> found = new LinkedHashMap<>();
        Set<Path> known = new HashSet<>();
        PLACES.forEach((what, places) -> {
            List<Path> paths = places.stream().map(root::resolve).toList();
            known.addAll(paths);
            found.put(what, paths.stream().mapToLong(OnDisk::tree).sum());
        });
        found.put("Other records", rest(root, known));
        return found;
    }

    // What lies beside the known places, the directories themselves included.
    private static long rest(Path directory, Set<Path> known) {
        long bytes = OnDisk.directory(directory);
        for (Path path : new ArrayList<>(Entries.of(directory))) {
            if (known.contains(path)) {
                continue;
            }
            boolean above = known.stream().anyMatch(place -> place.startsWith(path));
            bytes += above ? rest(path, known) : OnDisk.tree(path);
        }
        return bytes;
    }

    @Override
    public List<Candidate> plan() {
        return policy.plan();
    }

    @Override
    public List<Decision> collect() {
        return policy.pass();
    }
}
