package sampan.engine.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.ContainerRecord;
import sampan.oci.spec.User;

/// What is known only when a container starts: where things are on this host at this moment.
///
/// @param hostname of the container
/// @param user resolved in the image's own files
/// @param home directory of that user
/// @param mountSources host path of each of the record's mounts, empty for a tmpfs
/// @param hostFiles `/etc/hosts` and the like to the file on the host that is mounted there
/// @param ownNetwork the container gets a network namespace: its own or a sandbox's
/// @param peers pids behind `container:ID` modes, by kind of namespace: `network`, `ipc`, `pid`
/// @param userNamespace path of the one that its network belongs to, where that is its own
/// @param sharedMemory host directory that is /dev/shm, for shared ipc namespaces
public record LaunchPlace(
        ContainerRecord record,
        String hostname,
        User user,
        String home,
        List<Optional<Path>> mountSources,
        Map<String, Path> hostFiles,
        boolean ownNetwork,
        Map<String, Integer> peers,
        Optional<String> userNamespace,
        Optional<Path> sharedMemory) {}
