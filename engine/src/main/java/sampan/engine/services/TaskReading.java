package sampan.engine.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.services.TaskService.Top;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskTable;
import sampan.linux.cgroups.CgroupStats;

/// What running containers do and use, read when asked.
final class TaskReading {
    private static final long NANOS_PER_TICK = 10_000_000L;

    private final Containers containers;
    private final TaskTable tasks;

    TaskReading(Containers containers, TaskTable tasks) {
        this.containers = containers;
        this.tasks = tasks;
    }

    Top top(String reference, String psArguments) {
        ContainerHandle handle = containers.resolve(reference);
        handle.state().requireAlive(handle.id());
        Task task =
                tasks.find(handle.id()).orElseThrow(() -> ContainerState.notRunning(handle.id()));
        return ProcessListing.top(task.cgroup().processes(), psArguments);
    }

    Stats stats(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        Optional<Task> task = tasks.find(handle.id());
        if (task.isEmpty() || !handle.state().status().alive()) {
            return none();
        }
        CgroupStats used = task.get().cgroup().stats();
        long memory = memoryBytes();
        return new Stats(
                Instant.now(),
                true,
                Runtime.getRuntime().availableProcessors(),
                used.cpu().total(),
                used.cpu().user(),
                used.cpu().kernel(),
                used.cpu().perCpu(),
                systemCpu(),
                used.cpu().throttledPeriods(),
                used.cpu().throttledTime(),
                used.cpu().periods(),
                used.memory().usage(),
                used.memory().maxUsage(),
                Math.min(used.memory().limit(), memory),
                used.memory().failures(),
                used.memory().stat(),
                used.pids().current(),
                used.pids().limit(),
                blocks(used, CgroupStats.IoKind.SERVICE_BYTES),
                blocks(used, CgroupStats.IoKind.SERVICED),
                networks(task.get()));
    }

    private static Stats none() {
        return new Stats(
                Instant.now(),
                false,
                0,
                0,
                0,
                0,
                List.of(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0,
                List.of(),
                List.of(),
                Map.of());
    }

    private static List<Stats.BlockEntry> blocks(CgroupStats used, CgroupStats.IoKind kind) {
        return used.io().stream()
                .filter(entry -> entry.kind() == kind)
                .map(e ->
                        new Stats.BlockEntry(
                                (int) e.major(), (int) e.minor(), e.operation(), e.value()))
                .toList();
    }

    // All processors together, idle time included (proc_stat(5)), in nanoseconds.
    private static long systemCpu() {
        for (String line : lines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu ")) {
                String[] fields = line.strip().split("\\s+", -1);
                long ticks = 0;
                for (int i = 1; i <= 8 && i < fields.length; i++) {
                    ticks += Long.parseLong(fields[i]);
                }
                return ticks * NANOS_PER_TICK;
            }
        }
        return 0;
    }

    private static long memoryBytes() {
        return sampan.linux.kernel.Features.memoryBytes();
    }

    private static Map<String, Stats.Network> networks(Task task) {
        if (task.endpoints().stream().allMatch(e -> e.endpointId().isEmpty())) {
            return Map.of();
        }
        Map<String, Stats.Network> found = new LinkedHashMap<>();
        for (String line : lines(Path.of("/proc/" + task.pid() + "/net/dev"))) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            if (!name.isEmpty() && !name.equals("lo")) {
                found.put(name, network(line.substring(colon + 1).strip().split("\\s+", -1)));
            }
        }
        return found;
    }

    private static Stats.Network network(String[] f) {
        return new Stats.Network(
                Long.parseLong(f[0]),
                Long.parseLong(f[1]),
                Long.parseLong(f[2]),
                Long.parseLong(f[3]),
                Long.parseLong(f[8]),
                Long.parseLong(f[9]),
                Long.parseLong(f[10]),
                Long.parseLong(f[11]));
    }

    private static List<String> lines(Path file) {
        try {
            return new ArrayList<>(Files.readAllLines(file));
        } catch (java.nio.file.NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
