package sampan.engine.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerId;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerRecord.MountSource;
import sampan.engine.containers.Containers;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.mounts.MountEntry;
import sampan.linux.mounts.MountTable;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.Identity;
import sampan.linux.users.UserDatabase;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.User;
import sampan.runtime.monitor.StepFailures;

/// Finds out what a start needs to know: who the user is, where mounts come from, whose namespaces
/// are joined. Makes host directories that `-v` names and that are missing.
final class LaunchPlaces {
    private static final String JOIN = "container:";

    private final Containers containers;
    private final Volumes volumes;
    private final SharedMemory sharedMemory;

    LaunchPlaces(Containers containers, Volumes volumes) {
        this.containers = containers;
        this.volumes = volumes;
        this.sharedMemory = new SharedMemory(containers);
    }

    /// As the container calls itself: one that joins another's network has that one's name.
    String hostname(ContainerRecord record) {
        String name = record.spec().namespaces().hostname();
        if (!name.isEmpty()) {
            return name;
        }
        String mode = record.spec().network().mode();
        return mode.startsWith(JOIN)
                ? containers
                        .find(mode.substring(JOIN.length()))
                        .map(peer -> hostname(peer.record()))
                        .orElseGet(record.id()::brief)
                : record.id().brief();
    }

    /// @param reading of its root
    LaunchPlace find(
            ContainerHandle handle,
            String hostname,
            NetworkWiring.Wired wired,
            RootReading reading) {
        ContainerRecord record = handle.record();
        Identity who = reading.users().resolve(record.spec().process().user());
        Map<String, Path> files = new HashMap<>(wired.files());
        wired.peer().ifPresent(peer -> files.putAll(filesOf(peer)));
        return new LaunchPlace(
                record,
                hostname,
                user(who, record.spec().security().groupAdd(), reading.users()),
                who.home(),
                sources(record, reading),
                files,
                wired.own().wanted(),
                peers(record, wired),
                userNamespace(record, wired, reading),
                sharedMemory.of(handle));
    }

    private static Optional<String> userNamespace(
            ContainerRecord record, NetworkWiring.Wired wired, RootReading reading) {
        if (UserNamespaces.mappings(record.spec().namespaces().userns()).isEmpty()) {
            return Optional.empty();
        }
        return wired.namespace().map(network -> held(Namespaces.owner(network), reading));
    }

    /// The path by which the launcher finds what is open here for as long as the reading is.
    private static String held(Fd fd, RootReading reading) {
        reading.keep(fd);
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd.number();
    }

    /// A user with its groups and those that are added; the primary group is among them, as in
    /// Docker.
    static User user(Identity who, List<String> groupAdd, UserDatabase database) {
        Set<Long> groups = new LinkedHashSet<>();
        groups.add((long) who.gid());
        who.groups().forEach(gid -> groups.add((long) gid));
        groupAdd.forEach(group -> groups.add((long) database.gid(group)));
        return new User(who.uid(), who.gid(), Optional.empty(), List.copyOf(groups));
    }

    private List<Optional<Path>> sources(ContainerRecord record, RootReading reading) {
        List<Optional<Path>> paths = new ArrayList<>();
        List<MountPoint> mounts = record.origin().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            MountPoint mount = mounts.get(i);
            MountSource source = record.origin().mountSources().get(i);
            paths.add(
                    switch (mount.type()) {
                        case "volume" -> Optional.of(volume(mount, source, reading));
                        case "bind" -> Optional.of(spread(bind(mount, source), mount));
                        default -> Optional.empty();
                    });
        }
        return paths;
    }

    private Path volume(MountPoint mount, MountSource source, RootReading reading) {
        Path root =
                volumes.source(
                        volumes.find(mount.name())
                                .orElseThrow(() ->
                                        SampanException.notFound(
                                                "get " + mount.name() + ": no such volume")));
        if (source.subpath().isEmpty()) {
            return root;
        }
        // The volume's content is hostile: what the name leads to is opened inside of it now, and
        // the launcher mounts that very directory, whatever stands at its place by then.
        try (Fd directory = Fd.open(root.toString(), Open.PATH | Open.DIRECTORY)) {
            Fd found = FileOps.openInRoot(directory, source.subpath(), Open.PATH, 0);
            return Path.of(held(found, reading));
        } catch (ErrnoException e) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "cannot access path of volume "
                            + mount.name()
                            + ": "
                            + source.subpath()
                            + ": "
                            + StepFailures.text(e.errno()),
                    e);
        }
    }

    // The kernel would take the word and then nothing would spread.
    private static Path spread(Path source, MountPoint mount) {
        boolean shared = mount.propagation().endsWith("shared");
        if (!shared && !mount.propagation().endsWith("slave")) {
            return source;
        }
        MountEntry on = MountTable.self().containing(real(source)).orElseThrow();
        boolean fits =
                on.sharedGroup().isPresent()
                        || (!shared
                                && on.propagation().stream()
                                        .anyMatch(p -> p.startsWith("master:")));
        if (!fits) {
            throw SampanException.invalid(
                    "path "
                            + source
                            + " is mounted on "
                            + on.mountPoint()
                            + " but it is not a shared"
                            + (shared ? " mount" : " or slave mount"));
        }
        return source;
    }

    private static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            throw new SampanException(ErrorCode.INVALID, "cannot resolve " + path, e);
        }
    }

    private static Path bind(MountPoint mount, MountSource source) {
        Path path = Path.of(mount.source());
        if (Files.exists(path)) {
            return path;
        }
        if (!source.options().contains("create")) {
            throw SampanException.invalid(
                    "invalid mount config for type \"bind\": bind source path does not exist: "
                            + mount.source());
        }
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL,
                    "error while creating mount source path '" + path + "': " + e.getMessage(),
                    e);
        }
    }

    private Map<String, Path> filesOf(String peer) {
        Path directory = containers.resolve(peer).directory();
        Map<String, Path> files = new HashMap<>();
        for (String name : List.of("hostname", "hosts", "resolv.conf")) {
            if (Files.exists(directory.resolve(name))) {
                files.put("/etc/" + name, directory.resolve(name));
            }
        }
        return files;
    }

    private Map<String, Integer> peers(ContainerRecord record, NetworkWiring.Wired wired) {
        NamespaceSpec names = record.spec().namespaces();
        Map<String, Integer> peers = new HashMap<>();
        wired.peer().ifPresent(id -> peers.put(Namespace.NETWORK, pid(id, "network", record)));
        if (names.pid().startsWith(JOIN)) {
            peers.put(Namespace.PID, pid(names.pid().substring(10), "PID", record));
        }
        if (names.ipc().startsWith(JOIN)) {
            peers.put(Namespace.IPC, pid(names.ipc().substring(10), "IPC", record));
        }
        return peers;
    }

    private int pid(String reference, String kind, ContainerRecord record) {
        String joining = "joining " + kind + " namespace of container: ";
        ContainerHandle other =
                containers
                        .find(reference)
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        joining + "No such container: " + reference));
        ContainerId id = other.id();
        if (id.equals(record.id())) {
            throw SampanException.invalid("cannot join own " + kind + " namespace");
        }
        int pid = other.state().pid();
        if (pid == 0) {
            throw SampanException.conflict(
                    joining
                            + "cannot join "
                            + kind
                            + " namespace of a non running container: "
                            + id);
        }
        return pid;
    }
}
