package sampan.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import sampan.engine.containers.Container;
import sampan.engine.containers.HostLimits;
import sampan.engine.images.ImageUsers.ContainerUse;
import sampan.engine.tasks.TaskSettings;
import sampan.linux.capabilities.Capability;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.files.FileOps;
import sampan.linux.kernel.Features;
import sampan.runtime.compile.LimitCeiling;

/// What this machine lets us have, read once at start.
final class HostFacts {
    private static final int SMALL_BYTES_MAX = 64 << 10;

    private HostFacts() {}

    /// The capabilities that this daemon can hand on.
    static CapabilitySet capabilities(Features features) {
        return CapabilitySet.of(
                java.util.Arrays.stream(Capability.values())
                        .filter(c -> features.hasCapability(c.number()))
                        .toList());
    }

    /// Our own hard limits: without CAP_SYS_RESOURCE no child can have more.
    static LimitCeiling ceiling(Features features) {
        Map<String, Long> hard = new HashMap<>();
        for (String line :
                FileOps.readSmallFile("/proc/self/limits", SMALL_BYTES_MAX)
                        .lines()
                        .skip(1)
                        .toList()) {
            String[] words = line.substring(LIMIT_NAME_CHARS).strip().split("\\s+", -1);
            String name = LIMITS.get(line.substring(0, LIMIT_NAME_CHARS).strip());
            if (name != null && words.length >= 2) {
                hard.put(name, words[1].equals("unlimited") ? -1L : Long.parseLong(words[1]));
            }
        }
        boolean mayRaise = features.hasCapability(Capability.CAP_SYS_RESOURCE.number());
        return new LimitCeiling(mayRaise, hard, Set.of("RLIMIT_NOFILE", "RLIMIT_NPROC"));
    }

    private static final int LIMIT_NAME_CHARS = 26;
    private static final Map<String, String> LIMITS =
            Map.ofEntries(
                    Map.entry("Max cpu time", "RLIMIT_CPU"),
                    Map.entry("Max file size", "RLIMIT_FSIZE"),
                    Map.entry("Max data size", "RLIMIT_DATA"),
                    Map.entry("Max stack size", "RLIMIT_STACK"),
                    Map.entry("Max core file size", "RLIMIT_CORE"),
                    Map.entry("Max resident set", "RLIMIT_RSS"),
                    Map.entry("Max processes", "RLIMIT_NPROC"),
                    Map.entry("Max open files", "RLIMIT_NOFILE"),
                    Map.entry("Max locked memory", "RLIMIT_MEMLOCK"),
                    Map.entry("Max address space", "RLIMIT_AS"),
                    Map.entry("Max file locks", "RLIMIT_LOCKS"),
                    Map.entry("Max pending signals", "RLIMIT_SIGPENDING"),
                    Map.entry("Max msgqueue size", "RLIMIT_MSGQUEUE"),
                    Map.entry("Max nice priority", "RLIMIT_NICE"),
                    Map.entry("Max realtime priority", "RLIMIT_RTPRIO"),
                    Map.entry("Max realtime timeout", "RLIMIT_RTTIME"));

    /// What requests are checked against.
    static HostLimits limits() {
        Path v1 = Path.of("/sys/fs/cgroup");
        boolean unified = Files.exists(v1.resolve("cgroup.controllers"));
        boolean cpuset =
                unified ? controllers(v1).contains("cpuset") : Files.exists(v1.resolve("cpuset"));
        int cpus = Runtime.getRuntime().availableProcessors();
        HostLimits all = HostLimits.complete(cpus);
        return new HostLimits(
                cpus,
                unified ? controllers(v1).contains("memory") : Files.exists(v1.resolve("memory")),
                unified || Files.exists(v1.resolve("memory/memory.memsw.limit_in_bytes")),
                unified ? controllers(v1).contains("pids") : Files.exists(v1.resolve("pids")),
                unified
                        ? controllers(v1).contains("cpu")
                        : Files.exists(v1.resolve("cpu/cpu.cfs_quota_us")),
                unified
                        ? controllers(v1).contains("cpu")
                        : Files.exists(v1.resolve("cpu/cpu.shares")),
                cpuset,
                Files.exists(v1.resolve("cpu/cpu.rt_runtime_us")),
                unified ? controllers(v1).contains("io") : Files.exists(v1.resolve("blkio")),
                !unified,
                all.cpusetCpus(),
                all.cpusetMems(),
                all.runtimes(),
                Set.of());
    }

    private static List<String> controllers(Path root) {
        return List.of(
                FileOps.readSmallFile(
                                root.resolve("cgroup.controllers").toString(), SMALL_BYTES_MAX)
                        .strip()
                        .split(" ", -1));
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
            Files.createDirectories(tasks.tasks());
            Files.createDirectories(tasks.execs());
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
}
