package sampan.engine.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.containers.Containers;
import sampan.engine.events.EventLog;
import sampan.engine.images.Image;
import sampan.engine.images.ImageBlobs;
import sampan.engine.images.ImageStore;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.store.OnDisk;
import sampan.engine.volumes.Volumes;
import sampan.linux.files.FileOps;
import sampan.linux.kernel.Feature;
import sampan.linux.kernel.Features;
import sampan.oci.Digest;

/// The engine about itself: counts, disk use, and what the kernel offers.
public final class EngineSystem implements SystemService {
    private static final int SMALL_BYTES_MAX = 64 << 10;

    private final Parts parts;

    /// What it works with.
    ///
    /// @param root the daemon's data
    /// @param features probed at the first question, not at start
    /// @param settings shown as they are
    public record Parts(
            String id,
            Path root,
            Containers containers,
            ImageStore images,
            Snapshotter snapshots,
            Volumes volumes,
            EventLog events,
            Supplier<Features> features,
            Doctor doctor,
            Map<String, String> settings) {}

    public EngineSystem(Parts parts) {
        this.parts = parts;
    }

    @Override
    public SystemView view() {
        List<Container> all = parts.containers().views();
        Features features = parts.features().get();
        boolean v1 = !features.cgroupLayout().equals("unified");
        int running = count(all, ContainerStatus.RUNNING);
        int paused = count(all, ContainerStatus.PAUSED);
        return new SystemView(
                parts.id(),
                features.uname().node(),
                all.size(),
                running,
                paused,
                all.size() - running - paused,
                parts.images().records().size(),
                parts.snapshots().driver(),
                List.of(
                        List.of("Backing Filesystem", filesystem()),
                        List.of("Supports d_type", "true"),
                        List.of("Native Overlay Diff", "true")),
                features.uname().release(),
                released("PRETTY_NAME", "Linux"),
                released("VERSION_ID", ""),
                features.uname().machine(),
                Runtime.getRuntime().availableProcessors(),
                Features.memoryBytes(),
                parts.root().toString(),
                v1 ? "1" : "2",
                securityOptions(features),
                warnings(features),
                true,
                swapLimit(v1),
                true,
                true,
                v1 ? controller("cpuset") : unified("cpuset"),
                true,
                v1,
                FileOps.readSmallFile("/proc/sys/net/ipv4/ip_forward", SMALL_BYTES_MAX)
                        .startsWith("1"),
                descriptors(),
                Thread.activeCount(),
                parts.events().listenerCount(),
                parts.settings());
    }

    private static int count(List<Container> all, ContainerStatus status) {
        return (int) all.stream().filter(c -> c.status() == status).count();
    }

    private String filesystem() {
        try {
            return Files.getFileStore(parts.root()).type();
        } catch (java.io.IOException e) {
            return "unknown";
        }
    }

    private static String released(String name, String otherwise) {
        for (String file : List.of("/etc/os-release", "/usr/lib/os-release")) {
            if (Files.isReadable(Path.of(file))) {
                for (String line : FileOps.readSmallFile(file, SMALL_BYTES_MAX).lines().toList()) {
                    if (line.startsWith(name + "=")) {
                        return line.substring(name.length() + 1).replace("\"", "");
                    }
                }
            }
        }
        return otherwise;
    }

    private static List<String> securityOptions(Features features) {
        List<String> options = new ArrayList<>();
        if (features.has(Feature.SECCOMP)) {
            options.add("name=seccomp,profile=builtin");
        }
        if (features.has(Feature.CGROUP_NAMESPACES)) {
            options.add("name=cgroupns");
        }
        return options;
    }

    private static List<String> warnings(Features features) {
        List<String> warnings = new ArrayList<>();
        for (Feature feature :
                List.of(Feature.OVERLAY, Feature.SECCOMP, Feature.NF_TABLES, Feature.OPENAT2)) {
            if (!features.has(feature)) {
                warnings.add("No " + feature.title() + " support (Linux " + feature.since() + ")");
            }
        }
        return warnings;
    }

    private static boolean swapLimit(boolean v1) {
        return v1
                ? Files.exists(Path.of("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"))
                : unified("memory");
    }

    private static boolean controller(String name) {
        return Files.exists(Path.of("/sys/fs/cgroup", name));
    }

    private static boolean unified(String name) {
        Path controllers = Path.of("/sys/fs/cgroup/cgroup.controllers");
        return Files.exists(controllers)
                && List.of(
                                FileOps.readSmallFile(controllers.toString(), SMALL_BYTES_MAX)
                                        .strip()
                                        .split(" ", -1))
                        .contains(name);
    }

    private static int descriptors() {
        String[] open = Path.of("/proc/self/fd").toFile().list();
        return open == null ? 0 : open.length;
    }

    @Override
    public DiskUse diskUse() {
        List<Image> images = parts.images().images();
        Map<Image, Map<String, Long>> pieces = new LinkedHashMap<>();
        images.forEach(image -> pieces.put(image, pieces(image)));
        Map<String, Integer> users = new HashMap<>();
        Map<String, Long> all = new HashMap<>();
        for (Map<String, Long> of : pieces.values()) {
            of.keySet().forEach(piece -> users.merge(piece, 1, Integer::sum));
            all.putAll(of);
        }
        List<Container> containers = parts.containers().views();
        List<ImageUse> imageUses = new ArrayList<>();
        pieces.forEach((image, of) -> {
            long shared = 0;
            long unique = 0;
            for (Map.Entry<String, Long> piece : of.entrySet()) {
                boolean one = users.getOrDefault(piece.getKey(), 0) == 1;
                unique += one ? piece.getValue() : 0;
                shared += one ? 0 : piece.getValue();
            }
            int used =
                    (int) containers.stream().filter(c -> c.imageId().equals(image.id())).count();
            imageUses.add(new ImageUse(image, shared, unique, used));
        });
        return new DiskUse(
                all.values().stream().mapToLong(Long::longValue).sum(),
                imageUses,
                containers.stream().map(c -> use(c, images)).toList(),
                parts.volumes().list().stream()
                        .map(v ->
                                new VolumeUse(
                                        v,
                                        parts.volumes().size(v),
                                        parts.volumes().referrers(v.name()).size()))
                        .toList());
    }

    // Bytes on disk of the blobs and unpacked layers of an image.
    private Map<String, Long> pieces(Image image) {
        Map<String, Long> found = new HashMap<>();
        ImageBlobs.onDisk(parts.images(), Digest.parse(image.id()))
                .forEach((blob, bytes) -> found.put("blob " + blob, bytes));
        image.layers()
                .forEach(layer ->
                        found.put(layer, parts.snapshots().allocated(Digest.parse(layer))));
        return found;
    }

    private ContainerUse use(Container container, List<Image> images) {
        long image =
                images.stream()
                        .filter(i -> i.id().equals(container.imageId()))
                        .mapToLong(Image::size)
                        .findFirst()
                        .orElse(0);
        long written =
                parts.snapshots().allocated(container.id().value())
                        + OnDisk.tree(parts.containers().files().directory(container.id()));
        return new ContainerUse(container, written, image + written);
    }

    @Override
    public List<Finding> doctor() {
        return parts.doctor().look();
    }

    @Override
    public List<Finding> repair() {
        return parts.doctor().repair();
    }
}
