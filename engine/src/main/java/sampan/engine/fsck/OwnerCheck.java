package sampan.engine.fsck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerState;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.engine.store.Settled;

/// Everything below the root has an owner.
final class OwnerCheck {
    private static final Set<String> PLACES =
            Set.of(
                    "content",
                    "leases",
                    "images",
                    "snapshots",
                    "containers",
                    "volumes",
                    "networks",
                    "build",
                    "lock",
                    "boot",
                    "engine-id",
                    "lost+found");
    private static final Set<String> BUILD_PLACES =
            Set.of("cache", "mounts", "mount-records", "running");

    private final Fsck.Parts parts;

    OwnerCheck(Fsck.Parts parts) {
        this.parts = parts;
    }

    void look(Findings findings) {
        nobodys(parts.stores().content()::strangers, findings);
        nobodys(parts.stores().leases()::strangers, findings);
        nobodys(parts.stores().images()::strangers, findings);
        nobodys(parts.cache()::strangers, findings);
        nobodys(parts.builds(), findings);
        nobodys(this::buildPlaces, findings);
        nobodys(this::networks, findings);
        nobodys(parts.volumes()::strangers, findings);
        nobodys(this::inContainers, findings);
        snapshots(findings);
        containers(findings);
        for (Path directory : Settled.of(parts.volumes()::unreadable)) {
            findings.add(
                    Kind.UNREADABLE,
                    "volume " + directory,
                    "its record cannot be read",
                    "save what you need of " + directory.resolve("_data") + " and remove it");
        }
        for (Path path : Settled.of(this::foreign)) {
            findings.add(
                    Kind.UNREADABLE,
                    "file " + path,
                    "the daemon made nothing of this name",
                    "move it out of " + parts.root());
        }
    }

    private void nobodys(Supplier<List<Path>> look, Findings findings) {
        for (Path path : Settled.of(look)) {
            nobodys(path, "belongs to nothing", look, findings);
        }
    }

    private static void nobodys(
            Path path, String problem, Supplier<List<Path>> look, Findings findings) {
        findings.add(
                Kind.NOBODYS,
                "file " + path,
                problem,
                OnDisk.tree(path),
                () -> {
                    if (!look.get().contains(path)) {
                        return "it has an owner again";
                    }
                    Directories.removeTree(path);
                    return "taken away";
                });
    }

    private List<Path> buildPlaces() {
        return Entries.strangers(parts.root().resolve("build"), BUILD_PLACES::contains);
    }

    private List<Path> networks() {
        Set<String> names = new HashSet<>();
        parts.networks().get().forEach(network -> names.add(network.id() + ".json"));
        return Entries.strangers(parts.root().resolve("networks"), names::contains);
    }

    private List<Path> foreign() {
        return Entries.strangers(parts.root(), PLACES::contains);
    }

    private List<Path> inContainers() {
        List<Path> found = new ArrayList<>();
        for (ContainerHandle handle : parts.containers().all()) {
            found.addAll(parts.containers().files().strangers(handle.id()));
        }
        return found;
    }

    // A snapshot whose own record is broken holds what a container wrote.
    private void snapshots(Findings findings) {
        Supplier<List<Path>> look = parts.stores().snapshots()::strangers;
        for (Path path : Settled.of(look)) {
            List<String> users =
                    parts.containers().all().stream()
                            .filter(handle ->
                                    handle.record().origin().directories().values().stream()
                                            .anyMatch(at -> Path.of(at).startsWith(path)))
                            .map(handle -> handle.record().name())
                            .toList();
            if (users.isEmpty()) {
                nobodys(path, "belongs to nothing", look, findings);
            } else {
                findings.add(
                        Kind.UNREADABLE,
                        "snapshot " + path,
                        "its record cannot be read; container " + users.getFirst() + " wrote it",
                        "save what you need of it and remove the container");
            }
        }
        Supplier<List<String>> keys = this::looseSnapshots;
        for (String key : Settled.of(keys)) {
            findings.add(
                    Kind.NOBODYS,
                    "snapshot " + key,
                    "belongs to no container",
                    parts.stores().snapshots().allocated(key),
                    () -> {
                        if (keys.get().contains(key)) {
                            parts.stores().snapshots().remove(key).bytes();
                        }
                        return "taken away";
                    });
        }
    }

    private List<String> looseSnapshots() {
        return parts.stores().snapshots().keys().stream().filter(this::isNobodys).toList();
    }

    private boolean isNobodys(String id) {
        return !parts.containers().knows(id)
                && !Remains.has(directory(id))
                && ContainerFiles.isHalfMade(directory(id));
    }

    private Path directory(String id) {
        return parts.root().resolve("containers").resolve(id);
    }

    private void containers(Findings findings) {
        Supplier<List<Path>> look =
                () ->
                        Entries.of(parts.root().resolve("containers")).stream()
                                .filter(path -> isNobodys(String.valueOf(path.getFileName())))
                                .filter(Files::exists)
                                .toList();
        for (Path path : Settled.of(look)) {
            nobodys(path, "belongs to no container", look, findings);
        }
        Supplier<List<Path>> unreadable =
                () ->
                        Entries.of(parts.root().resolve("containers")).stream()
                                .filter(path -> !parts.containers().knows(name(path)))
                                .filter(path -> !isNobodys(name(path)) && !Remains.has(path))
                                .filter(Files::exists)
                                .toList();
        for (Path path : Settled.of(unreadable)) {
            findings.add(
                    Kind.UNREADABLE,
                    "container " + path,
                    "its record cannot be read: another version's, or damaged",
                    "remove the directory, and repair again");
        }
        for (String name : Settled.of(this::broken)) {
            findings.add(
                    Kind.MISSING,
                    "container " + name,
                    "its snapshot or one of its layers is gone: it cannot start",
                    "sampan rm " + name);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private List<String> broken() {
        return parts.containers().all().stream()
                .filter(handle -> !isGoing(handle) && !hasRoot(handle) && !isGoing(handle))
                .map(handle -> handle.record().name())
                .toList();
    }

    private static boolean isGoing(ContainerHandle handle) {
        return handle.gone()
                || switch (handle.state()) {
                    case ContainerState.Removing _, ContainerState.Dead _ -> true;
                    case ContainerState.Created _,
                            ContainerState.Running _,
                            ContainerState.Paused _,
                            ContainerState.Restarting _,
                            ContainerState.Exited _ ->
                            false;
                };
    }

    private boolean hasRoot(ContainerHandle handle) {
        String key = handle.id().value();
        return parts.stores().snapshots().keys().contains(key)
                && parts.stores().snapshots().referenced(key).stream()
                        .allMatch(layer -> parts.stores().snapshots().layer(layer).isPresent());
    }
}
