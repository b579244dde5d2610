package sampan.engine.containers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerRecord.MountSource;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.engine.volumes.Volume;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Settles what a new container mounts: requests are checked, named volumes are made where they are
/// missing, anonymous ones made for targets that nothing else covers.
///
/// For one target the order is: mounts of other containers (`--volumes-from`), then what the caller
/// named, then the image's volumes. A caller's mount replaces one that came from another container;
/// two of a caller's own on one target are refused.
public final class MountTable {
    /// Mounts of one container.
    public static final int MOUNTS_MAX = 1000;

    private static final Set<String> PROPAGATIONS =
            Set.of("", "private", "rprivate", "slave", "rslave", "shared", "rshared");

    /// What a container mounts, shallow targets first; both lists have the same length.
    ///
    /// @param made names of volumes that this call made, for undoing it
    public record Settled(List<MountPoint> mounts, List<MountSource> sources, List<String> made) {}

    private record Entry(MountPoint mount, MountSource source, boolean own) {}

    private final Optional<String> container;
    private final Volumes volumes;
    private final Function<String, ContainerRecord> others;
    private final StorageSpec storage;
    private final Map<String, Entry> table = new LinkedHashMap<>();
    private final List<String> made = new ArrayList<>();

    /// @param others finds a container by reference, for `--volumes-from`; fails with NOT_FOUND
    /// @param container id of the one that is being made
    public MountTable(
            String container,
            Volumes volumes,
            Function<String, ContainerRecord> others,
            StorageSpec storage) {
        this.container = Optional.of(container);
        this.volumes = volumes;
        this.others = others;
        this.storage = storage;
    }

    /// Settles it. What fails leaves no new volume behind.
    public Settled settle() {
        try {
            storage.volumesFrom().forEach(this::from);
            storage.tmpfs().keySet().forEach(this::claimTmpfs);
            storage.mounts().forEach(this::request);
            for (String target : storage.anonymousVolumes()) {
                anonymous(target);
            }
            if (table.size() > MOUNTS_MAX) {
                throw SampanException.invalid("more than " + MOUNTS_MAX + " mounts");
            }
        } catch (RuntimeException e) {
            made.forEach(volumes::remove);
            throw e;
        }
        List<Entry> sorted =
                table.values().stream()
                        .filter(e -> !e.mount().type().isEmpty())
                        .sorted(Comparator.comparingInt(e -> depth(e.mount().destination())))
                        .toList();
        return new Settled(
                sorted.stream().map(Entry::mount).toList(),
                sorted.stream().map(Entry::source).toList(),
                List.copyOf(made));
    }

    private static int depth(String path) {
        return (int) path.chars().filter(c -> c == '/').count();
    }

    // Not NOT_FOUND: clients would take it for the image and pull that.
    private ContainerRecord donor(String name) {
        try {
            return others.apply(name);
        } catch (SampanException e) {
            throw new SampanException(ErrorCode.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private void from(String reference) {
        int colon = reference.indexOf(':');
        String name = colon < 0 ? reference : reference.substring(0, colon);
        String mode = colon < 0 ? "" : reference.substring(colon + 1);
        if (name.isEmpty()) {
            throw SampanException.invalid("invalid volumes-from specification: " + reference);
        }
        if (!Set.of("", "ro", "rw", "z", "Z").contains(mode)) {
            throw SampanException.invalid("invalid mode: " + mode);
        }
        ContainerRecord other = donor(name);
        for (int i = 0; i < other.origin().mounts().size(); i++) {
            MountPoint m = other.origin().mounts().get(i);
            if (m.type().equals("tmpfs")) {
                continue;
            }
            MountPoint copy =
                    new MountPoint(
                            m.type(),
                            m.name(),
                            m.source(),
                            m.destination(),
                            m.driver(),
                            mode,
                            m.writable() && !mode.equals("ro"),
                            m.propagation());
            table.put(
                    m.destination(), new Entry(copy, other.origin().mountSources().get(i), false));
        }
    }

    // A --tmpfs covers its target but is no mount that inspect lists.
    private void claimTmpfs(String target) {
        String clean = target(target, "tmpfs", Origin.BINDS);
        claim(
                clean,
                new Entry(
                        new MountPoint("", "", "", clean, "", "", true, ""),
                        new MountSource(false, false, "", List.of()),
                        true));
    }

    private void claim(String target, Entry entry) {
        Entry before = table.get(target);
        if (before != null && before.own()) {
            throw SampanException.invalid("Duplicate mount point: " + target);
        }
        table.put(target, entry);
    }

    private void request(MountRequest raw) {
        MountRequest request = raw.origin() == Origin.BINDS ? MountWords.apply(raw) : raw;
        String kind =
                switch (request.type()) {
                    case BIND -> "bind";
                    case VOLUME -> "volume";
                    case TMPFS -> "tmpfs";
                    case IMAGE ->
                            throw new SampanException(
                                    ErrorCode.UNSUPPORTED,
                                    "mount type image is not supported: "
                                            + "copy the files, or use a volume");
                };
        String target = target(request.target(), kind, request.origin());
        if (!PROPAGATIONS.contains(request.propagation())) {
            throw invalid(kind, "invalid propagation mode: " + request.propagation());
        }
        Entry entry =
                switch (request.type()) {
                    case BIND -> bind(request, target);
                    case VOLUME -> volume(request, target);
                    case TMPFS, IMAGE -> tmpfs(request, target);
                };
        claim(target, entry);
    }

    private static Entry bind(MountRequest request, String target) {
        String source = request.source();
        if (source.isEmpty()) {
            throw invalid("bind", "field Source must not be empty");
        }
        if (!source.startsWith("/")) {
            throw invalid(
                    "bind", "invalid mount path: '" + source + "' mount path must be absolute");
        }
        if (!request.createSource() && !Files.exists(Path.of(source))) {
            throw invalid("bind", "bind source path does not exist: " + source);
        }
        return new Entry(
                new MountPoint(
                        "bind",
                        "",
                        clean(source),
                        target,
                        "",
                        request.mode(),
                        !request.readOnly(),
                        request.propagation().isEmpty() ? "rprivate" : request.propagation()),
                new MountSource(
                        false,
                        !request.nonRecursive(),
                        "",
                        request.createSource() ? List.of("create") : List.of()),
                true);
    }

    private Entry volume(MountRequest request, String target) {
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, String> options = new LinkedHashMap<>();
        request.options()
                .forEach((key, value) -> {
                    if (key.startsWith("label:")) {
                        labels.put(key.substring(6), value);
                    } else if (!key.equals("driver")) {
                        options.put(key, value);
                    }
                });
        String driver = request.options().getOrDefault("driver", storage.volumeDriver());
        Volume volume =
                make(new Volumes.Request(request.source(), driver, options, labels, container));
        return new Entry(
                mounted(volume, request, target),
                new MountSource(
                        !request.noCopy() && request.subpath().isEmpty(),
                        true,
                        subpath(request.subpath()),
                        List.of()),
                true);
    }

    private static MountPoint mounted(Volume volume, MountRequest request, String target) {
        boolean plain = request.mode().isEmpty() && !request.source().isEmpty();
        return new MountPoint(
                "volume",
                volume.name(),
                volume.mountpoint().toString(),
                target,
                volume.driver(),
                plain ? "z" : request.mode(),
                !request.readOnly(),
                "");
    }

    private Volume make(Volumes.Request request) {
        Volumes.Created created = volumes.create(request);
        if (!created.existed()) {
            made.add(created.volume().name());
        }
        return created.volume();
    }

    private static String subpath(String subpath) {
        if (subpath.isEmpty()) {
            return "";
        }
        Path clean = Path.of(subpath).normalize();
        if (clean.isAbsolute() || clean.startsWith("..")) {
            throw invalid("volume", "invalid subpath: " + subpath);
        }
        return clean.toString();
    }

    private static Entry tmpfs(MountRequest request, String target) {
        if (!request.source().isEmpty()) {
            throw invalid("tmpfs", "field Source must not be specified");
        }
        List<String> options = new ArrayList<>();
        String size = request.options().getOrDefault("tmpfs-size", "");
        String mode = request.options().getOrDefault("tmpfs-mode", "");
        if (!size.isEmpty() && !size.equals("0")) {
            if (!size.matches("[0-9]{1,18}")) {
                throw invalid("tmpfs", "invalid size: " + size);
            }
            options.add("size=" + size);
        }
        if (!mode.isEmpty()) {
            if (!mode.matches("[0-7]{1,5}")) {
                throw invalid("tmpfs", "invalid mode: " + mode);
            }
            options.add("mode=" + mode);
        }
        return new Entry(
                new MountPoint("tmpfs", "", "", target, "", "", !request.readOnly(), ""),
                new MountSource(false, false, "", List.copyOf(options)),
                true);
    }

    private void anonymous(String raw) {
        String target = target(raw, "volume", Origin.BINDS);
        if (table.containsKey(target)) {
            return;
        }
        Volume volume =
                make(
                        new Volumes.Request(
                                "", storage.volumeDriver(), Map.of(), Map.of(), container));
        table.put(
                target,
                new Entry(
                        new MountPoint(
                                "volume",
                                volume.name(),
                                volume.mountpoint().toString(),
                                target,
                                volume.driver(),
                                "",
                                true,
                                ""),
                        new MountSource(true, true, "", List.of()),
                        true));
    }

    private static String target(String target, String kind, Origin origin) {
        if (target.isEmpty()) {
            throw invalid(kind, "field Target must not be empty");
        }
        if (!target.startsWith("/")) {
            String text = "invalid mount path: '" + target + "' mount path must be absolute";
            throw origin == Origin.BINDS ? SampanException.invalid(text) : invalid(kind, text);
        }
        String clean = clean(target);
        if (clean.equals("/")) {
            throw invalid(kind, "invalid specification: destination can't be '/'");
        }
        return clean;
    }

    private static String clean(String path) {
        try {
            return Path.of(path).normalize().toString();
        } catch (java.nio.file.InvalidPathException e) {
            throw new SampanException(ErrorCode.INVALID, "invalid mount path: " + path, e);
        }
    }

    private static SampanException invalid(String kind, String what) {
        return SampanException.invalid("invalid mount config for type \"" + kind + "\": " + what);
    }
}
