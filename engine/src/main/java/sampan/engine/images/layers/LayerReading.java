package sampan.engine.images.layers;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import sampan.engine.images.layers.LayerChanges.Change;
import sampan.engine.images.layers.LayerChanges.Kind;
import sampan.engine.images.layers.LayerChanges.OneLayer;
import sampan.engine.trees.Whiteouts;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Reads unpacked layers, one after the other, over what those before it made. Used by one thread.
public final class LayerReading {
    /// Most files of one image.
    public static final int FILES_MAX = 2_000_000;

    private static final long STRICT =
            Open.RESOLVE_BENEATH | Open.RESOLVE_NO_SYMLINKS | Open.RESOLVE_NO_MAGICLINKS;

    private final NavigableMap<String, Seen> merged = new TreeMap<>();
    private final List<OneLayer> layers = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private long bytes;
    private long hidden;

    private record Seen(boolean directory, long bytes) {}

    /// @param directory of the unpacked layer, whiteouts in overlayfs's form
    public void add(String diffId, String createdBy, Path directory) {
        changes = new ArrayList<>();
        bytes = 0;
        hidden = 0;
        try (Fd root = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY)) {
            Deque<String> waiting = new ArrayDeque<>();
            waiting.push("");
            while (!waiting.isEmpty()) {
                read(root, waiting.pop(), waiting);
            }
        }
        changes.sort(Comparator.comparing(Change::path));
        layers.add(new OneLayer(diffId, createdBy, changes, bytes, hidden));
    }

    private void read(Fd root, String path, Deque<String> waiting) {
        int flags = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
        try (Fd directory = FileOps.openAt2(root, path.isEmpty() ? "." : path, flags, 0, STRICT)) {
            if (Whiteouts.isOpaque(directory)) {
                remove(path, false);
            }
            for (DirEntry entry : FileOps.readDir(directory, Integer.MAX_VALUE)) {
                String at = path.isEmpty() ? entry.name() : path + "/" + entry.name();
                Stat stat = FileOps.statAt(directory, entry.name());
                if (Whiteouts.is(stat)) {
                    remove(at, true);
                } else {
                    put(at, stat);
                    if (stat.isDirectory()) {
                        waiting.push(at);
                    }
                }
            }
        }
    }

    private void put(String path, Stat stat) {
        Seen now = new Seen(stat.isDirectory(), stat.isRegular() ? stat.size() : 0);
        Seen before = merged.get(path);
        boolean kept = before != null && before.directory() && now.directory();
        if (!kept) {
            if (before != null) {
                hidden += before.bytes();
                if (before.directory()) {
                    remove(path, false);
                }
            }
            Kind kind = before == null ? Kind.ADDED : Kind.CHANGED;
            changes.add(new Change(kind, path, now.directory(), now.bytes()));
        }
        bytes += now.bytes();
        merged.put(path, now);
        if (merged.size() > FILES_MAX) {
            throw SampanException.invalid("image with more than " + FILES_MAX + " files");
        }
    }

    /// @param itself the path goes too, not what is below it alone
    private void remove(String path, boolean itself) {
        String below = path.isEmpty() ? "" : path + "/";
        NavigableMap<String, Seen> gone =
                merged.subMap(below, true, below + Character.MAX_VALUE, false);
        long size = gone.values().stream().mapToLong(Seen::bytes).sum();
        Seen own = itself ? merged.remove(path) : null;
        if (own != null) {
            size += own.bytes();
            changes.add(new Change(Kind.REMOVED, path, own.directory(), size));
        } else if (!itself) {
            gone.forEach((name, seen) ->
                    changes.add(new Change(Kind.REMOVED, name, seen.directory(), seen.bytes())));
        }
        hidden += size;
        gone.clear();
    }

    public LayerChanges finished() {
        return new LayerChanges(
                layers,
                layers.stream().mapToLong(OneLayer::bytes).sum(),
                layers.stream().mapToLong(OneLayer::wasted).sum());
    }
}
