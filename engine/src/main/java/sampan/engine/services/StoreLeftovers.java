package sampan.engine.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.Containers;
import sampan.engine.images.Collector;
import sampan.engine.leftovers.Leftover;
import sampan.engine.leftovers.Leftovers;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.store.Settled;
import sampan.engine.tasks.TaskTable;
import sampan.engine.volumes.Volumes;
import sampan.linux.mounts.MountEntry;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.MountTable;
import sampan.linux.mounts.Mounts;

/// What is left in the daemon's own directories: containers' files, snapshots, content, mounts.
public final class StoreLeftovers implements Leftovers {
    private static final String HOST_VIEW = "snapshots/host";
    private static final String SHARED_MEMORY = "shm";
    private static final String VOLUME_DATA = "_data";

    private final Parts parts;

    /// What it works with.
    ///
    /// @param root the daemon's data
    /// @param run the run directory
    public record Parts(
            Path root,
            Path run,
            Containers containers,
            TaskTable tasks,
            Snapshotter snapshots,
            Volumes volumes,
            Collector collector) {}

    public StoreLeftovers(Parts parts) {
        this.parts = parts;
    }

    @Override
    public List<Leftover> find() {
        List<Leftover> found = new ArrayList<>(mounts());
        for (Path directory : entries(parts.root().resolve("containers"))) {
            String id = String.valueOf(directory.getFileName());
            if (isNobodys(id)) {
                found.add(
                        new Leftover(
                                "directory " + directory,
                                "belongs to no container",
                                () -> ifNobodys(id, () -> ContainerFiles.deleteTree(directory))));
            }
        }
        for (String key : parts.snapshots().keys()) {
            if (isNobodys(key)) {
                found.add(
                        new Leftover(
                                "snapshot " + key,
                                "belongs to no container",
                                () -> ifNobodys(key, () -> parts.snapshots().remove(key))));
            }
        }
        Settled.of(
                        () -> {
                            parts.collector().settle();
                            return parts.collector().garbage();
                        })
                .forEach(garbage ->
                        found.add(
                                new Leftover(
                                        "content " + garbage.digest(),
                                        "no image needs it",
                                        () -> parts.collector().collect())));
        return found;
    }

    private void ifNobodys(String id, Runnable removal) {
        if (isNobodys(id)) {
            removal.run();
        }
    }

    // A container that cannot be read is somebody's all the same.
    private boolean isNobodys(String id) {
        return !parts.containers().knows(id)
                && ContainerFiles.isHalfMade(parts.root().resolve("containers").resolve(id));
    }

    private List<Leftover> mounts() {
        List<Leftover> found = new ArrayList<>();
        for (MountEntry mount : MountTable.self().entries()) {
            Path point = Path.of(mount.mountPoint());
            boolean ours = isBelow(point, parts.root()) || isBelow(point, parts.run());
            if (ours && !isOwned(point)) {
                found.add(
                        new Leftover(
                                "mount " + point,
                                "nothing uses it",
                                () -> Mounts.umount(point.toString(), MountFlags.UMOUNT_DETACH)));
            }
        }
        return found;
    }

    private static boolean isBelow(Path point, Path directory) {
        return point.startsWith(directory) && !point.equals(directory);
    }

    private boolean isOwned(Path point) {
        if (!point.startsWith(parts.root())) {
            return false;
        }
        Path inside = parts.root().relativize(point);
        if (inside.equals(Path.of(HOST_VIEW))) {
            return true;
        }
        if (inside.getNameCount() != 3) {
            return false;
        }
        String owner = inside.getName(1).toString();
        String what = inside.getName(2).toString();
        return switch (inside.getName(0).toString()) {
            case "volumes" -> what.equals(VOLUME_DATA) && parts.volumes().find(owner).isPresent();
            case "containers" -> what.equals(SHARED_MEMORY) && isRunning(owner);
            default -> false;
        };
    }

    // In the container's turn: a start mounts before its task is known.
    private boolean isRunning(String id) {
        return parts.containers().all().stream()
                .filter(handle -> handle.id().value().equals(id))
                .anyMatch(handle ->
                        handle.turn().call(() -> parts.tasks().find(handle.id()).isPresent()));
    }

    private static List<Path> entries(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
        return found;
    }
}
