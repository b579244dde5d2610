package sampan.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import sampan.engine.containers.Container;
import sampan.engine.containers.HostLimits;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.ImageUsers.ContainerUse;
import sampan.engine.store.Directories;
import sampan.engine.tasks.TaskSettings;
import sampan.linux.cgroups.CgroupFeatures;
import sampan.oci.Digest;

/// What this machine lets us have, read once at start.
final class HostFacts {
    private HostFacts() {}

    /// What requests are checked against.
    static HostLimits limits(CgroupFeatures cgroups, String userns) {
        int cpus = Runtime.getRuntime().availableProcessors();
        HostLimits all = HostLimits.complete(cpus);
        return new HostLimits(
                cpus,
                cgroups.memory(),
                cgroups.swap(),
                cgroups.pids(),
                cgroups.cpuQuota(),
                cgroups.cpuShares(),
                cgroups.cpuset(),
                cgroups.realtime(),
                cgroups.ioThrottle(),
                cgroups.oomKillDisable(),
                all.cpusetCpus(),
                all.cpusetMems(),
                all.runtimes(),
                Set.of(),
                userns);
    }

    /// This daemon's id, the same as long as its data lives.
    static String identity(Path root) {
        Path file = root.resolve("engine-id");
        try {
            if (!Files.exists(file)) {
                Files.writeString(file, UUID.randomUUID().toString());
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /// Makes the directories of tasks and execs, where only the daemon may look.
    static void runDirectories(TaskSettings tasks) {
        try {
            Directories.spread(Files.createDirectories(tasks.tasks()));
            Directories.spread(Files.createDirectories(tasks.execs()));
        } catch (IOException e) {
            throw new UncheckedIOException(tasks.run().toString(), e);
        }
    }

    /// An empty directory over which roots are mounted, each in its own mount namespace.
    static Path attachPoint(Path run) {
        Path point = run.resolve("root");
        try {
            return Files.createDirectories(point);
        } catch (IOException e) {
            throw new UncheckedIOException(point.toString(), e);
        }
    }

    /// Daemons side by side must not share a parent cgroup: the default bridge's has the plain
    /// name.
    static String cgroupParent(String bridge) {
        return bridge.equals("sampan0") ? "/sampan" : "/sampan-" + bridge.toLowerCase(Locale.ROOT);
    }

    static List<ContainerUse> uses(List<Container> containers) {
        return containers.stream()
                .map(c ->
                        new ContainerUse(c.id().value(), c.imageId(), c.status().alive(), c.name()))
                .toList();
    }

    /// Publishes what became of an image.
    static void tell(EventLog log, String action, Digest image) {
        Map<String, String> name = Map.of("name", image.toString());
        log.publish(new Event("image", action, image.toString(), name, Instant.now()));
    }
}
