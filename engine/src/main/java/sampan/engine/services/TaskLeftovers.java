package sampan.engine.services;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.Containers;
import sampan.engine.leftovers.Leftover;
import sampan.engine.leftovers.Leftovers;
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.TaskSettings;
import sampan.engine.tasks.TaskTable;
import sampan.linux.process.Signals;

/// What tasks and execs left: run directories, monitors, cgroups.
public final class TaskLeftovers implements Leftovers {
    private static final String MONITOR = "sampan-launch";
    private static final String DELETED = " (deleted)";

    /// Longest time between the making of an exec's directory and its monitor.
    private static final Duration MAKING = Duration.ofMinutes(1);

    private final Containers containers;
    private final TaskTable tasks;
    private final CgroupSweep cgroups;
    private final TaskSettings settings;

    public TaskLeftovers(
            Containers containers, TaskTable tasks, CgroupSweep cgroups, TaskSettings settings) {
        this.containers = containers;
        this.tasks = tasks;
        this.cgroups = cgroups;
        this.settings = settings;
    }

    @Override
    public List<Leftover> find() {
        List<Leftover> found = new ArrayList<>();
        Map<String, Integer> monitors = monitors();
        for (Path directory : entries(settings.tasks())) {
            String brief = String.valueOf(directory.getFileName());
            if (isFree(brief)) {
                found.add(
                        new Leftover(
                                "run directory " + directory,
                                "no container runs by it",
                                () -> removeTask(brief, directory)));
            }
        }
        for (Path directory : entries(settings.execs())) {
            if (!monitors.containsKey(directory.toString()) && isOld(directory)) {
                found.add(
                        new Leftover(
                                "run directory " + directory,
                                "its exec has no monitor",
                                () -> ContainerFiles.deleteTree(directory)));
            }
        }
        monitors.forEach((directory, pid) -> {
            if (directory.endsWith(DELETED)) {
                found.add(
                        new Leftover(
                                "process " + pid,
                                "a monitor whose directory is gone",
                                () -> StopGrace.signal(pid, Signals.KILL)));
            }
        });
        for (String id : cgroups.strays(List.of())) {
            if (isFree(id)) {
                found.add(
                        new Leftover(
                                "cgroup " + cgroups.path(id),
                                "no container runs in it",
                                () -> removeCgroup(id)));
            }
        }
        return found;
    }

    private void removeTask(String brief, Path directory) {
        inTurn(
                brief,
                () -> {
                    if (isFree(brief)) {
                        ContainerFiles.deleteTree(directory);
                    }
                });
    }

    private void removeCgroup(String id) {
        inTurn(
                id,
                () -> {
                    if (isFree(id)) {
                        cgroups.remove(id);
                    }
                });
    }

    // A start makes its directory before its task is in the table, all in the container's turn.
    private void inTurn(String id, Runnable work) {
        Optional<ContainerHandle> owner = owner(id);
        if (owner.isPresent()) {
            owner.get().turn().run(work);
        } else {
            work.run();
        }
    }

    private boolean isFree(String id) {
        Optional<ContainerHandle> owner = owner(id);
        return owner.isEmpty()
                || owner.get().turn().call(() -> tasks.find(owner.get().id()).isEmpty());
    }

    // Not by look-up, which also finds names.
    private Optional<ContainerHandle> owner(String id) {
        return containers.all().stream().filter(h -> h.id().value().startsWith(id)).findFirst();
    }

    private static boolean isOld(Path directory) {
        try {
            Instant made = Files.getLastModifiedTime(directory).toInstant();
            return made.isBefore(Instant.now().minus(MAKING));
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> entries(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }

    // Monitors of ours by the directory that they hold open.
    private Map<String, Integer> monitors() {
        Map<String, Integer> found = new HashMap<>();
        for (Path process : entries(Path.of("/proc"))) {
            String pid = String.valueOf(process.getFileName());
            if (pid.chars().allMatch(Character::isDigit) && isMonitor(process)) {
                for (Path fd : entries(process.resolve("fd"))) {
                    held(fd).ifPresent(directory -> found.put(directory, Integer.valueOf(pid)));
                }
            }
        }
        return found;
    }

    private static boolean isMonitor(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals(MONITOR);
        } catch (IOException e) {
            return false; // it ended meanwhile
        }
    }

    private Optional<String> held(Path fd) {
        try {
            String target = Files.readSymbolicLink(fd).toString();
            boolean ours =
                    target.startsWith(settings.tasks() + "/")
                            || target.startsWith(settings.execs() + "/");
            return ours ? Optional.of(target) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
