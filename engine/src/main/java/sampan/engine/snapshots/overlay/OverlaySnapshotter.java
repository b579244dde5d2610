package sampan.engine.snapshots.overlay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.snapshots.Freeing;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.snapshots.Unpacking;
import sampan.engine.snapshots.Usage;
import sampan.engine.snapshots.overlay.Records.ActiveRecord;
import sampan.engine.snapshots.overlay.Records.LayerRecord;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.engine.trees.MountsLink;
import sampan.engine.trees.TreeUsage;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;
import sampan.oci.json.Json;

/// Snapshots for overlayfs (kernel 5.11 or newer). See the package for the layout.
public final class OverlaySnapshotter implements Snapshotter, AutoCloseable {
    /// OVL_MAX_STACK of the kernel.
    public static final int LOWERS_MAX = 500;

    static final String LAYER_FILE = "layer.json";
    static final String CONTENT = "fs";
    private static final String SNAPSHOT_FILE = "snapshot.json";
    private static final Set<String> PLACES =
            Set.of("l", "a", "new", "unpack", "empty", "trash", "host", "unsynced");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final String UPPER = "upper";
    private static final String WORK = "work";

    private final Path layerHome;
    private final Path activeHome;
    private final Path newHome;
    private final Path newLayers;
    private final HostView host;
    private final Path empty;
    private final Trash trash;
    private final Unsynced unsynced;
    private final AtomicLong serial = new AtomicLong();
    private final Map<Path, Long> measured = new ConcurrentHashMap<>();
    private final Map<Digest, Committed> layers = new ConcurrentHashMap<>();
    private final Map<String, Active> actives = new ConcurrentHashMap<>();

    // Numbers of homes that are being made, moved or taken away at this moment.
    private final Set<String> moving = ConcurrentHashMap.newKeySet();

    private record Committed(Path home, LayerRecord record) {
        Layer layer() {
            return new Layer(
                    record.diffId(), record.size(), record.entries(), home.resolve(CONTENT));
        }
    }

    private record Active(Path home, ActiveRecord record) {}

    /// @param directory ours alone; made where it is not there
    /// @param hidden directories that containers of the machine's root filesystem do not see
    public OverlaySnapshotter(Path directory, List<Path> hidden) {
        layerHome = Directories.make(directory.resolve("l"));
        activeHome = Directories.make(directory.resolve("a"));
        newHome = renewed(directory.resolve("new"));
        newLayers = renewed(directory.resolve("unpack"));
        empty = Directories.make(directory.resolve("empty"));
        trash = new Trash(directory.resolve("trash"));
        host = new HostView(directory.resolve("host"), hidden);
        unsynced = new Unsynced(directory.resolve("unsynced"));
        Set<String> distrusted = unsynced.distrusted();
        load(layerHome, (home, number) -> loadLayer(home, distrusted));
        distrusted.forEach(unsynced::forget);
        load(activeHome, (home, number) -> loadActive(home));
    }

    // Layers are unpacked at the same time, and containers come and go.
    private static Path renewed(Path path) {
        Directories.removeTree(path);
        return Directories.spread(Directories.make(path));
    }

    private void load(Path home, BiConsumer<Path, Long> one) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(home)) {
            for (Path path : found) {
                String name = path.getFileName().toString();
                // What somebody else put there is told by the check of the store.
                if (NUMBER.matcher(name).matches()) {
                    long number = Long.parseLong(name);
                    serial.accumulateAndGet(number, Math::max);
                    one.accept(path, number);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A record that a power cut emptied makes its directory garbage: it is loaded anew.
    private void loadLayer(Path home, Set<String> distrusted) {
        if (distrusted.contains(home.getFileName().toString())) {
            trash.take(home);
            return;
        }
        read(home.resolve(LAYER_FILE), LayerRecord.class)
                .ifPresentOrElse(
                        record -> {
                            if (layers.putIfAbsent(record.diffId(), new Committed(home, record))
                                    != null) {
                                trash.take(home);
                            }
                        },
                        () -> trash.take(home));
    }

    private void loadActive(Path home) {
        read(home.resolve(SNAPSHOT_FILE), ActiveRecord.class)
                .ifPresent(record -> actives.put(record.key(), new Active(home, record)));
    }

    private static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Optional.of(Json.read(Files.readAllBytes(file), type));
        } catch (IOException | SampanException e) {
            return Optional.empty();
        }
    }

    @Override
    public String driver() {
        return "overlay2";
    }

    @Override
    public Optional<Layer> layer(Digest diffId) {
        return Optional.ofNullable(layers.get(diffId)).map(Committed::layer);
    }

    @Override
    public List<Layer> layers() {
        return layers.values().stream().map(Committed::layer).toList();
    }

    @Override
    public Unpacking unpack() {
        String number = Long.toString(serial.incrementAndGet());
        moving.add(number);
        try {
            return new LayerUnpacking(this, newLayers.resolve(number));
        } catch (RuntimeException e) {
            discard(newLayers.resolve(number));
            throw e;
        }
    }

    /// Moves a finished layer to its place; false where one of its diffID is there.
    boolean adopt(Path home, LayerRecord record) {
        Path place = layerHome.resolve(home.getFileName().toString());
        boolean[] adopted = new boolean[1];
        layers.computeIfAbsent(
                record.diffId(),
                diffId -> {
                    String number = place.getFileName().toString();
                    try {
                        unsynced.mark(number);
                        move(home, place);
                    } finally {
                        unsynced.written(number);
                    }
                    adopted[0] = true;
                    return new Committed(place, record);
                });
        return adopted[0];
    }

    void discard(Path home) {
        try {
            trash.take(home);
        } catch (UncheckedIOException e) {
            Remains.delete(home);
        } finally {
            ended(home);
        }
    }

    /// The home is no longer on its way.
    void ended(Path home) {
        moving.remove(String.valueOf(home.getFileName()));
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Freeing removeLayer(Digest diffId) {
        Committed known = layers.get(diffId);
        if (known == null) {
            return Freeing.NOTHING;
        }
        String number = String.valueOf(known.home().getFileName());
        moving.add(number);
        try {
            layers.remove(diffId, known);
            // A snapshot that was entered meanwhile has seen the layer; one entered later will
            // miss it.
            if (referenced().contains(diffId)) {
                layers.put(diffId, known);
                return Freeing.NOTHING;
            }
            measured.remove(known.home());
            return Files.exists(known.home()) ? trash.take(known.home()) : Freeing.NOTHING;
        } catch (UncheckedIOException e) {
            layers.put(diffId, known);
            return Freeing.NOTHING;
        } finally {
            moving.remove(number);
        }
    }

    @Override
    public Set<Digest> referenced() {
        Set<Digest> found = new HashSet<>();
        actives.values().forEach(active -> found.addAll(active.record().layers()));
        return found;
    }

    @Override
    public Set<Digest> referenced(String key) {
        Active active = actives.get(key);
        return active == null ? Set.of() : Set.copyOf(active.record().layers());
    }

    @Override
    public void prepare(String key, Base base) {
        String name = Long.toString(serial.incrementAndGet());
        Path place = activeHome.resolve(name);
        List<Digest> chain =
                switch (base) {
                    case Base.Layers over -> over.chain().layers();
                    case Base.Host() -> List.of();
                };
        ActiveRecord record = new ActiveRecord(key, base instanceof Base.Host, chain);
        // Entered before the look at the layers: a collector sees either this or their absence.
        if (actives.putIfAbsent(key, new Active(place, record)) != null) {
            throw SampanException.conflict("a snapshot for " + key + " is there already");
        }
        Path home = newHome.resolve(name);
        moving.add(name);
        try {
            rootMount(base);
            Directories.make(home);
            makeUpper(home, chain);
            AtomicFile.write(home.resolve(SNAPSHOT_FILE), Json.write(record), Durability.DAEMON);
            move(home, place);
        } catch (RuntimeException e) {
            Remains.delete(home);
            actives.remove(key);
            throw e;
        } finally {
            moving.remove(name);
        }
    }

    private void makeUpper(Path home, List<Digest> chain) {
        try (Fd directory = Fd.open(home.toString(), Open.PATH | Open.DIRECTORY)) {
            FileOps.mkdirAt(directory, WORK, 0700);
            FileOps.mkdirAt(directory, UPPER, 0755);
            Committed top = chain.isEmpty() ? null : layers.get(chain.getLast());
            if (top != null) {
                LayerRecord root = top.record();
                FileOps.fchownAt(directory, UPPER, root.uid(), root.gid());
                FileOps.fchmodAt(directory, UPPER, root.mode());
            }
        }
    }

    @Override
    public Base base(String key) {
        return base(active(key).record());
    }

    private static Base base(ActiveRecord record) {
        return record.host() ? new Base.Host() : new Base.Layers(new Chain(record.layers()));
    }

    @Override
    public RootMount rootMount(String key) {
        Active active = active(key);
        forgetVolatile(active.home().resolve(WORK));
        return new RootMount(
                rootMount(base(active.record())).lowers(),
                Optional.of(active.home().resolve(UPPER).toString()),
                Optional.of(active.home().resolve(WORK).toString()),
                false);
    }

    // A volatile mount leaves this mark so that a machine that lost power does not go on with half
    // of its writes. After a restart of the container alone nothing was lost.
    private static void forgetVolatile(Path work) {
        Path mark = work.resolve("work").resolve("incompat");
        if (Files.exists(mark)) {
            Directories.removeTree(mark);
        }
    }

    @Override
    public RootMount rootMount(Base base) {
        List<String> lowers =
                switch (base) {
                    case Base.Host() -> List.of(host.path());
                    case Base.Layers over -> lowers(over.chain());
                };
        return new RootMount(lowers, Optional.empty(), Optional.empty(), false);
    }

    // The kernel refuses the same directory twice. The upper of two equal layers has everything
    // that the lower one has, so the lower one is left out.
    private List<String> lowers(Chain chain) {
        LinkedHashSet<String> lowers = new LinkedHashSet<>();
        for (Digest diffId : chain.layers().reversed()) {
            Committed layer = layers.get(diffId);
            if (layer == null) {
                throw SampanException.notFound("layer " + diffId + " is not here");
            }
            lowers.add(layer.home().resolve(CONTENT).toString());
        }
        if (lowers.size() > LOWERS_MAX) {
            throw SampanException.invalid(
                    "image with " + lowers.size() + " layers: the kernel takes " + LOWERS_MAX);
        }
        return lowers.isEmpty() ? List.of(empty.toString()) : new ArrayList<>(lowers);
    }

    @Override
    public Usage usage(String key) {
        try (Fd upper =
                Fd.open(active(key).home().resolve(UPPER).toString(), Open.PATH | Open.DIRECTORY)) {
            TreeUsage.Measured use = TreeUsage.of(upper);
            return new Usage(use.bytes() - MountsLink.bytesIn(upper), use.allocated(), use.files());
        }
    }

    @Override
    public Freeing remove(String key) {
        Active removed = actives.get(key);
        if (removed == null) {
            return Freeing.NOTHING;
        }
        String number = String.valueOf(removed.home().getFileName());
        moving.add(number);
        try {
            boolean ours = actives.remove(key, removed);
            return ours && Files.exists(removed.home())
                    ? trash.take(removed.home())
                    : Freeing.NOTHING;
        } catch (UncheckedIOException e) {
            Remains.delete(removed.home()); // where it is, now or later
            return Freeing.NOTHING;
        } finally {
            moving.remove(number);
        }
    }

    @Override
    public long allocated(Digest diffId) {
        Committed layer = layers.get(diffId);
        return layer == null
                ? 0
                : measured.computeIfAbsent(layer.home(), home -> OnDisk.tree(home));
    }

    @Override
    public long allocated(String key) {
        Active active = actives.get(key);
        return active == null ? 0 : OnDisk.tree(active.home());
    }

    @Override
    public List<Path> strangers() {
        List<Path> found = new ArrayList<>();
        found.addAll(
                homes(
                        layerHome,
                        number ->
                                layers.values().stream()
                                        .map(Committed::home)
                                        .anyMatch(layerHome.resolve(number)::equals)));
        found.addAll(
                homes(
                        activeHome,
                        number ->
                                actives.values().stream()
                                        .map(Active::home)
                                        .anyMatch(activeHome.resolve(number)::equals)));
        found.addAll(homes(newHome, _ -> false));
        found.addAll(homes(newLayers, _ -> false));
        found.addAll(Entries.strangers(layerHome.resolveSibling("trash"), trash::owns));
        found.addAll(Entries.strangers(layerHome.resolveSibling("unsynced"), unsynced::knows));
        found.addAll(Entries.strangers(empty, _ -> false));
        found.addAll(
                Entries.strangers(Objects.requireNonNull(layerHome.getParent()), PLACES::contains));
        return found;
    }

    private List<Path> homes(Path directory, Predicate<String> known) {
        return Entries.strangers(
                directory, number -> moving.contains(number) || known.test(number));
    }

    @Override
    public Set<String> keys() {
        return Set.copyOf(actives.keySet());
    }

    private Active active(String key) {
        Active active = actives.get(key);
        if (active == null) {
            throw SampanException.notFound("no snapshot for " + key);
        }
        return active;
    }

    /// Waits until removed snapshots are gone from disk.
    @Override
    public void close() {
        host.close();
        trash.close();
    }
}
